import {CorsPolicy} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {type Headers, headerValue} from '../matching/headers.js'
import {fractionApplies} from '../matching/percent.js'
import {stringMatches} from '../matching/strings.js'
import {anyOf, known} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// CORS: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter

/** Whether a request is a CORS preflight: OPTIONS with Origin and Access-Control-Request-Method. */
export function isPreflight(headers: Headers): boolean {
  return (
    headerValue(headers, ':method') === 'OPTIONS' &&
    Boolean(headerValue(headers, 'origin')) &&
    Boolean(headerValue(headers, 'access-control-request-method'))
  )
}

/** Answers preflights whose origin the route's policy allows. */
export function runCors(state: HttpState, filter: HttpFilter): FilterResult {
  const policy = routeConfigOf(state, filter, CorsPolicy)
  // Direct responses and redirects have no CORS.
  if (policy === undefined || state.chosen?.route?.route === undefined || !isPreflight(state.headers))
    return goesOn(state)
  const {allowOriginStringMatch, filterEnabled, forwardNotMatchingPreflights, at} = known(policy, 'a CORS policy')
  if (!fractionApplies(state.proxy, filterEnabled, true, 'CORS')) return goesOn(state)
  const origin = headerValue(state.headers, 'origin') ?? ''
  const allowed = anyOf(allowOriginStringMatch, each => stringMatches(each, '*') || stringMatches(each, origin))
  if (!allowed && forwardNotMatchingPreflights !== false) return goesOn(state)
  return answers(state, {
    by: 'cors',
    status: 200,
    flags: [],
    details: 'cors_response',
    text: `the CORS filter answers the preflight of ${origin}`,
    at,
  })
}
