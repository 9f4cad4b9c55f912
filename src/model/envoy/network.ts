import {Metadata, StringFormat} from './core.js'
import {count, duration, flag, ignored, list, message, one, present, text, WHY} from './schema.js'

// extensions.filters.network: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/network_filters

const NF = 'extensions.filters.network.'

export const TcpProxy = message(`${NF}tcp_proxy.v3.TcpProxy`, {
  statPrefix: ignored(WHY.stats),
  cluster: text,
  weightedClusters: one(
    message(`${NF}tcp_proxy.v3.TcpProxy.WeightedCluster`, {
      clusters: list(
        one(
          message(`${NF}tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight`, {
            name: text,
            weight: count,
            metadataMatch: one(Metadata),
          }),
        ),
      ),
    }),
  ),
  onDemand: present,
  metadataMatch: one(Metadata),
  idleTimeout: duration,
  downstreamIdleTimeout: ignored('ends a connection that is silent'),
  upstreamIdleTimeout: ignored('ends a connection that is silent'),
  accessLog: ignored(WHY.logs),
  accessLogFlushInterval: ignored(WHY.logs),
  flushAccessLogOnConnected: ignored(WHY.logs),
  accessLogOptions: ignored(WHY.logs),
  maxConnectAttempts: ignored('an endpoint that ends a connection another way is undecided'),
  backoffOptions: ignored('says how long to wait before a retry'),
  hashPolicy: ignored('picks one endpoint among the usable ones'),
  tunnelingConfig: present,
  maxDownstreamConnectionDuration: duration,
  proxyProtocolTlvs: ignored(WHY.upstreamRequest),
  upstreamConnectMode: text,
  maxEarlyDataBytes: ignored(WHY.buffers),
})
export type TcpProxy = NonNullable<typeof TcpProxy.yields>

/** Answers every connection with the same bytes, and closes it. */
export const NetworkDirectResponse = message(`${NF}direct_response.v3.Config`, {
  response: ignored('what the bytes are'),
})

export const SniCluster = message(`${NF}sni_cluster.v3.SniCluster`, {})
export const NetworkRateLimit = message(`${NF}local_ratelimit.v3.LocalRateLimit`, {
  statPrefix: ignored(WHY.stats),
  tokenBucket: one(
    message('type.v3.TokenBucket', {
      maxTokens: count,
      tokensPerFill: ignored('says how fast the bucket fills'),
      fillInterval: duration,
    }),
  ),
  runtimeEnabled: ignored('a limit that may refuse is undecided'),
  shareKey: text,
})
export const ConnectionLimit = message(`${NF}connection_limit.v3.ConnectionLimit`, {
  statPrefix: ignored(WHY.stats),
  maxConnections: count,
  delay: ignored('says when a refused connection is closed'),
  runtimeEnabled: ignored('a limit that may refuse is undecided'),
})
/** Sends back what it receives. */
export const Echo = message(`${NF}echo.v3.Echo`, {})

const FilterStateValue = message('extensions.filters.common.set_filter_state.v3.FilterStateValue', {
  objectKey: text,
  factoryKey: ignored('the value is a text either way'),
  formatString: one(StringFormat),
  readOnly: ignored('nothing here sets a key twice'),
  sharedWithUpstream: ignored('read by upstream filters'),
  skipIfEmpty: flag,
})
export type FilterStateValue = NonNullable<typeof FilterStateValue.yields>
export const NetworkFilterState = message(`${NF}set_filter_state.v3.Config`, {
  onNewConnection: list(one(FilterStateValue)),
})
export const HttpFilterState = message('extensions.filters.http.set_filter_state.v3.Config', {
  onRequestHeaders: list(one(FilterStateValue)),
})
