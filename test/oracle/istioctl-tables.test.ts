import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {isObject, listOf, textOf} from '../../src/formats/decode.js'
import {parseTables} from '../../src/formats/istioctl-table/parse.js'
import {recognisePasted} from '../../src/formats/pasted/recognise.js'
import {skipUnless} from '../support/skip-unless.js'

const FOLDER = '../shared/data/istioctl/file'
const KINDS = ['cluster', 'listener', 'route', 'endpoint', 'secret']

function recorded(): readonly {readonly argv: readonly string[]; readonly text: string}[] {
  const index: unknown = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8'))
  return (Array.isArray(index) ? index : [])
    .filter(each => isObject(each) && each.exit === 0)
    .map(each => ({
      argv: listOf(each, 'argv').map(String),
      text: readFileSync(join(FOLDER, `${textOf(each, 'slug')}.out`), 'utf8'),
    }))
    .filter(({argv}) => KINDS.includes(argv[1] ?? '') && !argv.includes('--waypoint'))
}

function squeezed(text: string): string {
  return text.trim().split(/\s+/).join(' ')
}

describe('what istioctl printed, read back', () => {
  const {test} = skipUnless(existsSync(FOLDER), `${FOLDER} (recorded output of istioctl)`)

  test('every table has every row, whole and without its header', () => {
    let tables = 0
    for (const {argv, text} of recorded()) {
      const lines = text.split('\n').filter(line => line.trim() !== '')
      if (argv.includes('-o') || lines.length < 2 || !/^[A-Z]/.test(text)) continue
      const [table, ...others] = parseTables(text)
      expect([table?.kind, others.length]).toEqual([argv[1], 0])
      expect(table?.rows.map(({cells}) => squeezed(table.columns.map(name => cells[name] ?? '').join(' ')))).toEqual(
        lines.slice(1).map(squeezed),
      )
      tables++
      if (argv[1] === 'route' || argv.includes('--verbose=false')) continue
      const rows = parseTables(lines.slice(1).join('\n'))
      expect([
        rows.length === 0 ? argv[1] : rows[0]?.kind,
        rows.reduce((sum, each) => sum + each.rows.length, 0),
      ]).toEqual([argv[1], lines.length - 1])
    }
    expect(tables).toBeGreaterThan(100)
  })

  test('JSON and YAML hold the same resources', () => {
    const counts = new Map<string, Set<number>>()
    for (const {argv, text} of recorded()) {
      if (!argv.includes('json') && !argv.includes('yaml')) continue
      if (/^\[\]\s*$/.test(text)) continue
      const {dump} = recognisePasted('x', Buffer.from(text))
      const key = argv.filter(word => word !== 'json' && word !== 'yaml').join(' ')
      const count = dump.reduce((sum, {lists}) => sum + Object.values(lists).flat().length, 0)
      expect(count).toBeGreaterThan(0)
      counts.set(key, (counts.get(key) ?? new Set()).add(count))
    }
    expect(counts.size).toBeGreaterThan(8)
    for (const found of counts.values()) expect(found.size).toBe(1)
  })
})
