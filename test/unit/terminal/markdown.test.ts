import {expect, test} from '@jest/globals'
import {renderCsv, renderNames} from '../../../src/terminal/csv.js'
import type {Doc} from '../../../src/terminal/doc.js'
import {renderMarkdown} from '../../../src/terminal/markdown.js'

const DOC: Doc = [
  {block: 'heading', text: 'Proxies'},
  {block: 'text', lines: ['two <b>proxies</b>', '  a detail | with a bar']},
  {block: 'table', style: 'columns', header: ['ROOT'], rows: [['left out']]},
  {
    block: 'table',
    style: 'columns',
    header: ['NAME', 'STATE'],
    rows: [
      ['a.demo', {text: 'ERROR', tone: 'bad'}],
      ['a.demo', 'said "no", twice'],
      ['=cmd()', 'line\nbreak'],
    ],
  },
  {block: 'fields', fields: [['Node', 'n_1']]},
  {block: 'tree', roots: [{label: ['root'], children: [{label: ['leaf'], detail: ['more']}]}]},
]

test('Markdown holds every block, and no text of it is markup', () => {
  expect(renderMarkdown(DOC)).toBe(
    [
      '## Proxies',
      '',
      'two &lt;b\\>proxies&lt;/b\\>  ',
      '- a detail \\| with a bar',
      '',
      '| ROOT |',
      '| --- |',
      '| left out |',
      '',
      '| NAME | STATE |',
      '| --- | --- |',
      '| a.demo | **ERROR** |',
      '| a.demo | said "no", twice |',
      '| =cmd() | line\\\\x0abreak |',
      '',
      '- **Node**: n\\_1',
      '',
      '- root',
      '  - leaf  more',
      '',
    ].join('\n'),
  )
})

test('comma-separated values: quoted as RFC 4180 says, no cell is a formula, one header, only tables of the column', () => {
  expect(renderCsv(DOC, 'NAME', true)).toBe(
    'NAME,STATE\na.demo,ERROR\na.demo,"said ""no"", twice"\n\'=cmd(),line\\x0abreak\n',
  )
  expect(renderCsv(DOC, 'NAME', false)).not.toContain('STATE')
})

test('names: each once', () => {
  expect(renderNames(DOC, 'NAME')).toBe('a.demo\n=cmd()\n')
})
