import {describe, expect, test} from '@jest/globals'
import {explainLine} from '../../../src/analysis/log-explanation/explain.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import {ISTIO_CODES} from '../../../src/model/vocabulary/istio-codes.js'
import {explainReport} from '../../../src/reports/explain/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {PUBLIC_WORDS} from '../../fixtures/public-words.js'

const wordsOf = (list: string) => PUBLIC_WORDS.find(each => each.list === list)?.words ?? []

/** Whether `explain` has something to say of a word other than that a port is free. */
function isKnown(word: string): boolean {
  try {
    const {topics, unknown} = explainReport(() => RULES, word)
    return (
      unknown.length === 0 &&
      topics.some(
        ({flags, meanings, port, term, rules}) =>
          flags.length + meanings.length + rules.length > 0 || term !== undefined || (port?.uses.length ?? 0) > 0,
      )
    )
  } catch {
    return false
  }
}

function line(code: string, flags: string, details: string): string {
  return `[2024-07-10T11:24:37.791Z] "GET / HTTP/1.1" ${code} ${flags} ${details} - "-" 0 19 7 - "-" "curl/8" "id-1" "web.shop:80" "10.1.2.3:8080" outbound|80||web.shop.svc.cluster.local 10.1.2.4:40000 10.96.0.1:80 10.1.2.4:1234 - default`
}

function means(text: string): string | undefined {
  const found = parseLogLine(text)
  return found === undefined ? undefined : explainLine(found)?.means
}

describe('words of public lists are known to explain', () => {
  test.each(PUBLIC_WORDS.map(each => [each.list, each] as const))('%s', (_, {words}) => {
    expect(words.filter(word => !isKnown(word))).toEqual([])
  })

  test('every code of istioctl analyze', () => {
    const codes = Object.keys(ISTIO_CODES)
    expect(codes.length).toBeGreaterThanOrEqual(78)
    expect(codes.filter(code => !isKnown(code))).toEqual([])
  })
})

describe('a line of an access log is explained', () => {
  const flags = wordsOf('response flags')

  test('whichever response flag it has', () => {
    expect(flags.filter(flag => means(line('503', flag, '-')) === undefined)).toEqual([])
    expect(flags.filter(flag => means(line('0', flag, '-')) === undefined)).toEqual([])
  })

  test('whichever two flags it has', () => {
    const pairs = flags.flatMap(first => flags.filter(each => each !== first).map(second => `${first},${second}`))
    expect(pairs.filter(pair => means(line('503', pair, '-')) === undefined || !isKnown(pair))).toEqual([])
  })

  test('by its details, when no flag is set and the upstream did not answer', () => {
    const own = [...wordsOf('response code details'), ...wordsOf('details of the codecs')].filter(
      word => word !== 'via_upstream',
    )
    const passedOn = own.filter(word =>
      /No response flag|Nothing went wrong/.test(means(line('400', '-', word)) ?? 'No response flag'),
    )
    expect(passedOn).toEqual([])
  })
})
