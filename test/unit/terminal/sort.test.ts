import {describe, expect, test} from '@jest/globals'
import type {Doc} from '../../../src/terminal/doc.js'
import {columnsOf, sortDoc} from '../../../src/terminal/sort.js'

const DOC: Doc = [
  {block: 'text', lines: ['before']},
  {
    block: 'table',
    style: 'columns',
    header: ['SERVICE FQDN', 'PORT'],
    rows: [
      ['b', '9080'],
      ['a', '80'],
      ['a', {text: '443', tone: 'bad'}],
      ['', '-'],
    ],
  },
  {block: 'table', style: 'columns', header: ['NAME'], rows: [['z'], ['y']]},
]

function firstTable(doc: Doc | undefined): unknown {
  const block = doc?.find(each => each.block === 'table')
  return block?.block === 'table' ? block.rows : undefined
}

describe('sorting a document by a column', () => {
  test('numbers as numbers, other cells as text; other tables stay', () => {
    const sorted = sortDoc(DOC, 'PORT')
    expect(firstTable(sorted)).toEqual([
      ['', '-'],
      ['a', '80'],
      ['a', {text: '443', tone: 'bad'}],
      ['b', '9080'],
    ])
    expect(sorted?.[0]).toEqual(DOC[0])
    expect(sorted?.[2]).toEqual(DOC[2])
  })

  test('a name in any spelling, a dash for the other way round, equal cells in their old order', () => {
    for (const spelling of ['service fqdn', 'Service-FQDN', 'SERVICE_FQDN']) {
      expect(firstTable(sortDoc(DOC, spelling))).toEqual([
        ['', '-'],
        ['a', '80'],
        ['a', {text: '443', tone: 'bad'}],
        ['b', '9080'],
      ])
    }
    expect(firstTable(sortDoc(DOC, '-service fqdn'))).toEqual([
      ['b', '9080'],
      ['a', '80'],
      ['a', {text: '443', tone: 'bad'}],
      ['', '-'],
    ])
  })

  test('a column no table has', () => {
    expect(sortDoc(DOC, 'colour')).toBeUndefined()
    expect(columnsOf(DOC)).toEqual(['SERVICE FQDN', 'PORT', 'NAME'])
  })
})
