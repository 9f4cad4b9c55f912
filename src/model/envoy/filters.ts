import {DataSource, Extension, FractionalPercent, HttpStatus, HttpUri, RuntimeFlag, RuntimeFraction} from './core.js'
import {HeaderMatcher, MetadataMatcher, StringMatcher} from './matching.js'
import {RouteMatch} from './route.js'
import {
  count,
  duration,
  flag,
  ignored,
  list,
  mapOf,
  message,
  one,
  present,
  type Read,
  type Schema,
  struct,
  text,
  WHY,
  wrappedFlag,
} from './schema.js'

// extensions.filters.http: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/http_filters

const HF = 'extensions.filters.http.'

export const Router = message(`${HF}router.v3.Router`, {
  dynamicStats: ignored(WHY.stats),
  startChildSpan: ignored(WHY.tracing),
  upstreamLog: ignored(WHY.logs),
  upstreamLogOptions: ignored(WHY.logs),
  suppressEnvoyHeaders: ignored(WHY.upstreamRequest),
  strictCheckHeaders: ignored('these headers are removed from requests of external clients'),
  respectExpectedRqTimeout: ignored('this header is removed from requests of external clients'),
  suppressGrpcRequestFailureCodeStats: ignored(WHY.stats),
  upstreamHttpFilters: list(one(Extension)),
})

export const Buffer = message(`${HF}buffer.v3.Buffer`, {maxRequestBytes: count})
export const BufferPerRoute = message(`${HF}buffer.v3.BufferPerRoute`, {disabled: flag, buffer: one(Buffer)})

export const Cors = message(`${HF}cors.v3.Cors`, {})
export const CorsPolicy = message(`${HF}cors.v3.CorsPolicy`, {
  allowOriginStringMatch: list(one(StringMatcher)),
  allowMethods: ignored(WHY.response),
  allowHeaders: ignored(WHY.response),
  exposeHeaders: ignored(WHY.response),
  maxAge: ignored(WHY.response),
  allowCredentials: ignored(WHY.response),
  filterEnabled: one(RuntimeFraction),
  shadowEnabled: ignored(WHY.stats),
  allowPrivateNetworkAccess: ignored(WHY.response),
  forwardNotMatchingPreflights: wrappedFlag,
})

export const FaultPercent = one(FractionalPercent)
export const Fault = message(`${HF}fault.v3.HTTPFault`, {
  delay: one(
    message('extensions.filters.common.fault.v3.FaultDelay', {
      fixedDelay: duration,
      headerDelay: present,
      percentage: FaultPercent,
    }),
  ),
  abort: one(
    message(`${HF}fault.v3.FaultAbort`, {
      httpStatus: count,
      grpcStatus: count,
      headerAbort: present,
      percentage: FaultPercent,
    }),
  ),
  upstreamCluster: text,
  headers: list(one(HeaderMatcher)),
  downstreamNodes: list(text),
  maxActiveFaults: count,
  responseRateLimit: ignored(WHY.response),
  delayPercentRuntime: text,
  abortPercentRuntime: text,
  delayDurationRuntime: text,
  abortHttpStatusRuntime: text,
  maxActiveFaultsRuntime: text,
  responseRateLimitPercentRuntime: ignored(WHY.response),
  abortGrpcStatusRuntime: text,
  disableDownstreamClusterStats: ignored(WHY.stats),
  filterMetadata: ignored(WHY.logs),
})
export type Fault = NonNullable<typeof Fault.yields>

export const LocalRateLimit = message(`${HF}local_ratelimit.v3.LocalRateLimit`, {
  statPrefix: ignored(WHY.stats),
  status: one(HttpStatus),
  tokenBucket: one(
    message('type.v3.TokenBucket', {
      maxTokens: count,
      tokensPerFill: ignored('says how fast the bucket fills'),
      fillInterval: duration,
    }),
  ),
  filterEnabled: one(RuntimeFraction),
  filterEnforced: one(RuntimeFraction),
  requestHeadersToAddWhenNotEnforced: ignored(WHY.upstreamRequest),
  responseHeadersToAdd: ignored(WHY.response),
  localRateLimitPerDownstreamConnection: flag,
  enableXRatelimitHeaders: ignored(WHY.response),
  rateLimitedAsResourceExhausted: ignored(WHY.response),
  stage: count,
  descriptors: list(
    one(
      message('extensions.common.ratelimit.v3.LocalRateLimitDescriptor', {
        entries: list(
          one(message('extensions.common.ratelimit.v3.RateLimitDescriptor.Entry', {key: text, value: text})),
        ),
        tokenBucket: present,
      }),
    ),
  ),
})
export type LocalRateLimit = NonNullable<typeof LocalRateLimit.yields>

export const HealthCheck = message(`${HF}health_check.v3.HealthCheck`, {
  passThroughMode: wrappedFlag,
  cacheTime: duration,
  clusterMinHealthyPercentages: mapOf(one(message('type.v3.Percent', {value: count}))),
  headers: list(one(HeaderMatcher)),
})

/** A gRPC service that a filter asks (config.core.v3.GrpcService). */
const GrpcService = message('config.core.v3.GrpcService', {
  envoyGrpc: one(
    message('config.core.v3.GrpcService.EnvoyGrpc', {clusterName: text, authority: ignored(WHY.upstreamRequest)}),
  ),
  timeout: duration,
  initialMetadata: ignored(WHY.upstreamRequest),
})

export const ExtAuthz = message(`${HF}ext_authz.v3.ExtAuthz`, {
  grpcService: one(GrpcService),
  httpService: one(
    message(`${HF}ext_authz.v3.HttpService`, {
      serverUri: one(HttpUri),
      pathPrefix: text,
      authorizationRequest: ignored('what the authorization server is asked'),
      authorizationResponse: ignored(WHY.upstreamRequest),
    }),
  ),
  transportApiVersion: ignored('the version of the call'),
  failureModeAllow: flag,
  failureModeAllowHeaderAdd: ignored(WHY.upstreamRequest),
  withRequestBody: one(
    message(`${HF}ext_authz.v3.BufferSettings`, {
      maxRequestBytes: count,
      allowPartialMessage: flag,
      packAsBytes: ignored('how the body is sent'),
    }),
  ),
  clearRouteCache: flag,
  statusOnError: one(HttpStatus),
  metadataContextNamespaces: ignored('what the authorization server is asked'),
  filterEnabled: one(RuntimeFraction),
  filterEnabledMetadata: one(MetadataMatcher),
  denyAtDisable: one(RuntimeFlag),
  includePeerCertificate: ignored('what the authorization server is asked'),
  statPrefix: ignored(WHY.stats),
  bootstrapMetadataLabelsKey: ignored('what the authorization server is asked'),
})
export type ExtAuthz = NonNullable<typeof ExtAuthz.yields>
export const ExtAuthzPerRoute = message(`${HF}ext_authz.v3.ExtAuthzPerRoute`, {disabled: flag, checkSettings: present})

// jwt_authn: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter

export const JwtProvider = message(`${HF}jwt_authn.v3.JwtProvider`, {
  issuer: text,
  audiences: list(text),
  requireExpiration: flag,
  maxLifetime: duration,
  remoteJwks: ignored('fetched keys are not in a dump'),
  localJwks: one(DataSource),
  forward: flag,
  fromHeaders: list(one(message(`${HF}jwt_authn.v3.JwtHeader`, {name: text, valuePrefix: text}))),
  fromParams: list(text),
  fromCookies: list(text),
  forwardPayloadHeader: text,
  padForwardPayloadHeader: ignored(WHY.upstreamRequest),
  payloadInMetadata: text,
  headerInMetadata: text,
  failedStatusInMetadata: text,
  clockSkewSeconds: count,
  jwtCacheConfig: ignored('a cache'),
  claimToHeaders: list(one(message(`${HF}jwt_authn.v3.JwtClaimToHeader`, {headerName: text, claimName: text}))),
  clearRouteCache: flag,
  normalizePayloadInMetadata: one(
    message(`${HF}jwt_authn.v3.JwtProvider.NormalizePayload`, {spaceDelimitedClaims: list(text)}),
  ),
})
export type JwtProvider = NonNullable<typeof JwtProvider.yields>

interface JwtRequirements extends Read {
  readonly requirements: readonly JwtRequirement[]
}
export interface JwtRequirement extends Read {
  readonly providerName: string | undefined
  readonly providerAndAudiences:
    | (Read & {readonly providerName: string | undefined; readonly audiences: readonly string[]})
    | undefined
  readonly requiresAny: JwtRequirements | undefined
  readonly requiresAll: JwtRequirements | undefined
  readonly allowMissingOrFailed: boolean
  readonly allowMissing: boolean
}
const JwtRequirementList: Schema<JwtRequirements> = message(`${HF}jwt_authn.v3.JwtRequirementOrList`, {
  requirements: list(one(() => JwtRequirement)),
})
export const JwtRequirement: Schema<JwtRequirement> = message(`${HF}jwt_authn.v3.JwtRequirement`, {
  providerName: text,
  providerAndAudiences: one(
    message(`${HF}jwt_authn.v3.ProviderWithAudiences`, {providerName: text, audiences: list(text)}),
  ),
  requiresAny: one(JwtRequirementList),
  requiresAll: one(JwtRequirementList),
  allowMissingOrFailed: present,
  allowMissing: present,
})

export const JwtAuthn = message(`${HF}jwt_authn.v3.JwtAuthentication`, {
  providers: mapOf(one(JwtProvider)),
  rules: list(
    one(
      message(`${HF}jwt_authn.v3.RequirementRule`, {
        match: one(RouteMatch),
        requires: one(JwtRequirement),
        requirementName: text,
      }),
    ),
  ),
  filterStateRules: present,
  bypassCorsPreflight: flag,
  requirementMap: mapOf(one(JwtRequirement)),
  stripFailureResponse: ignored(WHY.response),
  statPrefix: ignored(WHY.stats),
})
export type JwtAuthn = NonNullable<typeof JwtAuthn.yields>
export const JwtPerRoute = message(`${HF}jwt_authn.v3.PerRouteConfig`, {disabled: flag, requirementName: text})

/** Filters that watch or change answers only: their configuration is not read. */
export const GrpcStats = message(`${HF}grpc_stats.v3.FilterConfig`, {
  emitFilterState: ignored(WHY.logs),
  individualMethodStatsAllowlist: ignored(WHY.stats),
  statsForAllMethods: ignored(WHY.stats),
  enableUpstreamStats: ignored(WHY.stats),
  replaceDotsInGrpcServiceName: ignored(WHY.stats),
})
export const Compressor = message(`${HF}compressor.v3.Compressor`, {
  runtimeEnabled: ignored(WHY.response),
  disableOnEtagHeader: ignored(WHY.response),
  removeAcceptEncodingHeader: ignored(WHY.upstreamRequest),
  compressorLibrary: ignored(WHY.response),
  responseDirectionConfig: ignored(WHY.response),
  requestDirectionConfig: ignored(WHY.upstreamRequest),
  contentLength: ignored(WHY.response),
  contentType: ignored(WHY.response),
  chooseFirst: ignored(WHY.response),
})

/** A change of one request header (config.common.mutation_rules.v3, config.core.v3.HeaderValueOption). */
export const HeaderMutationRule = message('config.common.mutation_rules.v3.HeaderMutation', {
  remove: text,
  append: one(
    message('config.core.v3.HeaderValueOption', {
      header: one(message('config.core.v3.HeaderValue', {key: text, value: text})),
      appendAction: text,
      keepEmptyValue: flag,
    }),
  ),
})
export type HeaderMutationRule = NonNullable<typeof HeaderMutationRule.yields>
/** Changes headers before the route is chosen. */
export const EarlyHeaderMutation = message('extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
  mutations: list(one(HeaderMutationRule)),
})

const Mutations = message(`${HF}header_mutation.v3.Mutations`, {
  requestMutations: list(one(HeaderMutationRule)),
  responseMutations: list(one(HeaderMutationRule)),
  responseTrailerMutations: ignored(WHY.response),
})
export const HeaderMutation = message(`${HF}header_mutation.v3.HeaderMutation`, {
  mutations: one(Mutations),
  mostSpecificHeaderMutationsWins: flag,
})
export type HeaderMutation = NonNullable<typeof HeaderMutation.yields>
export const HeaderMutationPerRoute = message(`${HF}header_mutation.v3.HeaderMutationPerRoute`, {
  mutations: one(Mutations),
})

export const RateLimit = message(`${HF}ratelimit.v3.RateLimit`, {
  domain: ignored('what the rate limit server is asked'),
  stage: count,
  requestType: text,
  timeout: duration,
  failureModeDeny: flag,
  failureModeDenyPercent: one(RuntimeFraction),
  rateLimitedAsResourceExhausted: ignored(WHY.response),
  rateLimitService: one(
    message('config.ratelimit.v3.RateLimitServiceConfig', {
      grpcService: one(GrpcService),
      transportApiVersion: ignored(WHY.xds),
    }),
  ),
  enableXRatelimitHeaders: ignored(WHY.response),
  disableXEnvoyRatelimitedHeader: ignored(WHY.response),
  rateLimitedStatus: ignored('what the rate limit server says is undecided'),
  responseHeadersToAdd: ignored(WHY.response),
  statusOnError: one(HttpStatus),
  statPrefix: ignored(WHY.stats),
  filterEnabled: one(RuntimeFraction),
  filterEnforced: one(RuntimeFraction),
})
export type RateLimit = NonNullable<typeof RateLimit.yields>

export const RateLimitPerRoute = message(`${HF}ratelimit.v3.RateLimitPerRoute`, {
  vhRateLimits: ignored('any limit makes the server decide'),
  overrideOption: ignored('any limit makes the server decide'),
  rateLimits: list(struct),
  domain: ignored('what the rate limit server is asked'),
})

export const CsrfPolicy = message(`${HF}csrf.v3.CsrfPolicy`, {
  filterEnabled: one(RuntimeFraction),
  shadowEnabled: ignored(WHY.stats),
  additionalOrigins: list(one(StringMatcher)),
})

const HeaderToMetadataValue = message(`${HF}header_to_metadata.v3.Config.KeyValuePair`, {
  metadataNamespace: text,
  key: text,
  value: text,
  type: text,
  encode: text,
})
export type HeaderToMetadataValue = NonNullable<typeof HeaderToMetadataValue.yields>
export const HeaderToMetadata = message(`${HF}header_to_metadata.v3.Config`, {
  requestRules: list(
    one(
      message(`${HF}header_to_metadata.v3.Config.Rule`, {
        header: text,
        onHeaderPresent: one(HeaderToMetadataValue),
        onHeaderMissing: one(HeaderToMetadataValue),
        remove: flag,
      }),
    ),
  ),
  responseRules: ignored('stores what an answer has'),
  statPrefix: ignored(WHY.stats),
})

export const ExtProc = message(`${HF}ext_proc.v3.ExternalProcessor`, {
  grpcService: one(GrpcService),
  failureModeAllow: flag,
  messageTimeout: ignored('what the external processor does'),
  maxMessageTimeout: ignored('what the external processor does'),
  requestAttributes: ignored('what the external processor is asked'),
  responseAttributes: ignored('what the external processor is asked'),
  mutationRules: ignored('what the external processor may change'),
  statPrefix: ignored(WHY.stats),
})
export const ExtProcPerRoute = message(`${HF}ext_proc.v3.ExtProcPerRoute`, {disabled: flag})

export const BasicAuth = message(`${HF}basic_auth.v3.BasicAuth`, {
  users: ignored('passwords are not in a dump'),
  forwardUsernameHeader: ignored(WHY.upstreamRequest),
  authenticationHeader: text,
  emitDynamicMetadata: ignored('names the user that was let in'),
})

export const GrpcWeb = message(`${HF}grpc_web.v3.GrpcWeb`, {})
