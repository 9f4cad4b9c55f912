import {CsrfPolicy} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {headerValue} from '../matching/headers.js'
import {fractionApplies} from '../matching/percent.js'
import {stringMatches} from '../matching/strings.js'
import {anyOf, known, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// CSRF: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/csrf_filter

/** Methods that change something; only their origin is checked. */
const MUTATING = ['POST', 'PUT', 'DELETE', 'PATCH']

/** The host and port of an absolute URL, in its own case; any other text as it is. */
function hostAndPort(url: string, at: string): string {
  const authority = /^[A-Za-z]+:\/\/([^/?#]+)/.exec(url)?.[1]
  if (authority === undefined) return url
  if (!/^(?:[\w.~-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?$/.test(authority)) return undecided(`origin ${url}`, at)
  return authority
}

/** Refuses requests that change something and come from another origin than their host. */
export function runCsrf(state: HttpState, filter: HttpFilter): FilterResult {
  const policy = routeConfigOf(state, filter, CsrfPolicy) ?? unpack(filter.typedConfig, CsrfPolicy)
  if (policy === undefined) return undecided('csrf without configuration', filter.at)
  const {filterEnabled, additionalOrigins, at} = known(policy, 'a CSRF policy')
  const {headers} = state
  if (!MUTATING.includes(headerValue(headers, ':method') ?? '')) return goesOn(state)
  if (!fractionApplies(state.proxy, filterEnabled, false, 'CSRF')) return goesOn(state)
  const origin = headerValue(headers, 'origin') || headerValue(headers, 'referer') || ''
  const source = hostAndPort(origin, at)
  const target = headerValue(headers, ':authority') ?? ''
  const valid = source !== '' && (source === target || anyOf(additionalOrigins, each => stringMatches(each, source)))
  if (valid) return goesOn(state)
  return answers(state, {
    by: 'csrf',
    status: 403,
    flags: [],
    details: 'csrf_origin_mismatch',
    text: source === '' ? 'CSRF: the request names no origin' : `CSRF: origin ${source} is not ${target}`,
    at,
  })
}
