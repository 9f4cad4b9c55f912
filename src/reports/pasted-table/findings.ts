import type {PastedRow, PastedTable, TableKind} from '../../model/evidence/pasted-table.js'

/** What a row says that a person would look for; undefined when nothing. */
type Finding = (row: PastedRow, at: Date) => string | undefined

function ended({cells}: PastedRow, at: Date): string | undefined {
  const end = Date.parse(cells['NOT AFTER'] ?? '')
  const begin = Date.parse(cells['NOT BEFORE'] ?? '')
  const name = cells['RESOURCE NAME'] ?? ''
  const when = `at ${at.toISOString()}`
  if (end <= at.getTime())
    return `certificate ${name} has expired: NOT AFTER is ${cells['NOT AFTER']} (${when})${cells['VALID CERT'] === 'true' ? '; VALID CERT true is what istioctl said when the table was made' : ''}`
  if (begin > at.getTime())
    return `certificate ${name} is not valid yet: NOT BEFORE is ${cells['NOT BEFORE']} (${when})`
  if (/warming|uninitialized/i.test(cells.STATUS ?? ''))
    return `secret ${name} is ${(cells.STATUS ?? '').toLowerCase()}: Envoy waits for it, and what needs it does not serve. The Secret does not exist, is of another namespace or kind, or istiod may not read it`
  if (cells['VALID CERT'] === 'false') return `certificate ${name} is not valid: istioctl says so`
  return undefined
}

function unusable({cells}: PastedRow): string | undefined {
  const bad = cells.STATUS !== undefined && cells.STATUS !== 'HEALTHY' ? cells.STATUS : undefined
  const outlier = cells['OUTLIER CHECK'] === 'FAILED'
  if (bad === undefined && !outlier) return undefined
  const why = [bad === undefined ? '' : `its status is ${bad}`, outlier ? 'outlier detection ejected it' : ''].filter(
    part => part !== '',
  )
  return `endpoint ${cells.ENDPOINT} of ${cells.CLUSTER} gets no requests: ${why.join(', ')}`
}

function blackhole({cells}: PastedRow): string | undefined {
  if (cells.MATCH === undefined || cells['VIRTUAL SERVICE'] !== '404') return undefined
  return `route ${cells.NAME}: every request gets 404 (virtual host without routes): no VirtualService or HTTPRoute is bound to that port`
}

function dropped({cells}: PastedRow): string | undefined {
  if (cells.DESTINATION === undefined || !/BlackHoleCluster/.test(cells.DESTINATION)) return undefined
  const address = cells.ADDRESS ?? cells.ADDRESSES ?? ''
  return `listener ${address}:${cells.PORT} drops what matches ${cells.MATCH ?? 'ALL'} (BlackHoleCluster)`
}

const FINDINGS: Partial<Record<TableKind, Finding>> = {
  secret: ended,
  endpoint: unusable,
  route: blackhole,
  listener: dropped,
}

/** Which connections an inbound port takes, by the chains of the listener 15006 that serve its cluster (with TLS, without, or both). */
function inboundModes(rows: readonly PastedRow[]): readonly string[] {
  const ports = new Map<string, Set<string>>()
  for (const {cells} of rows) {
    const [, cluster] = /^(?:Cluster: |Inline Route: )?inbound\|(\d+)\|/.exec(cells.DESTINATION ?? '') ?? []
    const match = cells.MATCH ?? ''
    if (cells.PORT !== '15006' || cluster === undefined || !/Trans: /.test(match)) continue
    const seen = ports.get(cluster) ?? new Set()
    seen.add(/Trans: tls/.test(match) ? 'tls' : 'raw_buffer')
    ports.set(cluster, seen)
  }
  const words = (seen: ReadonlySet<string>) =>
    seen.size === 2
      ? 'mTLS and plaintext (PERMISSIVE)'
      : seen.has('tls')
        ? 'mTLS alone (STRICT)'
        : 'plaintext alone (DISABLE)'
  return [...ports].map(([port, seen]) => `inbound port ${port}: the rows show chains for ${words(seen)}`)
}

/** What rows of a table say at a time: expired certificates, unusable endpoints, routes that answer 404; in the order of the rows. */
export function tableFindings(kind: TableKind, tables: readonly PastedTable[], at: Date): readonly string[] {
  const finding = FINDINGS[kind]
  if (finding === undefined) return []
  const modes = kind === 'listener' ? tables.flatMap(({rows}) => inboundModes(rows)) : []
  return [...new Set([...tables.flatMap(({rows}) => rows.flatMap(row => finding(row, at) ?? [])), ...modes])]
}
