import type {RateLimitAction, RouteRateLimit} from '../../../model/envoy/rate-limit.js'
import type {HttpState} from '../http/state.js'
import {headerMatches, headerValue} from '../matching/headers.js'
import {runtimeValue} from '../matching/percent.js'
import {queryMatches} from '../matching/query.js'
import {jsonAt} from '../matching/values.js'
import {allOf, known, undecided} from '../undecided.js'

// Rate limit actions: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter#composing-actions

/** A part of a descriptor: a key and its value. */
export type DescriptorEntry = readonly [key: string, value: string]

/** What an action adds to its descriptor; undefined where there is then no descriptor at all. */
type Added = readonly DescriptorEntry[] | undefined

function byMetadata(action: NonNullable<RateLimitAction['metadata']>, state: HttpState): Added {
  const {
    metadataKey,
    defaultValue,
    descriptorKey = '',
    source = 'DYNAMIC',
    skipIfAbsent,
    at,
  } = known(action, 'a metadata action')
  if (source !== 'DYNAMIC' || metadataKey === undefined) return undecided('rate limit metadata of a route', at)
  const {key = '', path} = known(metadataKey, 'a metadata key')
  const segments = path.map(each => known(each, 'a metadata path').key ?? '')
  const value = jsonAt(state.metadata.get(key), segments)
  if (typeof value === 'string' && value !== '') return [[descriptorKey, value]]
  if (defaultValue) return [[descriptorKey, defaultValue]]
  return skipIfAbsent ? [] : undefined
}

function byMatch(action: RateLimitAction, state: HttpState): Added {
  const {headerValueMatch, queryParameterValueMatch} = action
  if (headerValueMatch !== undefined) {
    const {
      headers,
      expectMatch = true,
      descriptorKey,
      descriptorValue = '',
    } = known(headerValueMatch, 'a rate limit by header values')
    const fits = allOf(headers, each => headerMatches(each, state.headers)) === expectMatch
    return fits ? [[descriptorKey || 'header_match', descriptorValue]] : undefined
  }
  if (queryParameterValueMatch === undefined) return undecided('a rate limit action of an unknown kind', action.at)
  const found = known(queryParameterValueMatch, 'a rate limit by a query')
  const {queryParameters, expectMatch = true, descriptorKey, descriptorValue = ''} = found
  const path = headerValue(state.headers, ':path') ?? ''
  const fits = allOf(queryParameters, each => queryMatches(each, path)) === expectMatch
  return fits ? [[descriptorKey || 'query_match', descriptorValue]] : undefined
}

function added(action: RateLimitAction, state: HttpState): Added {
  const {requestHeaders, metadata, genericKey} = known(action, 'a rate limit action')
  if (requestHeaders !== undefined) {
    const {headerName = '', descriptorKey = '', skipIfAbsent} = known(requestHeaders, 'a rate limit by a header')
    const value = headerValue(state.headers, headerName)
    if (value === undefined) return skipIfAbsent ? [] : undefined
    return [[descriptorKey, value]]
  }
  if (genericKey !== undefined) {
    const {descriptorKey, descriptorValue = ''} = known(genericKey, 'a generic key')
    return [[descriptorKey || 'generic_key', descriptorValue]]
  }
  if (metadata !== undefined) return byMetadata(metadata, state)
  if (action.remoteAddress) return [['remote_address', state.remoteIp]]
  if (action.destinationCluster) return [['destination_cluster', state.chosen?.clusters[0] ?? '']]
  // The name of this Envoy's own cluster, which a dump need not hold.
  if (action.sourceCluster) return [['source_cluster', '']]
  return byMatch(action, state)
}

function descriptorOf(limit: RouteRateLimit, stage: number, state: HttpState): Added {
  const {stage: own = 0, disableKey, actions, applyOnStreamDone, at} = known(limit, 'a rate limit of a route')
  if (own !== stage || applyOnStreamDone) return undefined
  if (runtimeValue(state.proxy, disableKey, at) !== undefined) undecided(`runtime key ${disableKey}`, at)
  const parts = actions.map(each => added(each, state))
  return parts.some(each => each === undefined) ? undefined : parts.flatMap(each => each ?? [])
}

/** What the limits of the route say of the request, with those of its virtual host where the route has none or includes them. */
export function descriptorsOf(state: HttpState, stage: number): readonly (readonly DescriptorEntry[])[] {
  const action = state.chosen?.route?.route
  const own = action?.rateLimits ?? []
  const withHost = own.length === 0 || action?.includeVhRateLimits === true
  const general = withHost ? (state.chosen?.virtualHost.rateLimits ?? []) : []
  return [...own, ...general].flatMap(each => {
    const found = descriptorOf(each, stage, state)
    return found === undefined ? [] : [found]
  })
}
