import {XDS_TYPES} from '../../model/envoy/xds-type.js'
import type {PastedTable} from '../../model/evidence/pasted-table.js'

const TYPES = [...new Set(XDS_TYPES.map(({short}) => short))]

/** Columns of a table that hold the states of a type. */
function typesOf({columns}: PastedTable): readonly string[] {
  return columns.filter(name => TYPES.includes(name))
}

/** The column of the newest default table, which lists what each proxy subscribes to and no states. */
const SUBSCRIBED = 'SUBSCRIBED TYPES'

/** True when the table lists proxies, with their states or only with what they subscribe to. */
export function listsProxies(table: PastedTable): boolean {
  return typesOf(table).length > 0 || table.columns.includes(SUBSCRIBED)
}

/** `4 (CDS,LDS,EDS,RDS)` as a state of each of these types. */
function subscriptions(cell: string): readonly (readonly [string, string])[] {
  const types = /\(([^()]*)\)/.exec(cell)?.[1] ?? ''
  return types.split(',').flatMap(type => (type.trim() === '' ? [] : [[type.trim(), 'SUBSCRIBED'] as const]))
}

/**
 * The rows of a proxy-status table as entries of a syncz page, for `parseSyncz`: the states as they are written, under `table_states`.
 * A cell such as `STALE (Never Acknowledged)` keeps its parenthesis.
 */
export function syncEntries(tables: readonly PastedTable[]): readonly unknown[] {
  return tables.filter(listsProxies).flatMap(table =>
    table.rows.map(({cells}) => ({
      proxy: cells.NAME ?? '',
      cluster_id: cells.CLUSTER ?? '',
      istiod: cells.ISTIOD ?? cells.PILOT ?? '',
      istio_version: cells.VERSION ?? '',
      table_states: Object.fromEntries([
        ...subscriptions(cells[SUBSCRIBED] ?? ''),
        ...typesOf(table).map(type => [type, cells[type] ?? ''] as const),
      ]),
    })),
  )
}
