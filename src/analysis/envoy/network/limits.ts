import type {Extension} from '../../../model/envoy/core.js'
import {ConnectionLimit, NetworkRateLimit} from '../../../model/envoy/network.js'
import {unpack} from '../../../model/envoy/schema.js'
import {known, undecided} from '../undecided.js'

// Local rate limit and connection limit of connections:
// https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/local_rate_limit_filter
// https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/connection_limit_filter

/** Whether a filter limits connections and lets the N-th one pass; undefined for a filter of another kind. */
export function passesLimit(filter: Extension, sequence: number | undefined): true | undefined {
  const rate = unpack(filter.typedConfig, NetworkRateLimit)
  if (rate !== undefined) {
    const {tokenBucket, shareKey} = known(rate, 'a rate limit of connections')
    const {maxTokens = 0} = known(tokenBucket ?? undecided('a rate limit without bucket', rate.at), 'a token bucket')
    if (shareKey || sequence === undefined || sequence > maxTokens)
      undecided('how many tokens are left in a rate limit', rate.at)
    return true
  }
  const limit = unpack(filter.typedConfig, ConnectionLimit)
  if (limit === undefined) return undefined
  const {maxConnections = 0} = known(limit, 'a connection limit')
  return maxConnections >= 1 ? true : undecided('a connection limit of none', limit.at)
}
