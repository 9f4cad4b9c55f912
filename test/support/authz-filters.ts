import type {AskedRequest} from '../../src/analysis/authorization/asked.js'
import type {DownstreamConnection} from '../../src/analysis/envoy/connection.js'
import {rbacVerdict} from '../../src/analysis/envoy/rbac.js'
import {readProto} from '../../src/formats/envoy-proto/read.js'
import {HttpRbac, NetworkRbac} from '../../src/model/envoy/rbac.js'
import type {Json} from '../../src/model/envoy/schema.js'

export type FilterVerdict = 'allowed' | 'denied' | 'external'

function connectionOf(asked: AskedRequest): DownstreamConnection {
  const address = {ip: asked.directIp ?? '', port: 40_000}
  return {
    local: {ip: asked.destinationIp ?? '', port: asked.port ?? 0},
    localRestored: true,
    remote: {ip: asked.remoteIp ?? '', port: 40_000},
    directRemote: address,
    transport: asked.identity === null ? 'raw_buffer' : 'tls',
    applicationProtocols: [],
    serverName: asked.sni ?? '',
    tls:
      typeof asked.identity === 'string'
        ? {
            alpn: '',
            validated: true,
            certificate: {uriSans: [asked.identity], dnsSans: [], subject: ''} as never,
          }
        : undefined,
    filterState: new Map(),
  }
}

/** What the interpreter of Envoy says the filters do with a request; `peerByFilterState` as the filters were made. */
export function byFilters(filters: readonly unknown[], asked: AskedRequest): FilterVerdict {
  const headers: (readonly [string, string])[] = asked.tcp
    ? []
    : [
        ...(asked.host === null || asked.host === undefined ? [] : [[':authority', asked.host] as const]),
        [':method', asked.method ?? ''],
        [':path', asked.path ?? ''],
        ...(asked.headers ?? []),
      ]
  const metadata = new Map<string, Json>([['envoy.filters.a.b', {c: 'exact'}]])
  if (asked.claims !== null && asked.claims !== undefined && !asked.tcp)
    metadata.set('envoy.filters.http.jwt_authn', {payload: asked.claims})
  const filterState = new Map(asked.identity == null ? [] : [['io.istio.peer_principal', asked.identity]])
  const subject = {connection: connectionOf(asked), remoteIp: asked.remoteIp ?? '', headers, metadata, filterState}
  let asks = false
  let shadow: string | undefined
  for (const filter of filters) {
    const {name, typedConfig} = filter as {name: string; typedConfig: unknown}
    if (name.endsWith('ext_authz')) {
      asks ||= shadow?.startsWith('istio-ext-authz-') === true
      continue
    }
    const config = name.includes('http')
      ? readProto(HttpRbac, typedConfig, '')
      : readProto(NetworkRbac, typedConfig, '')
    if (config === undefined) throw new Error('no RBAC filter')
    shadow = rbacVerdict({rules: config.shadowRules, matcher: undefined}, subject)?.policy
    if (rbacVerdict({rules: config.rules, matcher: undefined}, subject)?.allowed === false) return 'denied'
  }
  return asks ? 'external' : 'allowed'
}
