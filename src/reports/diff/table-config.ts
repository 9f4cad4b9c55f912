import {groupedBy} from '../../model/collections/grouped-by.js'
import {
  CONFIG_SECTIONS,
  type ConfigSection,
  type EnvoySection,
  type Resources,
} from '../../model/envoy/config-change.js'
import type {PastedRow, PastedTable, TableKind} from '../../model/evidence/pasted-table.js'
import type {Source} from '../../sources/source.js'
import type {DumpConfig} from './proxy-config.js'

/** The section each table of istioctl is about, and the columns that name a resource in it. */
const TABLES: Readonly<Record<EnvoySection, readonly [kind: TableKind, key: readonly string[]] | undefined>> = {
  clusters: ['cluster', ['DIRECTION', 'PORT', 'SUBSET', 'SERVICE FQDN']],
  listeners: ['listener', ['ADDRESS', 'ADDRESSES', 'PORT']],
  routes: ['route', ['NAME', 'VHOST NAME']],
  endpoints: ['endpoint', ['CLUSTER']],
  secrets: ['secret', ['RESOURCE NAME']],
  extensions: undefined,
}

function resourcesOf(tables: readonly PastedTable[], key: readonly string[]): Resources {
  const nameOf = ({cells}: PastedRow) =>
    key
      .map(column => cells[column])
      .filter(cell => cell !== undefined)
      .map(cell => (cell === '-' ? '' : cell))
      .join('|')
  const groups = groupedBy(
    tables.flatMap(({rows}) => rows),
    nameOf,
  )
  const rest = ({cells}: PastedRow) => Object.fromEntries(Object.entries(cells).filter(([name]) => !key.includes(name)))
  return new Map(
    [...groups].map(([name, rows]) => [name, rows.length === 1 ? rows.map(rest)[0] : {rows: rows.map(rest)}]),
  )
}

/** The rows of istioctl's tables among the files given, as one side of a comparison with another table; undefined when there are none. */
export function tableConfig(source: Source): DumpConfig | undefined {
  const sections = new Map<ConfigSection, Resources>()
  const absent = new Map<ConfigSection, string>()
  for (const section of CONFIG_SECTIONS) {
    const [kind, key] = TABLES[section] ?? []
    const tables = kind === undefined ? [] : (source.tables?.(kind) ?? [])
    if (tables.length > 0) sections.set(section, resourcesOf(tables, key ?? []))
    else absent.set(section, `no table of ${section} in ${source.origin.label}`)
  }
  if (sections.size === 0) return undefined
  return {sections, absent, own: [], fromIstiod: false, remarks: new Map(), version: '', statics: new Map()}
}
