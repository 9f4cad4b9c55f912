import {
  Address,
  Extension,
  FractionalPercent,
  Http1Options,
  Http2Options,
  HttpProtocolOptions,
  Metadata,
  SocketAddress,
} from './core.js'
import {
  count,
  duration,
  flag,
  ignored,
  list,
  mapOf,
  message,
  one,
  packed,
  present,
  struct,
  text,
  WHY,
} from './schema.js'

// config.cluster.v3 and config.endpoint.v3:
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto

const HEALTH = 'decides when health changes; the dump holds the state there was'
const BALANCING = 'picks one endpoint among the usable ones'

export const Endpoint = message('config.endpoint.v3.Endpoint', {
  address: one(Address),
  healthCheckConfig: ignored(HEALTH),
  hostname: text,
  additionalAddresses: ignored('other ways to the same endpoint'),
})

export const LbEndpoint = message('config.endpoint.v3.LbEndpoint', {
  endpoint: one(Endpoint),
  endpointName: ignored('an endpoint without an address is undecided'),
  healthStatus: text,
  metadata: one(Metadata),
  loadBalancingWeight: ignored(BALANCING),
})
export type LbEndpoint = NonNullable<typeof LbEndpoint.yields>

export const ClusterLoadAssignment = message('config.endpoint.v3.ClusterLoadAssignment', {
  clusterName: text,
  endpoints: list(
    one(
      message('config.endpoint.v3.LocalityLbEndpoints', {
        locality: ignored(BALANCING),
        metadata: ignored(BALANCING),
        lbEndpoints: list(one(LbEndpoint)),
        loadBalancingWeight: count,
        priority: count,
        proximity: ignored(BALANCING),
      }),
    ),
  ),
  namedEndpoints: ignored(BALANCING),
  policy: one(
    message('config.endpoint.v3.ClusterLoadAssignment.Policy', {
      dropOverloads: list(
        one(
          message('config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload', {
            category: ignored(WHY.stats),
            dropPercentage: one(FractionalPercent),
          }),
        ),
      ),
      overprovisioningFactor: count,
      endpointStaleAfter: ignored('needs a clock'),
      weightedPriorityHealth: flag,
    }),
  ),
})
export type ClusterLoadAssignment = NonNullable<typeof ClusterLoadAssignment.yields>

const Thresholds = message('config.cluster.v3.CircuitBreakers.Thresholds', {
  priority: text,
  maxConnections: count,
  maxPendingRequests: count,
  maxRequests: count,
  maxRetries: count,
  retryBudget: ignored('counts requests under way'),
  trackRemaining: ignored(WHY.stats),
  maxConnectionPools: ignored('limits pools, of which a request needs one'),
})
export type Thresholds = NonNullable<typeof Thresholds.yields>

const SubsetSelector = message('config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector', {
  keys: list(text),
  singleHostPerSubset: flag,
  fallbackPolicy: text,
  fallbackKeysSubset: list(text),
})

const TransportSocket = message('config.core.v3.TransportSocket', {name: text, typedConfig: packed})

export const Cluster = message('config.cluster.v3.Cluster', {
  transportSocketMatches: list(
    one(
      message('config.cluster.v3.Cluster.TransportSocketMatch', {
        name: text,
        match: struct,
        transportSocket: one(TransportSocket),
      }),
    ),
  ),
  name: text,
  altStatName: ignored(WHY.stats),
  observabilityName: ignored(WHY.stats),
  type: text,
  clusterType: one(Extension),
  edsClusterConfig: one(
    message('config.cluster.v3.Cluster.EdsClusterConfig', {edsConfig: ignored(WHY.xds), serviceName: text}),
  ),
  connectTimeout: duration,
  perConnectionBufferLimitBytes: ignored(WHY.buffers),
  lbPolicy: ignored(BALANCING),
  loadAssignment: one(ClusterLoadAssignment),
  healthChecks: ignored(HEALTH),
  maxRequestsPerConnection: ignored('every request asked about has a connection of its own'),
  circuitBreakers: one(
    message('config.cluster.v3.CircuitBreakers', {
      thresholds: list(one(Thresholds)),
      perHostThresholds: list(one(Thresholds)),
    }),
  ),
  upstreamHttpProtocolOptions: ignored(WHY.upstreamRequest),
  commonHttpProtocolOptions: one(HttpProtocolOptions),
  httpProtocolOptions: one(Http1Options),
  http2ProtocolOptions: one(Http2Options),
  typedExtensionProtocolOptions: mapOf(packed),
  dnsRefreshRate: ignored('asks DNS again'),
  dnsFailureRefreshRate: ignored('asks DNS again'),
  dnsJitter: ignored('asks DNS again'),
  respectDnsTtl: ignored('asks DNS again'),
  dnsLookupFamily: ignored('asks DNS'),
  dnsResolvers: ignored('asks DNS'),
  dnsResolutionConfig: ignored('asks DNS'),
  typedDnsResolverConfig: ignored('asks DNS'),
  useTcpForDnsLookups: ignored('asks DNS'),
  waitForWarmOnInit: ignored('at the start only'),
  outlierDetection: ignored(HEALTH),
  cleanupInterval: ignored('forgets unused addresses'),
  upstreamBindConfig: one(
    message('config.core.v3.BindConfig', {
      sourceAddress: one(SocketAddress),
      freebind: ignored(WHY.sockets),
      socketOptions: ignored(WHY.sockets),
      extraSourceAddresses: ignored(WHY.sockets),
      additionalSourceAddresses: ignored(WHY.sockets),
      localAddressSelector: ignored(WHY.sockets),
    }),
  ),
  lbSubsetConfig: one(
    message('config.cluster.v3.Cluster.LbSubsetConfig', {
      fallbackPolicy: text,
      defaultSubset: struct,
      subsetSelectors: list(one(SubsetSelector)),
      localityWeightAware: ignored(BALANCING),
      scaleLocalityWeight: ignored(BALANCING),
      panicModeAny: flag,
      listAsAny: flag,
      metadataFallbackPolicy: text,
    }),
  ),
  ringHashLbConfig: ignored(BALANCING),
  maglevLbConfig: ignored(BALANCING),
  originalDstLbConfig: one(
    message('config.cluster.v3.Cluster.OriginalDstLbConfig', {
      useHttpHeader: flag,
      httpHeaderName: text,
      upstreamPortOverride: count,
      metadataKey: present,
    }),
  ),
  leastRequestLbConfig: ignored(BALANCING),
  roundRobinLbConfig: ignored(BALANCING),
  commonLbConfig: one(
    message('config.cluster.v3.Cluster.CommonLbConfig', {
      healthyPanicThreshold: one(message('type.v3.Percent', {value: count})),
      zoneAwareLbConfig: ignored(BALANCING),
      localityWeightedLbConfig: present,
      updateMergeWindow: ignored('delays updates'),
      ignoreNewHostsUntilFirstHc: ignored(HEALTH),
      closeConnectionsOnHostSetChange: ignored('connections here are new'),
      consistentHashingLbConfig: ignored(BALANCING),
      overrideHostStatus: ignored(BALANCING),
    }),
  ),
  transportSocket: one(TransportSocket),
  metadata: one(Metadata),
  protocolSelection: text,
  upstreamConnectionOptions: ignored(WHY.sockets),
  closeConnectionsOnHostHealthFailure: ignored('connections here are new'),
  ignoreHealthOnHostRemoval: ignored(HEALTH),
  filters: list(one(Extension)),
  loadBalancingPolicy: one(
    message('config.cluster.v3.LoadBalancingPolicy', {
      policies: list(
        one(message('config.cluster.v3.LoadBalancingPolicy.Policy', {typedExtensionConfig: one(Extension)})),
      ),
    }),
  ),
  lrsServer: ignored(WHY.stats),
  lrsReportEndpointMetrics: ignored(WHY.stats),
  trackTimeoutBudgets: ignored(WHY.stats),
  upstreamConfig: one(Extension),
  trackClusterStats: ignored(WHY.stats),
  preconnectPolicy: ignored('opens connections early'),
  connectionPoolPerDownstreamConnection: ignored('connections here are new'),
})
export type Cluster = NonNullable<typeof Cluster.yields>

const HTTP = 'extensions.upstreams.http.v3.HttpProtocolOptions'
export const UpstreamHttp = message(HTTP, {
  commonHttpProtocolOptions: one(HttpProtocolOptions),
  upstreamHttpProtocolOptions: one(
    message('config.core.v3.UpstreamHttpProtocolOptions', {
      autoSni: ignored('the name in the ClientHello, by which no server here chooses'),
      autoSanValidation: flag,
      overrideAutoSniHeader: text,
    }),
  ),
  explicitHttpConfig: one(
    message(`${HTTP}.ExplicitHttpConfig`, {
      httpProtocolOptions: one(Http1Options),
      http2ProtocolOptions: one(Http2Options),
      http3ProtocolOptions: ignored('a cluster without HTTP/1 is undecided'),
    }),
  ),
  useDownstreamProtocolConfig: one(
    message(`${HTTP}.UseDownstreamHttpConfig`, {
      httpProtocolOptions: one(Http1Options),
      http2ProtocolOptions: one(Http2Options),
      http3ProtocolOptions: ignored('QUIC is not asked about'),
    }),
  ),
  autoConfig: one(
    message(`${HTTP}.AutoHttpConfig`, {
      httpProtocolOptions: one(Http1Options),
      http2ProtocolOptions: one(Http2Options),
      http3ProtocolOptions: ignored('QUIC is not asked about'),
      alternateProtocolsCacheOptions: ignored('QUIC is not asked about'),
    }),
  ),
  httpFilters: list(one(Extension)),
  headerValidationConfig: present,
  outlierDetection: ignored(HEALTH),
  retryPolicy: present,
})
