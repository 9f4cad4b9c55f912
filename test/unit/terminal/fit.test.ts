import {describe, expect, test} from '@jest/globals'
import {inAscii, isAsciiLocale} from '../../../src/terminal/ascii.js'
import type {Table} from '../../../src/terminal/doc.js'
import {fittedTable, shortened} from '../../../src/terminal/fit.js'
import {renderDoc} from '../../../src/terminal/render.js'

const STATUS: Table = {
  block: 'table',
  style: 'columns',
  padding: 3,
  header: ['NAME', 'CLUSTER', 'CDS', 'LDS', 'EDS', 'RDS', 'VERSION'],
  rows: [
    [
      'productpage-v1-565846b976-fvswz.demo',
      'Kubernetes',
      'SYNCED (5m)',
      'SYNCED (5m)',
      'SYNCED (5m)',
      'SYNCED (5m)',
      '1.31',
    ],
    [
      'reviews-v1-ccf5b6b84-9cj4v.demo',
      'Kubernetes',
      'SYNCED (6m)',
      'SYNCED (6m)',
      'SYNCED (6m)',
      'SYNCED (6m)',
      '1.31',
    ],
    [
      'sick-nack-v1-77dfd6ff5b-5q26c.demo',
      'Kubernetes',
      {text: 'ERROR', tone: 'bad'},
      'SYNCED (5m)',
      'SYNCED (5m)',
      'SYNCED (5m)',
      '1.30',
    ],
  ],
}

function shown(table: Table, width: number): readonly string[] {
  const layout = {width, colour: false, headers: true, fit: true, fitTables: true}
  return renderDoc([table], layout).trimEnd().split('\n')
}

describe('a table on a terminal', () => {
  test('one that fits stays as it is', () => {
    expect(fittedTable(STATUS, 200)).toEqual({table: STATUS})
    expect(shown(STATUS, 200)[0]).toBe(
      'NAME                                   CLUSTER      CDS           LDS           EDS           RDS           VERSION',
    )
  })

  test('constant columns are named below, equal neighbours folded, and each row stays one line', () => {
    expect(shown(STATUS, 90)).toEqual([
      'NAME                                  CDS/LDS/EDS/RDS                VERSION',
      'productpage-v1-565846b976-fvswz.demo  SYNCED (5m)                    1.31',
      'reviews-v1-ccf5b6b84-9cj4v.demo       SYNCED (6m)                    1.31',
      'sick-nack-v1-77dfd6ff5b-5q26c.demo    CDS ERROR, others SYNCED (5m)  1.30',
      '(in every row: CLUSTER Kubernetes; -o table shows all)',
    ])
  })

  test('the folded cell has the tone of the worst', () => {
    const {table} = fittedTable(STATUS, 90)
    expect(table.rows[2]?.[1]).toEqual({text: 'CDS ERROR, others SYNCED (5m)', tone: 'bad'})
  })

  test('lines and fields longer than the terminal are wrapped at spaces', () => {
    const layout = {width: 30, colour: false, headers: true, fit: true}
    const doc = [
      {block: 'text', lines: ['  Fix: correct the object that this came from']},
      {block: 'fields', fields: [['Cause', 'one two three four five six seven eight nine']]},
    ] as const
    expect(renderDoc(doc, layout)).toBe(
      '  Fix: correct the object\n     that this came from\nCause: one two three four\n       five six seven eight\n       nine\n',
    )
    expect(renderDoc(doc, {...layout, fit: false}).split('\n')).toHaveLength(3)
  })

  test('columns that are both empty do not agree', () => {
    const rows = Array.from({length: 4}, (_, at) => [`name-${at}`, '-', at === 3 ? 'a long reason to read' : '-'])
    const {table} = fittedTable({block: 'table', style: 'columns', header: ['NAME', 'RULE', 'WHY'], rows}, 30)
    expect(table.header).toEqual(['NAME', 'WHY'])
  })

  test.each([20, 30, 40, 60, 80, 100, 120])('no line is wider than %i columns', width => {
    const lines = shown(STATUS, width)
    expect(lines.slice(0, 4).filter(line => line.length > width)).toEqual([])
    expect(lines[0]).toContain('NAME')
  })

  test('names keep both ends, sentences their beginning', () => {
    expect(shortened('productpage-v1-565846b976-fvswz.demo', 20)).toBe('productpag…vswz.demo')
    expect(shortened('the server is not in the mesh', 15)).toBe('the server is…')
    expect(shortened('2026-11-21T18:51:26Z', 18)).toBe('2026-11-21T18:51')
    expect(shortened('2026-11-21T18:51:26Z', 12)).toBe('2026-11-21')
    expect(shortened('short', 5)).toBe('short')
    expect(shortened('né', 1)).toBe('…')
  })

  test('what is piped, and one row only, loses nothing', () => {
    const layout = {width: 20, colour: false, headers: true}
    expect(renderDoc([STATUS], layout)).toContain('Kubernetes')
    expect(fittedTable({...STATUS, rows: STATUS.rows.slice(0, 1)}, 200).left).toBeUndefined()
  })
})

test('headers are dim where there is colour', () => {
  const layout = {width: 200, colour: true, headers: true}
  expect(renderDoc([{...STATUS, rows: []}], layout)).toContain('\u001b[2mNAME\u001b[22m')
})

test('without Unicode, lines and marks are ASCII', () => {
  expect(inAscii('├─ a → b… ✔ é')).toBe('|- a -> b... ok é')
  expect(renderDoc([{block: 'text', lines: ['a…']}], {width: 80, colour: false, headers: true, ascii: true})).toBe(
    'a...\n',
  )
  expect(isAsciiLocale({LC_ALL: 'C', LANG: 'de_DE.UTF-8'})).toBe(true)
  expect(isAsciiLocale({LANG: 'en_US.utf8'})).toBe(false)
  expect(isAsciiLocale({LC_CTYPE: 'POSIX'})).toBe(true)
  expect(isAsciiLocale({})).toBe(false)
})
