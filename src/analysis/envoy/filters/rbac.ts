import type {HttpFilter} from '../../../model/envoy/http.js'
import {HttpRbac, HttpRbacPerRoute} from '../../../model/envoy/rbac.js'
import {type Json, unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState, withStep} from '../http/state.js'
import {rbacDetails, rbacMetadata, rbacVerdict} from '../rbac.js'
import {known, Undecided, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// RBAC filter: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter

const NAMESPACE = 'envoy.filters.http.rbac'

function merged(state: HttpState, more: {readonly [key: string]: Json}): HttpState {
  if (Object.keys(more).length === 0) return state
  const before = state.metadata.get(NAMESPACE)
  const kept = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {}
  return {...state, metadata: new Map(state.metadata).set(NAMESPACE, {...kept, ...more})}
}

function shadow(state: HttpState, config: HttpRbac): HttpState {
  try {
    const verdict = rbacVerdict({rules: config.shadowRules, matcher: config.shadowMatcher}, state)
    return merged(state, rbacMetadata(`${config.shadowRulesStatPrefix ?? ''}shadow_`, verdict))
  } catch (error) {
    // Shadow rules do not affect the request; later filters that read their result find none.
    if (error instanceof Undecided)
      return withStep(state, {
        stage: 'http-filter',
        text: `shadow RBAC is undecided: ${error.message}`,
        at: error.at,
        nearMisses: [],
      })
    throw error
  }
}

/** Denies requests that the enforced rules do not allow; shadow rules only record their verdict. */
export function runRbac(state: HttpState, filter: HttpFilter): FilterResult {
  const override = routeConfigOf(state, filter, HttpRbacPerRoute)
  const config = override === undefined ? unpack(filter.typedConfig, HttpRbac) : override.rbac
  if (config === undefined) {
    return override === undefined && filter.typedConfig !== undefined
      ? undecided(`RBAC filter of type ${filter.typedConfig.type}`, filter.at)
      : goesOn(state)
  }
  known(config, 'an RBAC filter')
  const seen = shadow(state, config)
  const verdict = rbacVerdict(config, seen)
  const after = merged(seen, rbacMetadata('enforced_', verdict))
  if (verdict === undefined) return goesOn(after)
  const by = verdict.policy === undefined ? 'no policy matches' : `policy ${verdict.policy}`
  if (verdict.allowed)
    return goesOn(
      withStep(after, {stage: 'http-filter', text: `RBAC allows the request: ${by}`, at: verdict.at, nearMisses: []}),
    )
  return answers(after, {
    by: 'rbac',
    policy: verdict.policy,
    status: 403,
    flags: [],
    details: rbacDetails(verdict),
    text: `RBAC denies the request: ${by}`,
    at: verdict.at,
  })
}
