import type {RegexRewrite} from '../../../model/envoy/matching.js'
import type {Route, RouteMatch} from '../../../model/envoy/route.js'
import {type Headers, headerValue} from '../matching/headers.js'
import {templateRewrite} from '../matching/path-template.js'
import {pathOnly} from '../matching/query.js'
import {replaceAll} from '../matching/regex.js'
import {known, undecided} from '../undecided.js'

// Rewrites and redirects: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto

/** The part of a path that the route match matched and a prefix rewrite replaces. */
function matchedPart(match: RouteMatch | undefined, path: string): string {
  const prefix = match?.prefix ?? match?.pathSeparatedPrefix ?? match?.path
  return prefix === undefined ? path : path.slice(0, prefix.length)
}

function regexRewritten(rewrite: RegexRewrite, path: string): string {
  const {pattern, substitution = ''} = known(rewrite, 'a regex rewrite')
  return replaceAll(pattern?.regex ?? '', substitution, path, rewrite.at)
}

interface PathRules {
  readonly prefixRewrite: string | undefined
  readonly regexRewrite: RegexRewrite | undefined
}

/** A redirect path always starts with a slash; an upstream path is used exactly as the regex rewrites it. */
function rewritten(rules: PathRules, route: Route, path: string, slash: boolean): string {
  if (rules.prefixRewrite) return rules.prefixRewrite + path.slice(matchedPart(route.match, path).length)
  if (rules.regexRewrite === undefined) return path
  const made = regexRewritten(rules.regexRewrite, path)
  return !slash || made.startsWith('/') ? made : `/${made}`
}

/** The request target sent upstream. */
export function upstreamTarget(route: Route, target: string): string {
  const action = route.route
  if (action === undefined) return target
  const path = pathOnly(target)
  const rest = target.slice(path.length)
  const {pathRewritePolicy} = action
  if (pathRewritePolicy !== undefined)
    return templateRewrite(route.match?.pathMatchPolicy, pathRewritePolicy, path) + rest
  return rewritten(action, route, path, false) + rest
}

/** The host that the cluster chosen by weight sets, where the route sets none. */
function weightedHost(route: Route, cluster: string): string | undefined {
  const found = route.route?.weightedClusters?.clusters.find(({name}) => name === cluster)
  return found?.hostRewriteLiteral || undefined
}

/** The authority sent to a cluster; `hostnames` are those of the possible endpoints. */
export function upstreamAuthority(
  route: Route,
  headers: Headers,
  hostnames: readonly string[],
  cluster: string,
): string {
  const action = route.route
  const now = weightedHost(route, cluster) ?? headerValue(headers, ':authority') ?? ''
  if (action === undefined) return now
  if (action.hostRewriteLiteral) return action.hostRewriteLiteral
  if (action.hostRewriteHeader) return headerValue(headers, action.hostRewriteHeader) || now
  if (action.hostRewritePathRegex !== undefined)
    return regexRewritten(action.hostRewritePathRegex, pathOnly(headerValue(headers, ':path') ?? ''))
  if (!action.autoHostRewrite) return now
  const names = new Set(hostnames)
  if (names.size > 1) undecided('which endpoint gives the host name', action.at)
  return [...names][0] || now
}

/** The request's URL with https, the redirect target of require_tls. */
export function tlsLocation(headers: Headers): string {
  return `https://${headerValue(headers, ':authority') ?? ''}${headerValue(headers, ':path') ?? ''}`
}

/** The host of a redirect without host_redirect: the default port of the old scheme is removed. */
function redirectHost(headers: Headers, scheme: string, portGiven: boolean): string {
  const host = headerValue(headers, ':authority') ?? ''
  const port = /:([^:\]]*)$/.exec(host)?.[0]
  if (port === undefined) return host
  const proto = headerValue(headers, 'x-forwarded-proto') ?? ''
  const leaves = scheme !== proto && ((proto === 'https' && port === ':443') || (proto === 'http' && port === ':80'))
  return portGiven || leaves ? host.slice(0, -port.length) : host
}

function redirectTarget(route: Route, target: string): string {
  const redirect = route.redirect
  if (redirect === undefined) return target
  const query = target.slice(pathOnly(target).length)
  const {pathRedirect, stripQuery} = redirect
  if (pathRedirect?.includes('?')) return pathRedirect
  const path = pathRedirect || rewritten(redirect, route, pathOnly(target), true)
  return stripQuery ? path.replace(/\?.*$/s, '') : path + query
}

/** The Location of a redirect or of a direct response with a 3xx status. */
export function redirectLocation(route: Route, headers: Headers, scheme: string): string {
  const redirect = route.redirect
  if (redirect !== undefined) known(redirect, 'a redirect')
  const {httpsRedirect = false, schemeRedirect, hostRedirect, portRedirect} = redirect ?? {}
  const to = schemeRedirect || (httpsRedirect ? 'https' : scheme)
  const host = hostRedirect || redirectHost(headers, to, Boolean(portRedirect))
  const target = redirectTarget(route, headerValue(headers, ':path') ?? '')
  return `${to}://${host}${portRedirect ? `:${portRedirect}` : ''}${target}`
}
