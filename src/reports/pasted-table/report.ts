import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {PastedRow, PastedTable, TableKind} from '../../model/evidence/pasted-table.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'
import {nothingLeft} from '../config-dump.js'
import type {Report} from '../report.js'
import {tableFindings} from './findings.js'

/** The filters of proxy-config commands, as far as a table has their columns. */
export interface TableFilter {
  readonly fqdn?: string | undefined
  readonly direction?: string | undefined
  readonly subset?: string | undefined
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly type?: string | undefined
  readonly name?: string | undefined
  readonly cluster?: string | undefined
  readonly status?: string | undefined
}

export interface PastedTableReport extends Report {
  readonly kind: TableKind
  readonly tables: readonly PastedTable[]
  /** What its rows say that a person would look for. */
  readonly findings: readonly string[]
}

function cell({cells}: PastedRow, ...columns: readonly string[]): string {
  return columns.map(name => cells[name]).find(value => value !== undefined) ?? ''
}

function addressOf(row: PastedRow): string {
  return cell(row, 'ADDRESS', 'ADDRESSES', 'ENDPOINT')
}

function hasAddress(row: PastedRow, address: string): boolean {
  return addressOf(row)
    .split(',')
    .some(each => each === address || each.replace(/:\d+$/, '') === address)
}

function keeps(kind: TableKind, filter: TableFilter, row: PastedRow): boolean {
  const {fqdn, direction, subset, port, address, type, name, cluster, status} = filter
  const portText = kind === 'endpoint' ? (/:(\d+)$/.exec(addressOf(row))?.[1] ?? '') : cell(row, 'PORT')
  return (
    (!fqdn || cell(row, 'SERVICE FQDN').includes(fqdn)) &&
    (!direction || cell(row, 'DIRECTION').includes(direction)) &&
    (!subset || cell(row, 'SUBSET') === subset) &&
    (!port || portText === String(port)) &&
    (!address || hasAddress(row, address)) &&
    (!type || cell(row, 'TYPE').toLowerCase() === type.toLowerCase()) &&
    (!name || cell(row, 'NAME') === name) &&
    (!cluster || cell(row, 'CLUSTER') === cluster) &&
    (!status || cell(row, 'STATUS').toLowerCase() === status.toLowerCase())
  )
}

/** The columns a filter is about; a table without them cannot be filtered by it. */
const NEEDS: readonly (readonly [keyof TableFilter, readonly string[]])[] = [
  ['type', ['TYPE']],
  ['subset', ['SUBSET']],
  ['status', ['STATUS']],
]

function refuseFilter(table: PastedTable, filter: TableFilter): void {
  const missing = NEEDS.find(
    ([name, columns]) => filter[name] !== undefined && !columns.some(each => table.columns.includes(each)),
  )
  if (missing === undefined) return
  throw new UserError(
    `${table.page ?? 'this table of istioctl'} has no column ${missing[1][0]}, so --${missing[0]} cannot be applied`,
    {
      next: `istioctl proxy-config ${table.kind} POD -o json > FILE   # has everything; or a config_dump`,
    },
  )
}

/** Lines that look like rows of a table but are not: their content is unknown. */
function unreadRows(tables: readonly PastedTable[]): readonly Gap[] {
  const lines = tables.flatMap(({unread = []}) => unread)
  if (lines.length === 0) return []
  const shown = `${lines.slice(0, 5).join(', ')}${lines.length > 5 ? ', …' : ''}`
  return [{what: `${humanCount(lines.length, 'row')} of the table`, reason: 'unreadable', detail: `line ${shown}`}]
}

/** The rows of istioctl's tables among the files given that pass the filter; undefined when there is no such table. */
export function pastedTableReport(
  source: Source,
  kind: TableKind,
  filter: TableFilter,
  at: Date,
): PastedTableReport | undefined {
  const found = source.tables?.(kind) ?? []
  if (found.length === 0) return undefined
  for (const table of found) refuseFilter(table, filter)
  const tables = found.map(table => ({...table, rows: table.rows.filter(row => keeps(kind, filter, row))}))
  const all = found.reduce((sum, {rows}) => sum + rows.length, 0)
  const kept = tables.reduce((sum, {rows}) => sum + rows.length, 0)
  return {
    ...answeredFrom(noted(source)),
    gaps: unreadRows(found),
    notes: [
      `read from ${found[0]?.page ?? `a table of istioctl proxy-config ${kind}`}: what it has no column for is not known`,
      ...(kept < all || kept === 0 ? nothingLeft(kept, all, 'rows') : []),
    ],
    kind,
    tables: tables.filter(({rows}) => rows.length > 0 || kept === 0),
    findings: tableFindings(kind, tables, at),
  }
}
