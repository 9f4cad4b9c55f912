import {RateLimit, RateLimitPerRoute} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {statusCode} from '../http/status-code.js'
import {fractionApplies} from '../matching/percent.js'
import {known, undecided} from '../undecided.js'
import {chooseHosts} from '../upstream/endpoints.js'
import {routeConfigsOf} from './overrides.js'
import {descriptorsOf} from './rate-limit-descriptors.js'

// Global rate limit: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter

/** Whether the route or its virtual host has a limit that says something about the request. */
function hasLimit(state: HttpState, filter: HttpFilter, stage: number): boolean {
  return routeConfigsOf(state, filter, RateLimitPerRoute).length > 0 || descriptorsOf(state, stage).length > 0
}

/** Whether the server can be reached at all; what it says is not known. */
function isReachable(state: HttpState, config: RateLimit): boolean {
  const name = config.rateLimitService?.grpcService?.envoyGrpc?.clusterName ?? ''
  const cluster = state.proxy.cluster(name)
  if (cluster === undefined) return false
  return chooseHosts(state.proxy, cluster, {address: undefined, header: () => undefined}).kind === 'hosts'
}

/** Passes what no limit is about; what the rate limit server says of the rest is not known. */
export function runRateLimit(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, RateLimit)
  if (config === undefined) undecided('a rate limit without configuration', filter.at)
  known(config, 'a rate limit')
  if (state.chosen === undefined || !hasLimit(state, filter, config.stage ?? 0)) return goesOn(state)
  // Every client is external here.
  if (config.requestType === 'internal') return goesOn(state)
  if (!fractionApplies(state.proxy, config.filterEnabled, true, 'a rate limit')) return goesOn(state)
  if (isReachable(state, config)) undecided('what the rate limit server says', config.at)
  if (config.failureModeDenyPercent !== undefined) undecided('failure_mode_deny_percent of a rate limit', config.at)
  if (!config.failureModeDeny) return goesOn(state)
  if (routeConfigsOf(state, filter, RateLimitPerRoute).length > 0)
    undecided('whether a limit of an override applies, whose server cannot be reached', config.at)
  if (config.filterEnforced !== undefined) undecided('filter_enforced of a rate limit whose server fails', config.at)
  const status = statusCode(config.statusOnError) ?? 500
  if (status < 400) undecided(`status_on_error ${status} of a rate limit`, config.at)
  return answers(state, {
    by: 'rate-limit',
    status,
    flags: ['RLSE'],
    details: 'rate_limiter_error',
    text: 'the rate limit server cannot be reached, and the filter denies then',
    at: config.at,
  })
}
