import {describe, expect, test} from '@jest/globals'
import {jsonBlocks} from '../../../../src/formats/pasted/json-blocks.js'
import {parsePartialJson} from '../../../../src/formats/pasted/partial-json.js'

function values(text: string): unknown[] {
  return jsonBlocks(text).map(({value}) => value)
}

describe('JSON as people paste it', () => {
  test('whole JSON is read as JSON.parse reads it', () => {
    const value = {a: [1, -2.5e3, true, false, null, 'x"\\\u00e9', {}], b: {c: []}}
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 4)])
      expect(parsePartialJson(text)).toMatchObject({value, cuts: []})
  })

  test.each([
    ['members without braces', '"a": [\n {"name":"token"}\n]\n', [{a: [{name: 'token'}]}]],
    ['several members and a comma at the end', '  "a": {"b": 1},\n  "c": [1,2],\n', [{a: {b: 1}, c: [1, 2]}]],
    ['a prompt before, prose behind', '$ istioctl pc route x -o json\n[\n {"name":"x"}\n]\nbye\n', [[{name: 'x'}]]],
    ['two values in Markdown', '# T\n```json\n{"a": 1}\n```\nand\n```\n[{"b": 2}]\n```\n', [{a: 1}, [{b: 2}]]],
    ['cut by hand', '{"name": "x",\n ...\n "type": "EDS"\n}', [{name: 'x', type: 'EDS'}]],
    ['cut by hand inside', '{"a": [ ... ], "b": {…}, "c": "..."}', [{a: [], b: {}, c: '...'}]],
    ['a value cut out', '{"a": ..., "b": 1}', [{b: 1}]],
    ['comments where something was', '{"a": 1, // more\n "b": 2, # and so on\n <snip>\n}', [{a: 1, b: 2}]],
    ['prose with brackets is not JSON', 'see {world} and [x]\n"quoted": text\n', []],
  ])('%s', (_, text, wanted) => {
    expect(values(text)).toEqual(wanted)
  })

  test('a text that ends in the middle loses the entry it ends in, and no other', () => {
    const entries = ['a', 'b', 'c'].map(name => ({cluster: {name, type: 'EDS'}}))
    const whole = JSON.stringify({configs: [{'@type': 't', dynamic_active_clusters: entries}]})
    for (let end = 1; end < whole.length; end++) {
      const read = parsePartialJson(whole.slice(0, end))
      if (read === undefined) continue
      expect(read.cuts.map(({how}) => how)).toEqual(['ends'])
      const found = JSON.stringify(read.value).match(/\{"cluster":\{"name":"(\w)","type":"EDS"\}\}/g) ?? []
      // Each entry that is there is one that was whole in the text.
      expect(found).toEqual(entries.slice(0, found.length).map(entry => JSON.stringify(entry)))
      expect(JSON.stringify(read.value).match(/"name"/g)?.length ?? 0).toBe(found.length)
    }
  })

  test('cuts are reported by line', () => {
    expect(jsonBlocks('x\n{\n "a": 1,\n ...\n}')[0]?.cuts).toEqual([{line: 4, how: 'elided'}])
  })

  test('depth, names of prototypes and many failing starts do no harm', () => {
    expect(parsePartialJson('['.repeat(100_000))).toBeUndefined()
    const polluted = parsePartialJson('{"__proto__": {"x": 1}, "constructor": 2}')
    expect(Object.keys(polluted?.value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as {x?: number}).x).toBeUndefined()
    expect(jsonBlocks('"a": {x\n'.repeat(5000))).toEqual([])
  })
})
