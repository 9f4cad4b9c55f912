import {LocalRateLimit} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {statusCode} from '../http/status-code.js'
import {fractionApplies} from '../matching/percent.js'
import {known, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'
import {type DescriptorEntry, descriptorsOf} from './rate-limit-descriptors.js'

// Local rate limit: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter

/** A bucket with a shorter fill interval may have been refilled between two requests. */
const SLOW_FILL = 10_000

function isEmpty(limit: LocalRateLimit, sequence: number | undefined): boolean {
  const bucket = limit.tokenBucket
  if (bucket === undefined) return false
  const {maxTokens = 0, fillInterval = 0, at} = known(bucket, 'a token bucket')
  if (maxTokens === 0) return true
  // Every request has a connection of its own.
  if (limit.localRateLimitPerDownstreamConnection) return false
  if (sequence === undefined) undecided('how many tokens are left in a rate limit', at)
  if (sequence <= maxTokens) return false
  return fillInterval >= SLOW_FILL || undecided('how far a rate limit has filled up again', at)
}

/** Whether a descriptor of the request has a bucket of its own: the same keys and values in the same order; an empty value stands for any. */
function hasOwnBucket(state: HttpState, limit: LocalRateLimit): boolean {
  if (limit.descriptors.length === 0) return false
  const asked = descriptorsOf(state, limit.stage ?? 0)
  return limit.descriptors.some(each => {
    const entries = known(each, 'a descriptor').entries.map((entry): DescriptorEntry => {
      const {key = '', value = ''} = known(entry, 'an entry of a descriptor')
      return [key, value]
    })
    const same = (parts: readonly DescriptorEntry[]) =>
      parts.length === entries.length &&
      parts.every(([key, value], i) => key === entries[i]?.[0] && [value, ''].includes(entries[i]?.[1] ?? ''))
    return asked.some(same)
  })
}

/** Rejects requests when the token bucket of the route, or of the filter, is empty. */
export function runLocalRateLimit(state: HttpState, filter: HttpFilter): FilterResult {
  const limit = routeConfigOf(state, filter, LocalRateLimit) ?? unpack(filter.typedConfig, LocalRateLimit)
  if (limit === undefined) return goesOn(state)
  known(limit, 'a local rate limit')
  if (!fractionApplies(state.proxy, limit.filterEnabled, false, 'a local rate limit')) return goesOn(state)
  if (!fractionApplies(state.proxy, limit.filterEnforced, false, 'enforcing a local rate limit')) return goesOn(state)
  if (hasOwnBucket(state, limit)) undecided('how many tokens are left for a descriptor of a local rate limit', limit.at)
  if (!isEmpty(limit, state.request.sequence)) return goesOn(state)
  const status = statusCode(limit.status) ?? 429
  return answers(state, {
    by: 'rate-limit',
    status: status < 400 ? 429 : status,
    flags: ['RL'],
    details: 'local_rate_limited',
    text: 'the local rate limit has no token left',
    at: limit.at,
  })
}
