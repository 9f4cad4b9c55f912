import {HealthCheck} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState, neverAnswered} from '../http/state.js'
import {headerMatches} from '../matching/headers.js'
import {allOf, known, undecided} from '../undecided.js'

// Health check: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/health_check_filter

/** Answers health checks itself unless they are passed through. */
export function runHealthCheck(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, HealthCheck)
  if (config === undefined) undecided('a health check filter without configuration', filter.at)
  const {passThroughMode, headers, clusterMinHealthyPercentages, cacheTime} = known(config, 'a health check filter')
  if (!allOf(headers, each => headerMatches(each, state.headers))) return goesOn(state)
  if (passThroughMode) return cacheTime === undefined ? goesOn(state) : undecided('a cached health check', config.at)
  if (clusterMinHealthyPercentages.size > 0) undecided('a health check that looks at clusters', config.at)
  if (state.upgrade !== undefined)
    return answers(
      state,
      neverAnswered('the health check filter waits for the end of an upgraded request, which never comes'),
    )
  const details = 'health_check_ok'
  return answers(state, {
    by: 'health-check',
    status: 200,
    flags: [],
    details,
    text: 'the health check filter answers',
    at: config.at,
  })
}
