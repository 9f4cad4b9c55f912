import {describe, expect, test} from '@jest/globals'
import {parseJson} from '../../../src/formats/json-text.js'

const WHOLE = '{"configs":[{"a":-1.5e3,"b":true,"c":"x\\u00e9","d":null}]}'

function gapOf(bytes: Uint8Array | string): string {
  const answer = parseJson(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, 'page')
  return answer.ok ? 'read' : `${answer.gap.reason}: ${answer.gap.detail}`
}

describe('JSON text', () => {
  test('every prefix of a document is reported as truncated, the whole is parsed', () => {
    for (let end = 1; end < WHOLE.length; end++) {
      expect(gapOf(WHOLE.slice(0, end))).toMatch(/^truncated: it is truncated: .* after \d+ characters$/)
    }
    expect(gapOf(`${WHOLE.slice(0, 24)}\n`)).toMatch(/^truncated/)
    expect(gapOf(WHOLE)).toBe('read')
    expect(gapOf(`\ufeff${WHOLE}\n`)).toBe('read')
  })

  test.each([
    ['', 'unreadable: it is empty (0 bytes)'],
    [' \n', /^truncated: it is truncated/],
    ['{x', /^unreadable: it is not JSON: .*position 1/],
    [`${WHOLE}x`, /^unreadable: it is not JSON/],
    ['  <html>', /^unreadable: it is an HTML or XML page/],
    ['upstream connect error\nmore', 'unreadable: it is text, not JSON: "upstream connect error"'],
    ['{"a":"\u0000"}', /binary/],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'unreadable: it is not valid UTF-8 text'],
  ])('%j', (bytes, gap) => {
    if (typeof gap === 'string') expect(gapOf(bytes)).toBe(gap)
    else expect(gapOf(bytes)).toMatch(gap)
  })

  test('a long line is quoted in part', () => {
    expect(gapOf('a'.repeat(5_000_000)).length).toBeLessThan(300)
    expect(gapOf(`{"a": ${'b'.repeat(5_000_000)}`).length).toBeLessThan(300)
  })
})
