import {definedFields} from '../../../model/collections/defined-fields.js'
import {own} from '../../../model/collections/own.js'
import type {Cluster} from '../../../model/envoy/cluster.js'
import {Router} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import type {Route, RouteAction} from '../../../model/envoy/route.js'
import {unpack} from '../../../model/envoy/schema.js'
import {redirectLocation, tlsLocation, upstreamAuthority, upstreamTarget} from '../http/rewrite.js'
import {isGrpc} from '../http/route-match.js'
import {
  answers,
  BAD_BODY,
  type EnvoyReply,
  type FilterResult,
  type HttpState,
  neverAnswered,
  withStep,
} from '../http/state.js'
import {endsConnect} from '../http/upgrade.js'
import {upstreamHeaders} from '../http/upstream-headers.js'
import {headerValue} from '../matching/headers.js'
import {known, undecided} from '../undecided.js'
import {inMaintenance, OVERFLOW, type Passed, sendsWholeUrl, thresholdsOf} from '../upstream/call.js'
import {type Deadlines, follow, type UpstreamEnding} from '../upstream/course.js'
import {chooseHosts, dropsAll, type Host} from '../upstream/endpoints.js'
import {retriesOf} from '../upstream/retry.js'
import {type WantedMetadata, wantedMetadata} from '../upstream/subsets.js'

// Router: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter

const REDIRECTS: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
}
const NOT_FOUND: Readonly<Record<string, number>> = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
}

function codeOf(table: Readonly<Record<string, number>>, word: string, at: string): number {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? undecided(`response code ${word}`, at)
}

function direct(status: number, location: string | undefined, text: string, at: string): EnvoyReply {
  const where = definedFields({location})
  return {by: 'route', status, flags: [], details: 'direct_response', ...where, text, at}
}

/** The reply configured on the route: a redirect or a direct response. */
function ownAnswer(state: HttpState, route: Route | undefined, at: string): EnvoyReply | undefined {
  const {headers} = state
  const scheme = headerValue(headers, ':scheme') ?? 'http'
  if (route === undefined)
    return direct(301, tlsLocation(headers), 'the virtual host requires TLS: redirect to https', at)
  const {redirect, directResponse} = route
  if (redirect !== undefined) {
    const status = codeOf(REDIRECTS, redirect.responseCode ?? 'MOVED_PERMANENTLY', redirect.at)
    return direct(status, redirectLocation(route, headers, scheme), 'the route redirects', redirect.at)
  }
  if (directResponse === undefined) return undefined
  const {status = 0} = known(directResponse, 'a direct response')
  const leads = status === 201 || (status >= 300 && status < 400)
  const location = leads ? redirectLocation(route, headers, scheme) : undefined
  return direct(status, location, `the route answers ${status} itself`, directResponse.at)
}

function notFound(action: RouteAction | undefined, name: string, at: string): EnvoyReply {
  const status = codeOf(NOT_FOUND, action?.clusterNotFoundResponseCode ?? 'SERVICE_UNAVAILABLE', at)
  return {
    by: 'no-cluster',
    status,
    flags: ['NC'],
    details: 'cluster_not_found',
    text: `the route names cluster "${name}", which does not exist`,
    at,
  }
}

const DEFAULT_TIMEOUT = 15_000
const DEFAULT_IDLE = 300_000

function limit(milliseconds: number | undefined, otherwise: number): number {
  const value = milliseconds ?? otherwise
  return value === 0 ? Infinity : value
}

/** The timeout a gRPC client sets (grpc-timeout: digits and a unit). */
function grpcTimeout(text: string | undefined): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text ?? '')
  if (match === null) return undefined
  const units: Readonly<Record<string, number>> = {H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001}
  return Number(match[1]) * (own(units, match[2] ?? '') ?? 1)
}

/** The maximum stream duration: the route's, or what grpc-timeout asks for, capped by grpc_timeout_header_max, whatever the content type. */
function duration(state: HttpState, action: RouteAction): number {
  const own = action.maxStreamDuration
  const general = state.manager.commonHttpProtocolOptions?.maxStreamDuration
  if (own === undefined) return limit(general, 0)
  const {maxStreamDuration, grpcTimeoutHeaderMax, grpcTimeoutHeaderOffset = 0} = known(own, 'max_stream_duration')
  const asked = grpcTimeout(headerValue(state.headers, 'grpc-timeout'))
  if (grpcTimeoutHeaderMax === undefined || asked === undefined) return limit(maxStreamDuration ?? general, 0)
  const capped = grpcTimeoutHeaderMax === 0 ? asked : Math.min(asked, grpcTimeoutHeaderMax)
  return limit(grpcTimeoutHeaderOffset < capped ? capped - grpcTimeoutHeaderOffset : capped, 0)
}

/** The route's timeout; the gRPC client's own capped by max_grpc_timeout, if the route sets it. */
function routeTimeout(state: HttpState, action: RouteAction): number {
  const {maxGrpcTimeout, grpcTimeoutOffset = 0, timeout} = action
  if (maxGrpcTimeout === undefined || !isGrpc(state)) return limit(timeout, DEFAULT_TIMEOUT)
  const asked = grpcTimeout(headerValue(state.headers, 'grpc-timeout')) ?? 0
  const capped = maxGrpcTimeout !== 0 && (asked === 0 || asked > maxGrpcTimeout) ? maxGrpcTimeout : asked
  return limit(capped > grpcTimeoutOffset ? capped - grpcTimeoutOffset : capped, 0)
}

function deadlines(state: HttpState, action: RouteAction): Deadlines {
  const idle = limit(action.idleTimeout ?? state.manager.streamIdleTimeout, DEFAULT_IDLE)
  return {
    route: state.upgrade === undefined ? routeTimeout(state, action) : Infinity,
    idle,
    duration: duration(state, action),
    client: Math.min(state.request.abortAfter ?? Infinity, state.surroundings.patience),
  }
}

function refuseUnmodelled(action: RouteAction): void {
  known(action, 'a route action')
  if (action.retryPolicyTypedConfig !== undefined) undecided('a retry policy of another type', action.at)
}

/** The limits of a request in milliseconds, to name the one that ends it. */
type Limits = Pick<Deadlines, 'route' | 'idle' | 'duration'> & {readonly perTry: number | undefined}

function timedOut(flag: string, details: string, text: string): EnvoyReply {
  return {by: 'timeout', status: 504, flags: flag === '' ? [] : [flag], details, text}
}

/** Whether the request opens a tunnel that Envoy terminates. */
function endsTunnel(state: HttpState): boolean {
  return endsConnect(state.chosen, headerValue(state.headers, ':method'))
}

/** The upstream's response as the client receives it; a tunnel lasts until the client disconnects. */
function upstreamAnswer(
  state: HttpState,
  route: Route,
  {status, flags}: Extract<UpstreamEnding, {kind: 'answer'}>,
  hosts: readonly Host[],
  cluster: string,
): EnvoyReply {
  const connects = headerValue(state.headers, ':method') === 'CONNECT'
  const succeeds = status >= 200 && status < 300
  const ended = endsTunnel(state)
  const authority = upstreamAuthority(
    route,
    state.headers,
    hosts.map(each => each.hostname),
    cluster,
  )
  const target = headerValue(state.headers, ':path')
  const upstreamPath = target === undefined ? authority : upstreamTarget(route, target)
  const seen = ended || status === 101 ? {} : {upstreamPath, upstreamHost: authority}
  if (ended && !connects) undecided('whether the client or the upstream ends a tunnel opened by POST', route.at)
  if (status === 101 || (connects && succeeds)) {
    const text = 'the upgraded connection lasts until the client leaves'
    return {by: 'upstream', status, flags: ['DC'], details: 'downstream_remote_disconnect', ...seen, text}
  }
  const refused = state.upgrade === 'websocket' && succeeds
  const details = refused ? 'websocket_handshake_unsuccessful' : 'via_upstream'
  return {by: 'upstream', status, flags, details, ...seen, text: `the upstream answers ${status}`}
}

function endingAnswer(
  state: HttpState,
  route: Route,
  ending: UpstreamEnding,
  hosts: readonly Host[],
  cluster: string,
  limits?: Limits,
): EnvoyReply {
  switch (ending.kind) {
    case 'answer':
      return upstreamAnswer(state, route, ending, hosts, cluster)
    case 'failure':
      return {
        by: ending.failure.type === 'overflow' ? 'circuit-breaker' : 'upstream-failure',
        status: ending.failure.status,
        flags: ending.flags,
        details: `upstream_reset_before_response_started{${ending.failure.reason}}`,
        text: `no answer from the upstream: ${ending.failure.reason.split('|')[0]}`,
      }
    case 'per-try-timeout': {
      const text = `a try takes longer than ${limits?.perTry} ms, the per_try_timeout`
      return {...timedOut('', 'upstream_per_try_timeout', text), flags: ending.flags}
    }
    case 'per-try-idle':
      return {
        ...timedOut('', 'upstream_per_try_idle_timeout', 'a try is silent for longer than its per_try_idle_timeout'),
        flags: ending.flags,
      }
    case 'route-timeout':
      return timedOut(
        'UT',
        'response_timeout',
        `the answer takes longer than ${limits?.route} ms, the timeout of the route`,
      )
    case 'idle-timeout':
      return timedOut('SI', 'stream_idle_timeout', `nothing comes for ${limits?.idle} ms, the idle timeout`)
    case 'duration':
      return timedOut(
        '',
        'max_duration_timeout',
        `the request lasts longer than ${limits?.duration} ms, its max_stream_duration`,
      )
    case 'client-left':
      return neverAnswered('the client leaves before the answer')
    case 'unknown':
      return {
        by: 'upstream',
        status: null,
        flags: [],
        details: 'via_upstream',
        text: "the request is forwarded; the upstream's response is unknown",
      }
  }
}

/** The request as sent upstream: the parts that routing and policies read. */
function passedOn(state: HttpState, route: Route, hosts: readonly Host[], cluster: string): Passed {
  const plain = upstreamHeaders(state, route, cluster).filter(([name]) => !name.startsWith(':'))
  const authority = upstreamAuthority(
    route,
    state.headers,
    hosts.map(each => each.hostname),
    cluster,
  )
  const head = {
    method: headerValue(state.headers, ':method') ?? 'GET',
    path: upstreamTarget(route, headerValue(state.headers, ':path') ?? '/'),
    headers: [['host', authority] as const, ...plain],
  }
  return {head, http2: state.request.protocol === 'http/2'}
}

/** What the route, the cluster chosen by weight and earlier filters ask of an endpoint's metadata. */
function endpointMetadata(state: HttpState, action: RouteAction, cluster: string): WantedMetadata {
  const weighted = action.weightedClusters?.clusters.find(({name}) => name === cluster)
  if (state.metadata.get('envoy.lb') !== undefined) undecided('endpoint metadata a filter asks for', action.at)
  return wantedMetadata([action.metadataMatch, weighted?.metadataMatch])
}

/** The answer with the target the upstream saw: a path, or the whole URL where the cluster wants that. */
function asSent(state: HttpState, cluster: Cluster, answer: EnvoyReply): EnvoyReply {
  const {upstreamPath, upstreamHost = ''} = answer
  if (!upstreamPath?.startsWith('/') || !sendsWholeUrl(cluster)) return answer
  const scheme = headerValue(state.headers, ':scheme') ?? 'http'
  return {...answer, upstreamPath: `${scheme}://${upstreamHost}${upstreamPath}`}
}

function callCluster(state: HttpState, route: Route, action: RouteAction, cluster: Cluster): EnvoyReply {
  const {name = ''} = known(cluster, 'a cluster')
  const pool = cluster.upstreamConfig
  if (pool !== undefined && !pool.typedConfig?.type.startsWith('extensions.upstreams.http.generic.'))
    undecided(`upstream ${pool.name ?? ''}`, pool.at)
  if (inMaintenance(state.proxy, cluster))
    return {
      by: 'circuit-breaker',
      status: 503,
      flags: ['UO'],
      details: 'maintenance_mode',
      text: 'the cluster is in maintenance',
      at: cluster.at,
    }
  if (dropsAll(state.proxy, cluster))
    return {
      by: 'drop',
      status: 503,
      flags: ['UDO'],
      details: 'unconditional_drop_overload',
      text: 'the control plane drops all requests',
      at: cluster.at,
    }
  const {connection} = state
  const dialled = {
    address: connection.localRestored ? connection.local : undefined,
    header: (name: string) => headerValue(state.headers, name),
    metadata: endpointMetadata(state, action, name),
  }
  const choice = chooseHosts(state.proxy, cluster, dialled)
  if (choice.kind === 'none')
    return {
      by: 'no-endpoint',
      status: 503,
      flags: ['UH'],
      details: 'no_healthy_upstream',
      text: choice.why,
      at: cluster.at,
    }
  const limits = thresholdsOf(cluster, action.priority ?? 'DEFAULT')
  if (limits?.maxRequests === 0 || limits?.maxPendingRequests === 0)
    return endingAnswer(state, route, {kind: 'failure', failure: OVERFLOW, flags: ['UO']}, [], name)
  if (state.badBody) return BAD_BODY
  const virtualHost = state.chosen?.virtualHost
  if (virtualHost?.retryPolicyTypedConfig !== undefined) undecided('a retry policy of another type', virtualHost.at)
  const course = {
    cluster,
    surroundings: state.surroundings,
    upgrade: endsTunnel(state) ? 'ended-connect' : state.upgrade,
    retries: retriesOf(action.retryPolicy ?? virtualHost?.retryPolicy, state.headers),
    levels: choice.levels,
    retryOverflow: limits?.maxRetries === 0,
    deadlines: deadlines(state, action),
    passed: passedOn(state, route, choice.hosts, name),
  }
  const hedges = action.hedgePolicy || virtualHost?.hedgePolicy
  if (hedges && course.retries.perTryTimeout !== undefined) undecided('hedged requests', action.at)
  const endpoints = choice.hosts.map(({address: {ip, port}}) => `${ip}:${port}`)
  const limited = {...course.deadlines, perTry: course.retries.perTryTimeout}
  const answer = endingAnswer(state, route, follow(course, choice.hosts), choice.hosts, name, limited)
  const redirects = action.internalRedirectPolicy || action.internalRedirectAction !== undefined
  const isRedirect = answer.by === 'upstream' && (answer.status === null || Math.floor(answer.status / 100) === 3)
  if (redirects && isRedirect) undecided('internal redirects', action.at)
  return {...asSent(state, cluster, answer), endpoints}
}

function sameAnswer(a: EnvoyReply, b: EnvoyReply): boolean {
  const bare = (each: EnvoyReply) => JSON.stringify({...each, text: '', at: '', endpoints: []})
  return bare(a) === bare(b)
}

function throughCluster(state: HttpState, route: Route, at: string): EnvoyReply {
  const action = route.route
  if (action === undefined) return notFound(undefined, '', at)
  refuseUnmodelled(action)
  const names = state.chosen?.clusters ?? []
  const all = (names.length === 0 ? [''] : names).map(name => {
    const cluster = state.proxy.cluster(name)
    return cluster === undefined ? notFound(action, name, action.at) : callCluster(state, route, action, cluster)
  })
  const [first] = all
  if (first === undefined) return undecided('a route without a cluster', action.at)
  if (all.some(each => !sameAnswer(each, first))) undecided('which weighted cluster is taken', action.at)
  return {...first, endpoints: [...new Set(all.flatMap(each => each.endpoints ?? []))]}
}

/** A cluster, with its weight if it is not the only one. */
function clusterWords(name: string, share: number): string {
  return share === 100 ? name : `${name} (${Math.round(share)}%)`
}

/** Replies as the route configures, or as the chosen endpoint of its cluster does. */
export function runRouter(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, Router)
  if (config !== undefined && known(config, 'the router').upstreamHttpFilters.length > 0)
    undecided('upstream HTTP filters', config.at)
  const {chosen} = state
  if (chosen === undefined)
    return answers(state, {
      by: 'no-route',
      status: 404,
      flags: ['NR'],
      details: 'route_not_found',
      text: 'no route: 404',
    })
  const at = chosen.route?.at ?? chosen.virtualHost.at
  const own = ownAnswer(state, chosen.route, at)
  if (own !== undefined) return answers(state, own)
  const route = chosen.route
  if (route === undefined || route.filterAction)
    return undecided('a route action that leaves the answer to a filter', at)
  const names = chosen.clusters.map((name, i) => clusterWords(name, chosen.shares[i] ?? 100)).join(', ')
  const noted = withStep(state, {
    stage: 'cluster',
    text: names === '' ? 'the route has no cluster' : `cluster ${names}`,
    at: route.route?.at ?? at,
    nearMisses: [],
  })
  return answers(noted, throughCluster(noted, route, at))
}
