import {own} from '../../model/collections/own.js'
import type {
  EnvoyRoute,
  EnvoyRouteConfig,
  RouteDetails,
  RouteMatchSummary,
  VirtualHostSummary,
} from '../../model/envoy/envoy-route.js'
import {field, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {managedBy} from './management.js'
import {isResource, resourcesOf} from './resources.js'
import {decodeAction} from './route-action.js'

/** Envoy's StringMatcher in a few characters: `=x`, `^x`, `$x`, `~x`, `*x` (type.matcher.v3.StringMatcher). */
function stringMatch(matcher: unknown): string | undefined {
  const marks = {exact: '=', prefix: '^', suffix: '$', contains: '*'} as const
  for (const [name, mark] of Object.entries(marks)) {
    const value = textOf(matcher, name)
    if (value !== undefined) return `${mark}${value}`
  }
  const regex = textOf(matcher, 'safe_regex', 'regex') ?? textOf(matcher, 'regex')
  return regex === undefined ? undefined : `~${regex}`
}

/** HeaderMatcher, old `*_match` fields included (config.route.v3.HeaderMatcher; v2 RDS). */
function headerText(header: unknown): string {
  const name = textOf(header, 'name') ?? '?'
  const not = flagOf(header, 'invert_match') === true ? 'not ' : ''
  const old = {
    exact: field(header, 'exact_match') ?? field(header, 'value'),
    prefix: field(header, 'prefix_match'),
    suffix: field(header, 'suffix_match'),
    contains: field(header, 'contains_match'),
    safe_regex: field(header, 'safe_regex_match'),
    regex: field(header, 'regex_match'),
  }
  const matched = stringMatch(field(header, 'string_match')) ?? stringMatch(old)
  if (matched !== undefined) return `${not}${name}${matched}`
  const range = objectOf(header, 'range_match')
  if (range !== undefined) return `${not}${name} in ${numberOf(range, 'start') ?? 0}-${numberOf(range, 'end') ?? 0}`
  return flagOf(header, 'present_match') === false ? `${not}no ${name}` : `${not}has ${name}`
}

function queryText(parameter: unknown): string {
  return `?${textOf(parameter, 'name') ?? ''}${stringMatch(field(parameter, 'string_match')) ?? ''}`
}

const SHARES: Readonly<Record<string, number>> = {HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000}

/** RuntimeFractionalPercent: the share of requests the route takes unless the runtime key says otherwise (config.core.v3). */
function fractionText(fraction: unknown): readonly string[] {
  if (!isObject(fraction)) return []
  const denominator = textOf(fraction, 'default_value', 'denominator') ?? 'HUNDRED'
  const whole = own(SHARES, denominator)
  const part = numberOf(fraction, 'default_value', 'numerator') ?? 0
  const key = textOf(fraction, 'runtime_key')
  const share = whole === undefined ? `${part}/${denominator}` : `${(part * 100) / whole}%`
  return [`${share} of requests${key === undefined || key === '' ? '' : ` (runtime ${key})`}`]
}

/** Conditions named without their values. */
const OTHER_CONDITIONS = ['tls_context', 'dynamic_metadata', 'filter_state', 'cookies']

function conditionsOf(match: unknown): readonly string[] {
  const template = textOf(match, 'path_match_policy', 'typed_config', 'path_template')
  return [
    ...(field(match, 'connect_matcher') === undefined ? [] : ['CONNECT']),
    ...(template === undefined ? [] : [`template ${template}`]),
    ...listOf(match, 'headers').map(headerText),
    ...listOf(match, 'query_parameters').map(queryText),
    ...(isObject(field(match, 'grpc')) ? ['grpc'] : []),
    ...(flagOf(match, 'case_sensitive') === false ? ['any case'] : []),
    ...fractionText(field(match, 'runtime_fraction')),
    ...OTHER_CONDITIONS.filter(name => field(match, name) !== undefined).map(name => name.replaceAll('_', ' ')),
  ]
}

function regexOf(match: unknown): string | undefined {
  const safe = field(match, 'safe_regex')
  return isObject(safe) ? (textOf(safe, 'regex') ?? '') : textOf(match, 'regex')
}

/** Reads a RouteMatch (config.route.v3.RouteMatch; v2 wrote its regex as plain text). */
function decodeRouteMatch(match: unknown): RouteMatchSummary {
  return {
    prefix: textOf(match, 'prefix'),
    pathSeparatedPrefix: textOf(match, 'path_separated_prefix'),
    path: textOf(match, 'path'),
    regex: regexOf(match),
  }
}

function retryText(route: unknown): string | undefined {
  const policy = objectOf(route, 'route', 'retry_policy')
  if (policy === undefined) return undefined
  return `${numberOf(policy, 'num_retries') ?? 1} on ${textOf(policy, 'retry_on') ?? '-'}`
}

function decodeDetails(route: unknown): RouteDetails {
  return {
    name: textOf(route, 'name') ?? '',
    conditions: conditionsOf(field(route, 'match')),
    timeout: textOf(route, 'route', 'timeout'),
    retries: retryText(route),
  }
}

function decodeRoute(route: unknown): EnvoyRoute {
  return {
    match: decodeRouteMatch(field(route, 'match')),
    action: decodeAction(route),
    rule: managedBy(route),
    details: () => decodeDetails(route),
  }
}

/** The virtual hosts of a route configuration, in its order. */
export function decodeVirtualHosts(config: unknown): readonly VirtualHostSummary[] {
  return listOf(config, 'virtual_hosts')
    .filter(isResource)
    .map(host => ({
      name: textOf(host, 'name') ?? '',
      domains: textsOf(host, 'domains'),
      routes: listOf(host, 'routes').filter(isResource).map(decodeRoute),
    }))
}

/** The dynamic and the static route configurations of a RoutesConfigDump, in dump order. */
export function decodeRoutes(section: unknown): readonly EnvoyRouteConfig[] {
  return resourcesOf(section, 'Routes').map(json => ({
    name: textOf(json, 'name') ?? '',
    virtualHosts: decodeVirtualHosts(json),
    json,
  }))
}
