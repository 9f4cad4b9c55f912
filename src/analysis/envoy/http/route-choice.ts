import type {NearMiss} from '../../../model/envoy/decision.js'
import type {Route, RouteAction, VirtualHost} from '../../../model/envoy/route.js'
import {Route as RouteSchema} from '../../../model/envoy/route.js'
import {type Packed, unpack} from '../../../model/envoy/schema.js'
import {headerValue, headerValues} from '../matching/headers.js'
import {matchTree} from '../matching/tree.js'
import {requestInput} from '../rbac.js'
import {known, undecided} from '../undecided.js'
import {type MatchSubject, onlyFailing, routeMatches} from './route-match.js'
import {type ChosenRoute, type HttpState, withStep} from './state.js'
import {virtualHostOf} from './virtual-host.js'

// Routing: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing

/** Clusters of a route, each with its filter overrides. */
interface ClusterShare {
  readonly name: string
  readonly overrides: ReadonlyMap<string, Packed> | undefined
  readonly weight: number
}

/** The cluster that the number in a header picks in place of a random one; all of them where it is not a number. */
function byHeader(shares: readonly ClusterShare[], values: readonly string[], at: string): readonly ClusterShare[] {
  const [value] = values
  if (values.length > 1 || /^\+/.test(value ?? '')) return undecided('a weight decided by more than a number', at)
  if (value === undefined || !/^\d{1,19}$/.test(value)) return shares
  const total = shares.reduce((sum, each) => sum + each.weight, 0)
  const point = Number(BigInt(value) % BigInt(Math.max(total, 1)))
  const upTo = (at: number) => shares.slice(0, at + 1).reduce((sum, each) => sum + each.weight, 0)
  const picked = shares.find((_, at) => point < upTo(at))
  return picked === undefined ? shares : [picked]
}

function clusterShares(action: RouteAction, state: HttpState): readonly ClusterShare[] {
  if (action.clusterSpecifierPlugin !== undefined || action.inlineClusterSpecifierPlugin)
    undecided('a cluster specifier plugin', action.at)
  if (action.cluster !== undefined) return [{name: action.cluster, overrides: undefined, weight: 1}]
  if (action.clusterHeader !== undefined)
    return [{name: headerValue(state.headers, action.clusterHeader) ?? '', overrides: undefined, weight: 1}]
  const weighted = action.weightedClusters
  if (weighted === undefined) return []
  const {clusters, runtimeKeyPrefix, headerName} = known(weighted, 'weighted clusters')
  if (runtimeKeyPrefix) undecided('weights set in the runtime', weighted.at)
  const shares = clusters
    .filter(each => (each.weight ?? 0) > 0)
    .map(each => {
      const {name, clusterHeader, typedPerFilterConfig, weight = 0} = known(each, 'a weighted cluster')
      const found = name || (clusterHeader === undefined ? '' : (headerValue(state.headers, clusterHeader) ?? ''))
      return {name: found, overrides: typedPerFilterConfig.size === 0 ? undefined : typedPerFilterConfig, weight}
    })
  return headerName ? byHeader(shares, headerValues(state.headers, headerName), weighted.at) : shares
}

/** The request as the routes of its table see it. */
function routed(state: HttpState): MatchSubject {
  return {...state, ignoresPathParameters: state.table?.ignorePathParametersInPathMatching ?? false}
}

/** Routes that nearly matched the request, in order, up to the one that matched. */
function nearMisses(routes: readonly Route[], chosen: Route | undefined, state: HttpState): readonly NearMiss[] {
  const before = chosen === undefined ? routes : routes.slice(0, routes.indexOf(chosen))
  const subject = routed(state)
  return before
    .flatMap((each, i) => {
      const failing = each.match === undefined ? undefined : onlyFailing(each.match, subject)
      const what = each.name === undefined ? `route ${i + 1}` : `route ${i + 1} (${each.name})`
      return failing === undefined ? [] : [{what, except: failing}]
    })
    .slice(0, 5)
}

function routeByTree(host: VirtualHost, state: HttpState): Route | undefined {
  if (host.matcher === undefined) return undefined
  const subject = {...state, remoteIp: state.remoteIp}
  const action = matchTree(host.matcher, input => requestInput(input, subject))
  if (action === undefined) return undefined
  const route = unpack(action.typedConfig, RouteSchema)
  if (route === undefined) undecided(`action ${action.name ?? ''} of a virtual host's matcher`, action.at)
  const {match} = route
  return match === undefined || routeMatches(match, routed(state)) ? route : undefined
}

function routeIn(host: VirtualHost, state: HttpState): Route | undefined {
  if (host.matcher !== undefined) return routeByTree(host, state)
  const subject = routed(state)
  return host.routes.find(each => {
    const {match} = each
    if (match === undefined) return undecided('a route without match', each.at)
    return routeMatches(match, subject)
  })
}

function needsTls(host: VirtualHost, state: HttpState): boolean {
  const {requireTls = 'NONE'} = host
  if (requireTls === 'NONE') return false
  return headerValue(state.headers, 'x-forwarded-proto') !== 'https'
}

/** The cluster picked by weight; all of them if nothing picks. */
function drawn(shares: readonly ClusterShare[], state: HttpState): readonly ClusterShare[] {
  const {draw} = state.surroundings
  if (draw === undefined || shares.length < 2) return shares
  const weights = shares.map(each => each.weight)
  const picked = shares[draw('a weighted cluster', weights)]
  return picked === undefined ? shares : [picked]
}

function chosenOf(host: VirtualHost, route: Route, state: HttpState): ChosenRoute {
  const shares = route.route === undefined ? [] : drawn(clusterShares(route.route, state), state)
  if (shares.length > 1 && shares.some(each => each.overrides !== undefined))
    undecided('weighted clusters that override filters', route.at)
  const overrides = [
    shares[0]?.overrides,
    route.typedPerFilterConfig,
    host.typedPerFilterConfig,
    state.table?.typedPerFilterConfig,
  ].filter(each => each !== undefined)
  const total = shares.reduce((sum, each) => sum + each.weight, 0)
  return {
    virtualHost: host,
    route,
    clusters: shares.map(each => each.name),
    shares: shares.map(each => (100 * each.weight) / total),
    overrides,
  }
}

function choose(state: HttpState): HttpState {
  const {table} = state
  if (table === undefined) return state
  // A request without a host is refused, but its route is looked up all the same.
  const authority = headerValue(state.headers, ':authority')
  const host = virtualHostOf(known(table, 'a route configuration'), authority)
  if (host === undefined) {
    const text = `no virtual host of ${table.name ?? 'the route configuration'} has a domain for ${authority ?? 'a request without a host'}`
    return withStep(state, {stage: 'virtual-host', text, at: table.at, nearMisses: []})
  }
  const seen = withStep(state, {
    stage: 'virtual-host',
    text: `${host.name ?? ''} has a domain for ${authority ?? 'a request without a host'}`,
    at: host.at,
    nearMisses: [],
  })
  // Without a scheme Envoy finds no route at all.
  if (!headerValue(state.headers, 'x-forwarded-proto')) return seen
  if (needsTls(host, state))
    return {...seen, chosen: {virtualHost: host, route: undefined, clusters: [], shares: [], overrides: []}}
  const route = routeIn(host, state)
  const text =
    route === undefined ? `no route of ${host.name ?? ''} matches` : `route ${route.name ?? '(unnamed)'} matches`
  const noted = withStep(seen, {
    stage: 'route',
    text,
    at: route?.at ?? host.at,
    nearMisses: nearMisses(host.routes, route, state),
  })
  return route === undefined ? noted : {...noted, chosen: chosenOf(host, known(route, 'a route'), state)}
}

/** Selects the route for the request in its current state. */
export function chooseRoute(state: HttpState): HttpState {
  return choose({...state, chosen: undefined})
}
