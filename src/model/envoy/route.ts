import {DataSource, Extension, Metadata, RuntimeFraction} from './core.js'
import {
  CookieMatcher,
  FilterStateMatcher,
  HeaderMatcher,
  MatcherTree,
  MetadataMatcher,
  QueryMatcher,
  RegexMatcher,
  RegexRewrite,
} from './matching.js'
import {RouteRateLimit} from './rate-limit.js'
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
  text,
  WHY,
  wrappedFlag,
} from './schema.js'

// config.route.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto

export const RouteMatch = message('config.route.v3.RouteMatch', {
  prefix: text,
  path: text,
  safeRegex: one(RegexMatcher),
  connectMatcher: present,
  pathSeparatedPrefix: text,
  pathMatchPolicy: one(Extension),
  caseSensitive: wrappedFlag,
  runtimeFraction: one(RuntimeFraction),
  headers: list(one(HeaderMatcher)),
  queryParameters: list(one(QueryMatcher)),
  grpc: present,
  tlsContext: one(
    message('config.route.v3.RouteMatch.TlsContextMatchOptions', {presented: wrappedFlag, validated: wrappedFlag}),
  ),
  dynamicMetadata: list(one(MetadataMatcher)),
  cookies: list(one(CookieMatcher)),
  filterState: list(one(FilterStateMatcher)),
})
export type RouteMatch = NonNullable<typeof RouteMatch.yields>

const HeaderOption = message('config.core.v3.HeaderValueOption', {
  header: one(message('config.core.v3.HeaderValue', {key: text, value: text, rawValue: text})),
  append: ignored(WHY.upstreamRequest),
  appendAction: text,
  keepEmptyValue: ignored(WHY.upstreamRequest),
})

const CLUSTER_CHOICE = {
  requestHeadersToAdd: list(one(HeaderOption)),
  requestHeadersToRemove: list(text),
  responseHeadersToAdd: list(one(HeaderOption)),
  responseHeadersToRemove: list(text),
}

export const WeightedCluster = message('config.route.v3.WeightedCluster', {
  clusters: list(
    one(
      message('config.route.v3.WeightedCluster.ClusterWeight', {
        name: text,
        clusterHeader: text,
        weight: count,
        metadataMatch: one(Metadata),
        ...CLUSTER_CHOICE,
        typedPerFilterConfig: mapOf(packed),
        hostRewriteLiteral: text,
      }),
    ),
  ),
  totalWeight: ignored('a weight counts in relation to the others'),
  runtimeKeyPrefix: text,
  headerName: text,
})
export type WeightedCluster = NonNullable<typeof WeightedCluster.yields>

export const RetryPolicy = message('config.route.v3.RetryPolicy', {
  retryOn: text,
  numRetries: count,
  perTryTimeout: duration,
  perTryIdleTimeout: duration,
  retryPriority: one(Extension),
  retryHostPredicate: list(one(Extension)),
  retryOptionsPredicates: list(one(Extension)),
  hostSelectionRetryMaxAttempts: count,
  retriableStatusCodes: list(count),
  retryBackOff: ignored('says how long to wait before a retry'),
  rateLimitedRetryBackOff: ignored('says how long to wait before a retry'),
  retriableHeaders: list(one(HeaderMatcher)),
  retriableRequestHeaders: list(one(HeaderMatcher)),
  refreshClusterOnRetry: ignored('the cluster stays the same'),
})
export type RetryPolicy = NonNullable<typeof RetryPolicy.yields>

export const UpgradeConfig = message('config.route.v3.RouteAction.UpgradeConfig', {
  upgradeType: text,
  enabled: wrappedFlag,
  connectConfig: one(
    message('config.route.v3.RouteAction.UpgradeConfig.ConnectConfig', {
      proxyProtocolConfig: ignored(WHY.upstreamRequest),
      allowPost: flag,
    }),
  ),
})

export const RouteAction = message('config.route.v3.RouteAction', {
  cluster: text,
  clusterHeader: text,
  weightedClusters: one(WeightedCluster),
  clusterSpecifierPlugin: text,
  inlineClusterSpecifierPlugin: present,
  clusterNotFoundResponseCode: text,
  metadataMatch: one(Metadata),
  prefixRewrite: text,
  regexRewrite: one(RegexRewrite),
  pathRewritePolicy: one(Extension),
  hostRewriteLiteral: text,
  autoHostRewrite: wrappedFlag,
  hostRewriteHeader: text,
  hostRewritePathRegex: one(RegexRewrite),
  appendXForwardedHost: ignored(WHY.upstreamRequest),
  timeout: duration,
  idleTimeout: duration,
  flushTimeout: ignored(WHY.response),
  earlyDataPolicy: ignored('QUIC and TLS early data are not asked about'),
  retryPolicy: one(RetryPolicy),
  retryPolicyTypedConfig: packed,
  requestMirrorPolicies: ignored('a copy, which changes nothing for the request itself'),
  priority: text,
  rateLimits: list(one(RouteRateLimit)),
  includeVhRateLimits: wrappedFlag,
  hashPolicy: ignored('picks one endpoint among the usable ones'),
  cors: present,
  maxGrpcTimeout: duration,
  grpcTimeoutOffset: duration,
  upgradeConfigs: list(one(UpgradeConfig)),
  internalRedirectPolicy: present,
  internalRedirectAction: text,
  maxInternalRedirects: ignored('a redirect that is followed is undecided'),
  hedgePolicy: present,
  maxStreamDuration: one(
    message('config.route.v3.RouteAction.MaxStreamDuration', {
      maxStreamDuration: duration,
      grpcTimeoutHeaderMax: duration,
      grpcTimeoutHeaderOffset: duration,
    }),
  ),
})
export type RouteAction = NonNullable<typeof RouteAction.yields>

export const RedirectAction = message('config.route.v3.RedirectAction', {
  httpsRedirect: flag,
  schemeRedirect: text,
  hostRedirect: text,
  portRedirect: count,
  pathRedirect: text,
  prefixRewrite: text,
  regexRewrite: one(RegexRewrite),
  responseCode: text,
  stripQuery: flag,
})
export type RedirectAction = NonNullable<typeof RedirectAction.yields>

export const DirectResponse = message('config.route.v3.DirectResponseAction', {
  status: count,
  body: one(DataSource),
  bodyFormat: ignored(WHY.response),
})

const SHARED = {
  requestHeadersToAdd: list(one(HeaderOption)),
  requestHeadersToRemove: list(text),
  responseHeadersToAdd: list(one(HeaderOption)),
  responseHeadersToRemove: list(text),
  typedPerFilterConfig: mapOf(packed),
  perRequestBufferLimitBytes: ignored(WHY.buffers),
  requestBodyBufferLimit: ignored(WHY.buffers),
}

export const Route = message('config.route.v3.Route', {
  name: text,
  match: one(RouteMatch),
  route: one(RouteAction),
  redirect: one(RedirectAction),
  directResponse: one(DirectResponse),
  filterAction: present,
  nonForwardingAction: ignored('answers like a route without a cluster'),
  metadata: one(Metadata),
  decorator: ignored(WHY.tracing),
  tracing: ignored(WHY.tracing),
  statPrefix: ignored(WHY.stats),
  ...SHARED,
})
export type Route = NonNullable<typeof Route.yields>

export const VirtualHost = message('config.route.v3.VirtualHost', {
  name: text,
  domains: list(text),
  routes: list(one(Route)),
  matcher: one(MatcherTree),
  requireTls: text,
  virtualClusters: ignored(WHY.stats),
  rateLimits: list(one(RouteRateLimit)),
  cors: present,
  ...SHARED,
  includeRequestAttemptCount: ignored(WHY.upstreamRequest),
  includeAttemptCountInResponse: ignored(WHY.response),
  retryPolicy: one(RetryPolicy),
  retryPolicyTypedConfig: packed,
  hedgePolicy: present,
  includeIsTimeoutRetryHeader: ignored(WHY.upstreamRequest),
  requestMirrorPolicies: ignored('a copy, which changes nothing for the request itself'),
  metadata: one(Metadata),
})
export type VirtualHost = NonNullable<typeof VirtualHost.yields>

export const RouteConfiguration = message('config.route.v3.RouteConfiguration', {
  name: text,
  virtualHosts: list(one(VirtualHost)),
  vhds: present,
  internalOnlyHeaders: list(text),
  responseHeadersToAdd: list(one(HeaderOption)),
  responseHeadersToRemove: list(text),
  requestHeadersToAdd: list(one(HeaderOption)),
  requestHeadersToRemove: list(text),
  mostSpecificHeaderMutationsWins: ignored(WHY.upstreamRequest),
  validateClusters: ignored('checked when the configuration was taken'),
  maxDirectResponseBodySizeBytes: ignored('checked when the configuration was taken'),
  clusterSpecifierPlugins: ignored('a route that names one is undecided'),
  requestMirrorPolicies: ignored('a copy, which changes nothing for the request itself'),
  ignorePortInHostMatching: flag,
  ignorePathParametersInPathMatching: flag,
  typedPerFilterConfig: mapOf(packed),
  metadata: one(Metadata),
})
export type RouteConfiguration = NonNullable<typeof RouteConfiguration.yields>

export const FilterConfig = message('config.route.v3.FilterConfig', {
  config: packed,
  isOptional: ignored('checked when the configuration was taken'),
  disabled: flag,
})

// extensions.retry.host
export const PreviousHosts = message('extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate', {})

// extensions.retry.priority
export const PreviousPriorities = message('extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
  updateFrequency: count,
})
