import type {PastedTable} from '../../model/pasted-table.js'
import {XDS_TYPES} from '../../model/xds-type.js'

const TYPES = [...new Set(XDS_TYPES.map(({short}) => short))]

/** Columns of a table that hold the states of a type. */
function typesOf({columns}: PastedTable): readonly string[] {
  return columns.filter(name => TYPES.includes(name))
}

/** True when the table says of each proxy whether it has what was sent; the newest default table lists only subscriptions. */
export function hasStates(table: PastedTable): boolean {
  return typesOf(table).length > 0
}

/**
 * The rows of a proxy-status table as entries of a syncz page, for `parseSyncz`: the states as they are written, under `table_states`.
 * A cell such as `STALE (Never Acknowledged)` keeps its parenthesis.
 */
export function syncEntries(tables: readonly PastedTable[]): readonly unknown[] {
  return tables.filter(hasStates).flatMap(table =>
    table.rows.map(({cells}) => ({
      proxy: cells.NAME ?? '',
      cluster_id: cells.CLUSTER ?? '',
      istiod: cells.ISTIOD ?? cells.PILOT ?? '',
      istio_version: cells.VERSION ?? '',
      table_states: Object.fromEntries(typesOf(table).map(type => [type, cells[type] ?? ''])),
    })),
  )
}
