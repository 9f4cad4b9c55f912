import type {RateLimitAction, RouteRateLimit} from '../../../model/envoy/rate-limit.js'
import type {HttpState} from '../http/state.js'
import {headerMatches, headerValue} from '../matching/headers.js'
import {runtimeValue} from '../matching/percent.js'
import {queryMatches} from '../matching/query.js'
import {jsonAt} from '../matching/values.js'
import {allOf, anyOf, known, undecided} from '../undecided.js'

// Rate limit actions: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter#composing-actions

function metadataDescribes(action: NonNullable<RateLimitAction['metadata']>, state: HttpState): boolean {
  const {metadataKey, defaultValue, source = 'DYNAMIC', skipIfAbsent, at} = known(action, 'a metadata action')
  if (source !== 'DYNAMIC' || metadataKey === undefined) return undecided('rate limit metadata of a route', at)
  const {key = '', path} = known(metadataKey, 'a metadata key')
  const segments = path.map(each => known(each, 'a metadata path').key ?? '')
  const value = jsonAt(state.metadata.get(key), segments)
  return (typeof value === 'string' && value !== '') || Boolean(defaultValue) || skipIfAbsent
}

/** Whether an action adds its part, or may be left out; otherwise there is no descriptor at all. */
function describes(action: RateLimitAction, state: HttpState): boolean {
  const {requestHeaders, headerValueMatch, metadata, queryParameterValueMatch} = known(action, 'a rate limit action')
  if (requestHeaders !== undefined) {
    const {headerName = '', skipIfAbsent} = known(requestHeaders, 'a rate limit by a header')
    return headerValue(state.headers, headerName) !== undefined || skipIfAbsent
  }
  if (headerValueMatch !== undefined) {
    const {headers, expectMatch = true} = known(headerValueMatch, 'a rate limit by header values')
    return allOf(headers, each => headerMatches(each, state.headers)) === expectMatch
  }
  if (queryParameterValueMatch !== undefined) {
    const {queryParameters, expectMatch = true} = known(queryParameterValueMatch, 'a rate limit by a query')
    const path = headerValue(state.headers, ':path') ?? ''
    return allOf(queryParameters, each => queryMatches(each, path)) === expectMatch
  }
  if (metadata !== undefined) return metadataDescribes(metadata, state)
  const always = action.sourceCluster || action.destinationCluster || action.remoteAddress || action.genericKey
  return always || undecided('a rate limit action of an unknown kind', action.at)
}

function yields(limit: RouteRateLimit, stage: number, state: HttpState): boolean {
  const {stage: own = 0, disableKey, actions, applyOnStreamDone, at} = known(limit, 'a rate limit of a route')
  if (own !== stage || applyOnStreamDone) return false
  if (runtimeValue(state.proxy, disableKey, at) !== undefined) undecided(`runtime key ${disableKey}`, at)
  return allOf(actions, each => describes(each, state))
}

/** Whether the limits of the route, or of its virtual host where the route has none or includes them, say anything about the request. */
export function hasDescriptor(state: HttpState, stage: number): boolean {
  const action = state.chosen?.route?.route
  const own = action?.rateLimits ?? []
  const general =
    own.length === 0 || action?.includeVhRateLimits === true ? (state.chosen?.virtualHost.rateLimits ?? []) : []
  return anyOf([...own, ...general], each => yields(each, stage, state))
}
