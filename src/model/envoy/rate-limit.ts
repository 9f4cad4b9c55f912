import {HeaderMatcher, MetadataPath, QueryMatcher} from './matching.js'
import {count, flag, ignored, list, message, one, present, text, wrappedFlag} from './schema.js'

// config.route.v3.RateLimit: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-ratelimit

const RL = 'config.route.v3.RateLimit.'
const ASKED = 'what the rate limit server is asked'

const Action = message(`${RL}Action`, {
  sourceCluster: present,
  destinationCluster: present,
  requestHeaders: one(
    message(`${RL}Action.RequestHeaders`, {headerName: text, descriptorKey: text, skipIfAbsent: flag}),
  ),
  remoteAddress: present,
  genericKey: one(message(`${RL}Action.GenericKey`, {descriptorKey: text, descriptorValue: text})),
  headerValueMatch: one(
    message(`${RL}Action.HeaderValueMatch`, {
      descriptorKey: text,
      descriptorValue: text,
      expectMatch: wrappedFlag,
      headers: list(one(HeaderMatcher)),
    }),
  ),
  metadata: one(
    message(`${RL}Action.MetaData`, {
      descriptorKey: text,
      metadataKey: one(MetadataPath),
      defaultValue: text,
      source: text,
      skipIfAbsent: flag,
    }),
  ),
  queryParameterValueMatch: one(
    message(`${RL}Action.QueryParameterValueMatch`, {
      descriptorKey: text,
      descriptorValue: text,
      expectMatch: wrappedFlag,
      queryParameters: list(one(QueryMatcher)),
    }),
  ),
})
export type RateLimitAction = NonNullable<typeof Action.yields>

export const RouteRateLimit = message('config.route.v3.RateLimit', {
  stage: count,
  disableKey: text,
  actions: list(one(Action)),
  limit: ignored(ASKED),
  hitsAddend: ignored(ASKED),
  applyOnStreamDone: flag,
})
export type RouteRateLimit = NonNullable<typeof RouteRateLimit.yields>
