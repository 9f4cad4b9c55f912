import {Address, CidrRange, Extension, Metadata} from './core.js'
import {MatcherTree} from './matching.js'
import {
  count,
  duration,
  flag,
  ignored,
  list,
  message,
  one,
  packed,
  type Read,
  type Schema,
  text,
  WHY,
  wrappedFlag,
} from './schema.js'

// config.listener.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto

export const FilterChainMatch = message('config.listener.v3.FilterChainMatch', {
  destinationPort: count,
  prefixRanges: list(one(CidrRange)),
  serverNames: list(text),
  transportProtocol: text,
  applicationProtocols: list(text),
  directSourcePrefixRanges: list(one(CidrRange)),
  sourceType: text,
  sourcePrefixRanges: list(one(CidrRange)),
  sourcePorts: list(count),
})
export type FilterChainMatch = NonNullable<typeof FilterChainMatch.yields>

export const NetworkFilter = message('config.listener.v3.Filter', {
  name: text,
  typedConfig: packed,
  configDiscovery: one(
    message('config.core.v3.ExtensionConfigSource', {
      configSource: ignored(WHY.xds),
      defaultConfig: packed,
      applyDefaultConfigWithoutWarming: ignored(WHY.xds),
      typeUrls: ignored(WHY.xds),
    }),
  ),
})
export type NetworkFilter = NonNullable<typeof NetworkFilter.yields>

export const FilterChain = message('config.listener.v3.FilterChain', {
  filterChainMatch: one(FilterChainMatch),
  filters: list(one(NetworkFilter)),
  transportSocket: one(Extension),
  transportSocketConnectTimeout: ignored('ends handshakes that hang'),
  name: text,
  metadata: ignored('filled by Istio, read by no filter here'),
  onDemandConfiguration: ignored('builds a chain late'),
})
export type FilterChain = NonNullable<typeof FilterChain.yields>

export interface ListenerFilterPredicate extends Read {
  readonly orMatch: (Read & {readonly rules: readonly ListenerFilterPredicate[]}) | undefined
  readonly andMatch: (Read & {readonly rules: readonly ListenerFilterPredicate[]}) | undefined
  readonly notMatch: ListenerFilterPredicate | undefined
  readonly anyMatch: boolean | undefined
  readonly destinationPortRange:
    | (Read & {readonly start: number | undefined; readonly end: number | undefined})
    | undefined
}
const PredicateSet = message('config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet', {
  rules: list(one(() => ListenerFilterPredicate)),
})
export const ListenerFilterPredicate: Schema<ListenerFilterPredicate> = message(
  'config.listener.v3.ListenerFilterChainMatchPredicate',
  {
    orMatch: one(PredicateSet),
    andMatch: one(PredicateSet),
    notMatch: one(() => ListenerFilterPredicate),
    anyMatch: wrappedFlag,
    destinationPortRange: one(message('type.v3.Int32Range', {start: count, end: count})),
  },
)

export const ListenerFilter = message('config.listener.v3.ListenerFilter', {
  name: text,
  typedConfig: packed,
  filterDisabled: one(ListenerFilterPredicate),
})
export type ListenerFilter = NonNullable<typeof ListenerFilter.yields>

export const Listener = message('config.listener.v3.Listener', {
  name: text,
  address: one(Address),
  additionalAddresses: ignored('read with the sockets of all listeners'),
  statPrefix: ignored(WHY.stats),
  filterChains: list(one(FilterChain)),
  filterChainMatcher: one(MatcherTree),
  useOriginalDst: flag,
  defaultFilterChain: one(FilterChain),
  perConnectionBufferLimitBytes: ignored(WHY.buffers),
  metadata: one(Metadata),
  deprecatedV1: ignored('read with the sockets of all listeners'),
  drainType: ignored('says when it drains'),
  listenerFilters: list(one(ListenerFilter)),
  listenerFiltersTimeout: duration,
  continueOnListenerFiltersTimeout: flag,
  transparent: ignored(WHY.sockets),
  freebind: ignored(WHY.sockets),
  socketOptions: ignored(WHY.sockets),
  tcpFastOpenQueueLength: ignored(WHY.sockets),
  trafficDirection: ignored('a label'),
  connectionBalanceConfig: ignored('spreads connections over threads'),
  reusePort: ignored(WHY.sockets),
  enableReusePort: ignored(WHY.sockets),
  accessLog: ignored(WHY.logs),
  tcpBacklogSize: ignored(WHY.sockets),
  maxConnectionsToAcceptPerSocketEvent: ignored(WHY.sockets),
  bindToPort: ignored('read with the sockets of all listeners'),
  internalListener: ignored('read with the sockets of all listeners'),
  enableMptcp: ignored(WHY.sockets),
  ignoreGlobalConnLimit: ignored('limits apply under load only'),
  bypassOverloadManager: ignored('limits apply under load only'),
})
export type Listener = NonNullable<typeof Listener.yields>

// extensions.filters.listener
const LF = 'extensions.filters.listener.'
export const TlsInspector = message(`${LF}tls_inspector.v3.TlsInspector`, {
  enableJa3Fingerprinting: ignored(WHY.logs),
  enableJa4Fingerprinting: ignored(WHY.logs),
  initialReadBufferSize: ignored(WHY.buffers),
  closeConnectionOnClientHelloParsingErrors: flag,
})
export const HttpInspector = message(`${LF}http_inspector.v3.HttpInspector`, {})
export const OriginalDst = message(`${LF}original_dst.v3.OriginalDst`, {})
export const OriginalSrc = message(`${LF}original_src.v3.OriginalSrc`, {
  bindPort: ignored('the address Envoy calls the upstream from'),
  mark: ignored(WHY.sockets),
})
export const ProxyProtocol = message(`${LF}proxy_protocol.v3.ProxyProtocol`, {
  allowRequestsWithoutProxyProtocol: flag,
  passThroughTlvs: ignored(WHY.upstreamRequest),
  statPrefix: ignored(WHY.stats),
})
