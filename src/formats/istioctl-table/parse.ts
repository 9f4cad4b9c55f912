import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {PastedRow, PastedTable} from '../../model/evidence/pasted-table.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'
import {type TableHeader, tableHeader} from './headers.js'
import {readRow} from './rows.js'

interface Open {
  readonly header: TableHeader
  readonly rows: PastedRow[]
  /** Lines that look like rows of the table and could not be read as such. */
  readonly unread: number[]
}

/** Widths of what a tabwriter leaves between columns: two spaces at least; listeners have one. */
function cellsByGap(text: string, count: number): readonly string[] | undefined {
  const cells = text.trim().split(/\t+|\s{2,}/)
  return cells.length === count ? cells : undefined
}

/** Cells by the places of the columns; undefined when a cell runs across one, so that the row is not of this table. */
function cellsByPlace(text: string, {columns}: TableHeader): readonly string[] | undefined {
  const cells: string[] = []
  for (const [index, {start}] of columns.entries()) {
    const end = columns[index + 1]?.start ?? text.length
    if (start > 0 && start < text.length && !/\s/.test(text[start - 1] ?? ' ')) return undefined
    cells.push(text.slice(start, end).trim())
  }
  return cells
}

/** A prompt that waits behind what was pasted. */
const BARE_PROMPT = /^\s*(?:\[[^\]]{1,80}\]|[\w.@~:/-]{0,80})\s?[$#%>❯➜]\s*$/u

function isRule(text: string): boolean {
  return /^[-=+|\s]+$/.test(text)
}

/** The cells of a line below a header: by the places of its columns where the table kept its form, else by the gaps, else by the cells themselves. */
function rowBelow(text: string, header: TableHeader): Readonly<Record<string, string>> | undefined {
  const names = header.columns.map(({name}) => name)
  const byGap = cellsByGap(text, names.length)
  const places = cellsByPlace(text, header)
  // The name of a resource may be empty: its row then begins below the second column.
  const indented = places?.[0] === '' && text.search(/\S/) >= (header.columns[1]?.start ?? 0)
  const enough = (places ?? []).filter(cell => cell !== '').length >= Math.min(2, names.length - (indented ? 1 : 0))
  const filled = places !== undefined && enough && (places[0] !== '' || indented)
  const cells = indented && filled ? places : (byGap ?? (filled ? places : undefined))
  if (cells !== undefined) return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))
  const row = readRow(text)
  return row?.shape.kind === header.kind ? row.cells : undefined
}

/** A line of a Markdown table as a line of columns. */
function withoutBars(text: string): string {
  return /^\s*\|.*\|\s*$/.test(text)
    ? text
        .trim()
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim())
        .join('    ')
    : text
}

/** istioctl's tables in a text, of any release, whole or rows alone, among prompts, prose and prefixes. Rows without a header make a table of their own. */
export function parseTables(text: string): readonly PastedTable[] {
  const tables: PastedTable[] = []
  let open: Open | undefined
  const loose = new Map<string, {table: PastedTable; rows: PastedRow[]}>()
  const close = () => {
    if (open !== undefined)
      tables.push({
        kind: open.header.kind,
        columns: open.header.columns.map(({name}) => name),
        rows: open.rows,
        headless: false,
        ...definedFields({unread: open.unread.length === 0 ? undefined : open.unread}),
      })
    open = undefined
  }
  for (const {text: raw, number, command} of unwrapLines(text)) {
    const line = withoutBars(raw.replace(/\t/g, '    '))
    const header = command === true ? undefined : tableHeader(line)
    if (header !== undefined) {
      close()
      open = {header, rows: [], unread: []}
      continue
    }
    if (line.trim() === '' || isRule(line) || BARE_PROMPT.test(line)) continue
    const below = open === undefined || command === true ? undefined : rowBelow(line, open.header)
    if (open !== undefined && below !== undefined && isOfTable(open.header, below)) {
      open.rows.push({line: number, cells: below})
      continue
    }
    const row = command === true ? undefined : readRow(line)
    if (row === undefined) {
      if (command === true) close()
      else if (open !== undefined && looksLikeRow(line, open.header)) open.unread.push(number)
      continue
    }
    const key = `${row.shape.kind} ${row.shape.columns.join()}`
    const known = loose.get(key) ?? {
      table: {kind: row.shape.kind, columns: row.shape.columns, rows: [], headless: true},
      rows: [],
    }
    known.rows.push({line: number, cells: row.cells})
    loose.set(key, known)
  }
  close()
  return [...tables, ...[...loose.values()].map(({table, rows}) => ({...table, rows}))]
}

/** True for a line below a header with about as many cells as it has columns. */
function looksLikeRow(line: string, {columns}: TableHeader): boolean {
  const count = line.trim().split(/\t+|\s{2,}/).length
  return count >= 3 && count >= columns.length - 1
}

/** Cells whose form is fixed keep prose below a table out of it. */
const FORMS: Readonly<Record<string, RegExp>> = {
  PORT: /^(\d+|-)$/,
  STATUS: /^[A-Z_]+$/,
  'VALID CERT': /^(true|false)?$/,
  'VIRTUAL HOSTS': /^\d+$/,
  CDS: /^(SYNCED|STALE|NOT SENT|ERROR|IGNORED)/,
  LDS: /^(SYNCED|STALE|NOT SENT|ERROR|IGNORED)/,
  'SUBSCRIBED TYPES': /^\d+/,
}

/** Of routes: a match is a path, and every row has domains. */
const ROUTE_MATCH = /^(\/|regex |PathPrefix:|404$|$)/

function isOfTable({columns, kind}: TableHeader, cells: Readonly<Record<string, string>>): boolean {
  const first = cells[columns[0]?.name ?? ''] ?? ''
  if (/\s/.test(first) && kind !== 'cluster') return false
  if (kind === 'route' && (!ROUTE_MATCH.test(cells.MATCH ?? '') || cells.DOMAINS === '')) return false
  return columns.every(({name}) => own(FORMS, name)?.test(cells[name] ?? '') ?? true)
}
