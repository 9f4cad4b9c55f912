import {expect, test} from '@jest/globals'
import {readList} from '../../../../src/sources/cluster/api/list-items.js'

const read = (text: string) => {
  const {fields, items} = readList(Buffer.from(text), '/api/v1/pods')
  return {fields, items: [...items]}
}

const HEAD = '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"abc"},"items":['
const TRICKY = {
  metadata: {name: 'a', annotations: {note: '},{"metadata":{', quote: '"]}'}},
  spec: {volumeClaimTemplates: [{metadata: {name: 'x'}}, {metadata: {name: 'y'}}, {metadata: {name: 'ö'}}]},
}

test.each([
  ['no item', []],
  ['one item', [TRICKY]],
  ['items that hold what lies between two', [TRICKY, {metadata: {name: 'b'}}, TRICKY]],
  ['an item with more of it than are tried', [{metadata: {}, parts: Array(40).fill({metadata: {}})}, TRICKY]],
  [
    'items that name their kind',
    [
      {apiVersion: 'v1', kind: 'Pod', ...TRICKY},
      {apiVersion: 'v1', kind: 'Pod', ...TRICKY},
    ],
  ],
  ['items of several forms', [TRICKY, {kind: 'Pod', metadata: {name: 'b'}}, null, 3]],
])('reads %s as JSON does', (_, items) => {
  for (const end of [']}', ']}\n']) {
    const text = `${HEAD}${JSON.stringify(items).slice(1, -1)}${end}`
    const {fields, items: found} = read(text)
    expect(found).toEqual(items)
    expect(fields).toMatchObject({kind: 'PodList', metadata: {continue: 'abc'}})
  }
})

test.each([
  ['fields behind the items', `${HEAD}{"metadata":{}}],"more":[{"metadata":{}}]}`, [{metadata: {}}]],
  ['metadata behind them', '{"items":[{"metadata":{}}],"kind":"PodList","metadata":{}}', [{metadata: {}}]],
  ['no items', '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":null}', []],
])('reads a list with %s whole', (_, text, items) => {
  expect(read(text).items).toEqual(items)
})

test('a list that breaks off is none', () => {
  const whole = `${HEAD}${JSON.stringify([TRICKY, TRICKY]).slice(1, -1)}]}`
  for (const size of [10, HEAD.length + 5, whole.length - 3, whole.length - 1])
    expect(() => read(whole.slice(0, size))).toThrow('the answer is not JSON')
  expect(() => read(`${HEAD}{"metadata":{}},{"metadata":{]}`)).toThrow('the answer is not JSON')
})
