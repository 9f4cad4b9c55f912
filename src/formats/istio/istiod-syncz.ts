import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import {byXdsOrder, xdsType, xdsTypeNamed} from '../../model/envoy/xds-type.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {ProxyConnection, SyncState, TypeSync} from '../../model/istio/sync-state.js'
import {at, isObject, type JsonObject, listOf, objectOf, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'

/** A page of istiod's connections, and how many entries were tools asking rather than proxies. */
export interface SynczPage {
  readonly proxies: readonly ProxyConnection[]
  readonly tools: number
}

/** The four types of istiod before it listed `resources` by type URL (pilot/pkg/xds/debug.go, SyncStatus). */
const LEGACY: readonly (readonly [string, string])[] = [
  ['CDS', 'cluster'],
  ['LDS', 'listener'],
  ['EDS', 'endpoint'],
  ['RDS', 'route'],
  ['ECDS', 'extensionconfig'],
]

const XDS_STATES: Readonly<Record<string, SyncState>> = {
  SYNCED: 'SYNCED',
  STALE: 'STALE',
  NOT_SENT: 'NOT SENT',
  ERROR: 'ERROR',
}

/** A time of Go; its zero value, year 1, means that there is none. */
function goTime(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('0001-01-01T') ? undefined : text
}

/** A nonce begins with the push's time, `2026-11-20T18:54:18Z/29…`; undefined for one of another form. */
function nonceTime(nonce: string | undefined): string | undefined {
  return goTime(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\//.exec(nonce ?? '')?.[1])
}

/** istiod's own logic: an error wins, nothing sent is NOT SENT, the same sent and acked is SYNCED, else STALE. */
function typeSync(
  type: string,
  sent: string | undefined,
  acked: string | undefined,
  sentTime?: string,
  error?: string,
): TypeSync {
  const delivery: SyncState = sent === acked ? 'SYNCED' : 'STALE'
  const state: SyncState = error ? 'ERROR' : sent ? delivery : 'NOT SENT'
  const sentAt = goTime(sentTime) ?? nonceTime(sent)
  const ackedAt = nonceTime(acked)
  return {
    type,
    state,
    sentAt,
    ackedAt,
    ...definedFields({
      ackedOnce: (sent || error) && ackedAt === undefined ? acked !== undefined && acked !== '' : undefined,
      error: error === undefined || error === '' ? undefined : error.trim(),
    }),
  }
}

function debugTypes(entry: JsonObject): readonly TypeSync[] {
  const resources = objectOf(entry, 'resources')
  if (resources !== undefined) {
    return Object.entries(resources).map(([url, value]) =>
      typeSync(
        xdsType(url).short,
        textOf(value, 'sent'),
        textOf(value, 'acked'),
        textOf(value, 'sentTime'),
        textOf(value, 'lastError'),
      ),
    )
  }
  return LEGACY.flatMap(([type, word]) => {
    const sent = textOf(entry, `${word}_sent`)
    const acked = textOf(entry, `${word}_acked`)
    return sent === undefined && acked === undefined ? [] : [typeSync(type, sent, acked)]
  })
}

/** Older istiods list only types something was sent for; the four every proxy asks for are then NOT SENT, as istioctl said. */
function legacyComplete(entry: JsonObject, types: readonly TypeSync[]): readonly TypeSync[] {
  if (objectOf(entry, 'resources') !== undefined) return types
  const absent = ['CDS', 'LDS', 'EDS', 'RDS'].filter(type => !types.some(each => each.type === type))
  return [...types, ...absent.map(type => ({type, state: 'NOT SENT' as const}))]
}

/** A cell of istioctl's table: `SYNCED`, `STALE (Never Acknowledged)`, `STALE (3m)`, `NOT SENT`. */
function tableState(type: string, cell: string): readonly TypeSync[] {
  const state = (['SYNCED', 'STALE', 'NOT SENT', 'ERROR', 'SUBSCRIBED'] as const).find(each => cell.startsWith(each))
  if (state === undefined) return []
  return [{type, state, ...definedFields({ackedOnce: /never acknowledged/i.test(cell) ? false : undefined})}]
}

/** A row of `istioctl proxy-status` pasted by a user. */
function tableProxy(entry: JsonObject, states: JsonObject): ProxyConnection {
  const istiod = textOf(entry, 'istiod') ?? ''
  return {
    id: textOf(entry, 'proxy') ?? '',
    cluster: textOf(entry, 'cluster_id') ?? '',
    kind: '',
    version: textOf(entry, 'istio_version') ?? '',
    ...definedFields({istiod: istiod === '' ? undefined : istiod}),
    types: Object.entries(states).flatMap(([type, cell]) => (typeof cell === 'string' ? tableState(type, cell) : [])),
  }
}

function debugProxy(entry: JsonObject): ProxyConnection {
  const table = objectOf(entry, 'table_states')
  if (table !== undefined) return tableProxy(entry, table)
  return {
    id: textOf(entry, 'proxy') ?? '',
    cluster: textOf(entry, 'cluster_id') ?? '',
    kind: textOf(entry, 'proxy_type') ?? '',
    version: textOf(entry, 'istio_version') ?? '',
    types: [...legacyComplete(entry, debugTypes(entry))].sort((a, b) => byXdsOrder(a.type, b.type)),
  }
}

/** envoy.service.status.v3.ClientConfig, the form of istiod's xDS debug service and of `istioctl proxy-status -o json`. */
function clientConfig(entry: unknown): ProxyConnection {
  const types = listOf(entry, 'generic_xds_configs').flatMap(config => {
    const status = textOf(config, 'config_status') ?? 'UNKNOWN'
    const state = own(XDS_STATES, status)
    if (state === undefined) return []
    const sentAt = goTime(textOf(config, 'last_updated'))
    const error = textOf(config, 'error_state', 'details')?.trim()
    const type = xdsType(textOf(config, 'type_url') ?? '').short
    return [{type, state, sentAt, error}]
  })
  return {
    id: textOf(entry, 'node', 'id') ?? '',
    cluster: textOf(entry, 'node', 'metadata', 'CLUSTER_ID') ?? '',
    kind: '',
    version: textOf(entry, 'node', 'metadata', 'ISTIO_VERSION') ?? '',
    types: types.sort((a, b) => byXdsOrder(a.type, b.type)),
  }
}

/** A connection of istioctl or another client of the debug service: it reports a version far above any istiod's. */
function isTool(proxy: ProxyConnection): boolean {
  return /^65536\./.test(proxy.version)
}

/**
 * Reads what `GET /debug/syncz` of istiod's monitoring port answers, or the same in the form of its xDS debug service;
 * anything else is a gap that says what it is. An old istiod may answer `null` for no connections.
 */
export function parseSyncz(artifact: Artifact): Answer<SynczPage> {
  const what = `syncz page${artifact.provenance.from === undefined ? '' : ` of ${artifact.provenance.from}`}`
  const json = parseJson(artifact.bytes, what)
  if (!json.ok) return json
  const value = json.value
  if (value === null) return answered({proxies: [], tools: 0})
  const all = Array.isArray(value)
    ? value.filter(isObject).map(debugProxy)
    : Array.isArray(at(value, 'resources'))
      ? listOf(value, 'resources').map(clientConfig)
      : undefined
  if (all === undefined || (all.length > 0 && all.every(proxy => proxy.id === ''))) {
    return missing(what, 'unreadable', 'it is JSON, but not a list of proxies as istiod writes it')
  }
  const proxies = all.filter(proxy => !isTool(proxy))
  return answered({proxies, tools: all.length - proxies.length})
}

/** The short names of the types every Envoy proxy of Istio must be subscribed to; without them it gets no clusters or listeners at all. */
export const ESSENTIAL_TYPES: readonly string[] = [xdsTypeNamed('CDS').short, xdsTypeNamed('LDS').short]
