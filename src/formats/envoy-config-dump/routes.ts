import type {
  EnvoyRoute,
  EnvoyRouteConfig,
  RouteAction,
  RouteDetails,
  RouteMatch,
  VirtualHost,
} from '../../model/envoy-route.js'
import {at, field, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {managedBy} from './management.js'

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

function conditionsOf(match: unknown): readonly string[] {
  const template = textOf(match, 'path_match_policy', 'typed_config', 'path_template')
  return [
    ...(field(match, 'connect_matcher') === undefined ? [] : ['CONNECT']),
    ...(template === undefined ? [] : [`template ${template}`]),
    ...listOf(match, 'headers').map(headerText),
    ...listOf(match, 'query_parameters').map(queryText),
    ...(isObject(field(match, 'grpc')) ? ['grpc'] : []),
  ]
}

function regexOf(match: unknown): string | undefined {
  const safe = field(match, 'safe_regex')
  return isObject(safe) ? (textOf(safe, 'regex') ?? '') : textOf(match, 'regex')
}

/** Reads a RouteMatch (config.route.v3.RouteMatch; v2 wrote its regex as plain text). */
export function decodeRouteMatch(match: unknown): RouteMatch {
  return {
    prefix: textOf(match, 'prefix'),
    pathSeparatedPrefix: textOf(match, 'path_separated_prefix'),
    path: textOf(match, 'path'),
    regex: regexOf(match),
  }
}

function redirectText(redirect: unknown): string {
  const scheme = flagOf(redirect, 'https_redirect') === true ? 'https' : textOf(redirect, 'scheme_redirect')
  const host = textOf(redirect, 'host_redirect')
  const port = numberOf(redirect, 'port_redirect')
  const path = textOf(redirect, 'path_redirect') ?? textOf(redirect, 'prefix_rewrite') ?? ''
  const authority = `${host ?? (port === undefined ? '' : '*')}${port === undefined ? '' : `:${port}`}`
  return `${scheme === undefined ? '' : `${scheme}://`}${authority}${path}` || 'itself'
}

/** Reads what a route does: the `route`, `redirect`, `direct_response`, … branch of config.route.v3.Route. */
export function decodeAction(route: unknown): RouteAction {
  const forward = objectOf(route, 'route')
  if (forward !== undefined) {
    const cluster = textOf(forward, 'cluster')
    if (cluster !== undefined) return {kind: 'cluster', cluster}
    const weighted = listOf(forward, 'weighted_clusters', 'clusters')
    if (weighted.length > 0) {
      return {
        kind: 'weighted',
        clusters: weighted.map(each => ({
          cluster: textOf(each, 'name') ?? textOf(each, 'cluster_header') ?? '',
          weight: numberOf(each, 'weight') ?? 0,
        })),
      }
    }
    const header = textOf(forward, 'cluster_header')
    if (header !== undefined) return {kind: 'cluster-header', header}
    return {kind: 'other', name: 'cluster chosen by a plugin'}
  }
  const redirect = objectOf(route, 'redirect')
  if (redirect !== undefined) return {kind: 'redirect', to: redirectText(redirect)}
  const direct = objectOf(route, 'direct_response')
  if (direct !== undefined) return {kind: 'direct-response', status: numberOf(direct, 'status') ?? 0}
  const other = ['non_forwarding_action', 'filter_action'].find(name => field(route, name) !== undefined)
  return {kind: 'other', name: other?.replaceAll('_', ' ') ?? ''}
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
export function decodeVirtualHosts(config: unknown): readonly VirtualHost[] {
  return listOf(config, 'virtual_hosts').map(host => ({
    name: textOf(host, 'name') ?? '',
    domains: textsOf(host, 'domains'),
    routes: listOf(host, 'routes').map(decodeRoute),
  }))
}

/** The dynamic and the static route configurations of a RoutesConfigDump, in dump order. */
export function decodeRoutes(section: unknown): readonly EnvoyRouteConfig[] {
  const entries = [...listOf(section, 'dynamic_route_configs'), ...listOf(section, 'static_route_configs')]
  return entries.map(entry => {
    const json = at(entry, 'route_config')
    return {name: textOf(json, 'name') ?? '', virtualHosts: decodeVirtualHosts(json), json}
  })
}
