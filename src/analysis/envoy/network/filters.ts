import {HttpConnectionManager} from '../../../model/envoy/http.js'
import type {FilterChain} from '../../../model/envoy/listener.js'
import {Echo, NetworkDirectResponse, NetworkFilterState, SniCluster, TcpProxy} from '../../../model/envoy/network.js'
import {NetworkRbac} from '../../../model/envoy/rbac.js'
import {WATCHERS} from '../../../model/envoy/registry.js'
import {type Json, unpack} from '../../../model/envoy/schema.js'
import type {DownstreamConnection} from '../connection.js'
import {withFilterState} from '../filters/filter-state.js'
import {rbacDetails, rbacMetadata, rbacVerdict} from '../rbac.js'
import {known, undecided} from '../undecided.js'
import {passesLimit} from './limits.js'

// Network filters: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/network_filters

/** The terminal network filter, and the results of those before it. */
export interface Terminal {
  readonly kind: 'http' | 'tcp' | 'own'
  /** What a filter that answers by itself does. */
  readonly own?: {readonly details: string | null; readonly text: string; readonly at: string} | undefined
  readonly manager: HttpConnectionManager | undefined
  readonly tcp: TcpProxy | undefined
  readonly connection: DownstreamConnection
  /** The cluster that the SNI selects. */
  readonly cluster: string | undefined
  /** The details of an RBAC denial, decided on the first bytes. */
  readonly denied: {readonly details: string; readonly policy: string | undefined; readonly at: string} | undefined
  readonly allowedBy: readonly {readonly text: string; readonly at: string}[]
}

interface Passing {
  readonly connection: DownstreamConnection
  readonly cluster: string | undefined
  readonly metadata: ReadonlyMap<string, Json>
  readonly denied: Terminal['denied']
  readonly allowedBy: Terminal['allowedBy']
}

function rbac(passing: Passing, config: NetworkRbac): Passing {
  known(config, 'a network RBAC filter')
  const {connection, metadata} = passing
  const subject = {
    connection,
    remoteIp: connection.remote.ip,
    headers: [],
    metadata,
    filterState: connection.filterState,
  }
  const verdict = rbacVerdict(config, subject)
  if (verdict === undefined || passing.denied !== undefined) return passing
  if (!verdict.allowed)
    return {...passing, denied: {details: rbacDetails(verdict), policy: verdict.policy, at: verdict.at}}
  const text = `network RBAC allows the connection: ${verdict.policy === undefined ? 'no policy matches' : `policy ${verdict.policy}`}`
  const held = new Map(metadata).set('envoy.filters.network.rbac', rbacMetadata('enforced_', verdict))
  return {...passing, metadata: held, allowedBy: [...passing.allowedBy, {text, at: verdict.at}]}
}

type Filter = FilterChain['filters'][number]

function pass(passing: Passing, filter: Filter, afterHandshake: boolean, sequence: number | undefined): Passing {
  const config = filter.typedConfig
  const rules = unpack(config, NetworkRbac)
  if (rules !== undefined) return afterHandshake ? rbac(passing, rules) : passing
  if (unpack(config, SniCluster) !== undefined) return {...passing, cluster: passing.connection.serverName || undefined}
  const state = unpack(config, NetworkFilterState)
  if (state !== undefined) {
    const {onNewConnection} = known(state, 'set_filter_state')
    // Runs before the handshake, so the peer certificate is still empty.
    const before = {...passing.connection, tls: undefined}
    const filterState = withFilterState(passing.connection.filterState, onNewConnection, before, [])
    return {...passing, connection: {...passing.connection, filterState}}
  }
  if (WATCHERS.has(config?.type ?? '') || passesLimit(filter, sequence)) return passing
  return undecided(`network filter ${filter.name ?? config?.type ?? ''}`, filter.at)
}

function answeredBy(filter: Filter): Terminal['own'] {
  const {typedConfig, at} = filter
  if (unpack(typedConfig, NetworkDirectResponse) !== undefined)
    return {details: 'direct_response', text: 'the filter chain answers with fixed bytes and closes', at}
  return unpack(typedConfig, Echo) === undefined ? undefined : {details: null, text: 'the filter chain echoes', at}
}

/** Runs a chain's network filters up to the one that takes the connection. `afterHandshake` tells whether bytes arrive. */
export function runNetworkFilters(
  chain: FilterChain,
  connection: DownstreamConnection,
  afterHandshake: boolean,
  sequence: number | undefined,
): Terminal {
  let passing: Passing = {connection, cluster: undefined, metadata: new Map(), denied: undefined, allowedBy: []}
  for (const filter of chain.filters) {
    if (known(filter, 'a network filter').configDiscovery !== undefined)
      undecided(`network filter ${filter.name ?? ''} is loaded by ECDS`, filter.at)
    const manager = unpack(filter.typedConfig, HttpConnectionManager)
    const tcp = unpack(filter.typedConfig, TcpProxy)
    if (manager !== undefined) return {kind: 'http', manager, tcp: undefined, ...passing}
    if (tcp !== undefined) return {kind: 'tcp', manager: undefined, tcp, ...passing}
    const own = answeredBy(filter)
    if (own !== undefined) {
      if (passing.denied !== undefined || connection.tls !== undefined || !afterHandshake)
        undecided('a network filter that answers by itself, behind TLS or RBAC', filter.at)
      return {kind: 'own', manager: undefined, tcp: undefined, own, ...passing}
    }
    passing = pass(passing, filter, afterHandshake, sequence)
  }
  return undecided('a filter chain that ends without a TCP proxy or an HTTP connection manager', chain.at)
}
