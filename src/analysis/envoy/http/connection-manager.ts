import type {DecisionStep} from '../../../model/envoy/decision.js'
import type {HttpConnectionManager} from '../../../model/envoy/http.js'
import type {EnvoyProxy, Surroundings} from '../../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import type {RouteConfiguration} from '../../../model/envoy/route.js'
import type {DownstreamConnection} from '../connection.js'
import {refuseChanged, runHttpFilters} from '../filters/run.js'
import {headerValue, headerValues, withHeader} from '../matching/headers.js'
import {known, undecided} from '../undecided.js'
import {decodeRequest} from './codec.js'
import {withEarlyMutation} from './early-mutation.js'
import {clientAddress, normalizeHost, normalizePath, sanitizeHeaders} from './head.js'
import {withLocalReply} from './local-reply.js'
import {withLocation} from './location.js'
import {chooseRoute} from './route-choice.js'
import {isGrpc} from './route-match.js'
import {scopedTable} from './scoped-routes.js'
import {type EnvoyReply, type HttpState, withStep} from './state.js'
import {filtersOf, upgradeAllowed, upgradeOf} from './upgrade.js'

// HTTP connection manager: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_connection_management

/** How a request ends at the connection manager, and the state at that point. */
export interface HttpEnding {
  readonly answer: EnvoyReply
  readonly state: HttpState
}

function tableOf({proxy, manager, headers}: HttpState): RouteConfiguration | undefined {
  if (manager.routeConfig !== undefined) return manager.routeConfig
  if (manager.scopedRoutes !== undefined) return scopedTable(proxy, manager.scopedRoutes, headers)
  if (manager.rds === undefined) return undecided('a connection manager without routes', manager.at)
  const name = known(manager.rds, 'rds').routeConfigName ?? ''
  return proxy.routeConfiguration(name) ?? undecided(`route configuration ${name} is not in the dump`, manager.rds.at)
}

function refuseUnmodelled(manager: HttpConnectionManager): void {
  known(manager, 'the HTTP connection manager')
  const scheme = manager.schemeHeaderTransformation
  if (scheme !== undefined) known(scheme, 'scheme_header_transformation')
  if (manager.typedHeaderValidationConfig) undecided('typed_header_validation_config', manager.at)
  if (manager.httpProtocolOptions !== undefined) known(manager.httpProtocolOptions, 'http_protocol_options')
  if (manager.commonHttpProtocolOptions !== undefined)
    known(manager.commonHttpProtocolOptions, 'common_http_protocol_options')
  if (manager.httpProtocolOptions?.useBalsaParser === false) undecided('the old HTTP/1 parser', manager.at)
}

function refusal(status: number, details: string, text: string, flags: readonly string[] = []): EnvoyReply {
  return {by: 'manager', status, flags, details, text}
}

function step(text: string, at: string): DecisionStep {
  return {stage: 'http', text, at, nearMisses: []}
}

const AUTHORITY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%[\]]*$/

/** Checks that run before the path is examined. */
function firstRefusal(state: HttpState, version: '1.0' | '1.1' | '2'): EnvoyReply | undefined {
  const {manager, headers} = state
  if (version === '1.0' && !manager.httpProtocolOptions?.acceptHttp10)
    return refusal(426, 'low_version', 'HTTP/1.0 is not accepted', ['DPE'])
  const authority = headerValue(headers, ':authority')
  if (authority === undefined) return refusal(400, 'missing_host_header', 'the request has no host')
  if (!AUTHORITY.test(authority))
    return refusal(400, 'http.invalid_authority', 'the host holds invalid characters', ['DPE'])
  const path = headerValue(headers, ':path')
  if (path !== undefined && !path.startsWith('/'))
    return refusal(404, 'absolute_path_rejected', 'the request target is not a path')
  if (headerValue(headers, ':method') === 'QUERY' && headerValue(headers, 'content-type') === undefined)
    return refusal(400, 'query_missing_content_type', 'a QUERY request has no content type')
  return undefined
}

function withDefaultHost(state: HttpState, version: '1.0' | '1.1' | '2'): HttpState {
  const host = state.manager.httpProtocolOptions?.defaultHostForHttp10
  const options = state.manager.httpProtocolOptions
  if (version !== '1.0' || !options?.acceptHttp10 || !host || headerValue(state.headers, ':authority') !== undefined)
    return state
  return {...state, headers: withHeader(state.headers, ':authority', host)}
}

/** Envoy sends local replies to gRPC requests with HTTP status 200; the codec's own errors are not converted. */
function inGrpc(state: HttpState, answer: EnvoyReply): EnvoyReply {
  const own = answer.by !== 'upstream' && answer.status !== null && !answer.flags.includes('DPE')
  return own && isGrpc(state) ? {...answer, status: 200} : answer
}

/** A reply of the manager itself, as rules for local replies make it. */
function ownReply(state: HttpState, answer: EnvoyReply): EnvoyReply {
  refuseChanged(state, filtersOf(state.manager, state.upgrade))
  return withLocalReply(state, answer)
}

/** A local reply before routing. Envoy still looks up the route, using the unmodified headers. */
function early(state: HttpState, answer: EnvoyReply): HttpEnding {
  const routed = chooseRoute(state)
  return {state: routed, answer: inGrpc(state, ownReply(routed, answer))}
}

function refusedPath(state: HttpState, redirect: string | undefined): HttpEnding {
  const details = 'path_normalization_failed'
  if (redirect === undefined || isGrpc(state))
    return early(state, refusal(400, details, 'the path cannot be normalized'))
  return early(state, {...refusal(307, details, 'redirect to the normalized path'), location: redirect})
}

function afterHead(state: HttpState, version: '1.0' | '1.1' | '2'): HttpEnding {
  const {manager, connection} = state
  const target = headerValue(state.headers, ':path')
  const path = target === undefined ? undefined : normalizePath(manager, target)
  if (path?.kind === 'refuse') return refusedPath(state, undefined)
  const normal = path === undefined ? state.headers : withHeader(state.headers, ':path', path.target)
  if (path?.kind === 'redirect') return refusedPath({...state, headers: normal}, path.target)
  const host = normalizeHost(manager, headerValue(normal, ':authority') ?? '', connection.local.port)
  const named = withHeader(normal, ':authority', host)
  const remoteIp = clientAddress(manager, named, connection)
  const headers = sanitizeHeaders(manager, named, connection, state.table?.internalOnlyHeaders ?? [])
  const upgrade = upgradeOf(named, version)
  const routed = chooseRoute(withEarlyMutation({...state, headers, remoteIp, upgrade}))
  if (upgrade !== undefined && routed.chosen !== undefined && !upgradeAllowed(manager, routed.chosen, upgrade)) {
    const answer = refusal(403, 'upgrade_failed', `upgrade ${upgrade} is not allowed`)
    return {state: routed, answer: inGrpc(routed, ownReply(routed, answer))}
  }
  const {state: last, answer} = runHttpFilters(routed, filtersOf(manager, upgrade))
  const flagged = {...answer, flags: [...last.flags, ...answer.flags]}
  return {state: last, answer: withLocation(last, inGrpc(last, withLocalReply(last, flagged)))}
}

/** What an HTTP connection manager does with the request on a connection. */
export function runManager(
  proxy: EnvoyProxy,
  surroundings: Surroundings,
  request: EnvoyRequest,
  connection: DownstreamConnection,
  manager: HttpConnectionManager,
  steps: DecisionStep[],
): HttpEnding {
  refuseUnmodelled(manager)
  const start: HttpState = {
    proxy,
    surroundings,
    request,
    connection,
    manager,
    table: undefined,
    headers: [],
    remoteIp: connection.remote.ip,
    metadata: new Map(),
    filterState: connection.filterState,
    chosen: undefined,
    upgrade: undefined,
    badBody: false,
    flags: [],
    steps,
  }
  const decoded = decodeRequest(manager, request, connection)
  if (decoded.kind === 'waits') return undecided('a request that never completes', manager.at)
  if (decoded.kind === 'refused') {
    const status = decoded.status === 0 ? null : decoded.status
    return {
      state: start,
      answer: ownReply(start, {
        ...{by: 'codec', status, flags: ['DPE'], details: decoded.details},
        text: 'the codec rejects the request',
      }),
    }
  }
  const read: HttpState = {...start, headers: decoded.headers, badBody: decoded.badBody}
  const state = withDefaultHost(read, decoded.version)
  const refused = firstRefusal(state, decoded.version)
  if (refused?.flags.includes('DPE')) return {state, answer: ownReply(state, refused)}
  if (refused !== undefined) return early({...state, table: tableOf(state)}, refused)
  const noted = withStep(
    state,
    step(`HTTP/${decoded.version} ${headerValues(state.headers, ':method')[0] ?? ''}`, manager.at),
  )
  return afterHead({...noted, table: tableOf(noted)}, decoded.version)
}
