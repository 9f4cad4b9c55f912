import {ExtAuthz, ExtAuthzPerRoute} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, BAD_BODY, type EnvoyReply, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {statusCode} from '../http/status-code.js'
import {headerValue} from '../matching/headers.js'
import {flagApplies, fractionApplies} from '../matching/percent.js'
import {metadataMatches} from '../matching/values.js'
import {known, undecided} from '../undecided.js'
import {follow} from '../upstream/course.js'
import {chooseHosts} from '../upstream/endpoints.js'
import {retriesOf} from '../upstream/retry.js'
import {routeConfigOf} from './overrides.js'

// External authorization: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter

type Verdict = {readonly kind: 'allowed' | 'error'} | {readonly kind: 'denied'; readonly status: number}

const DEFAULT_TIMEOUT = 200

/** The decision of a gRPC authorization server, as far as there is none that answers: what it says is not known. */
function askGrpc(state: HttpState, service: NonNullable<ExtAuthz['grpcService']>): Verdict {
  const {envoyGrpc} = known(service, 'a gRPC service')
  const name = envoyGrpc?.clusterName ?? undecided('a gRPC authorization server that is not a cluster', service.at)
  const cluster = state.proxy.cluster(name)
  if (cluster === undefined) return {kind: 'error'}
  const choice = chooseHosts(state.proxy, cluster, {address: undefined, header: () => undefined})
  if (choice.kind === 'none') return {kind: 'error'}
  // A server that is known speaks no gRPC.
  const fails = choice.hosts.every(host => state.surroundings.upstream(host.address) !== undefined)
  return fails ? {kind: 'error'} : undecided('what a gRPC authorization server says', service.at)
}

/** The decision of an HTTP authorization server. */
function ask(state: HttpState, config: ExtAuthz): Verdict {
  if (config.grpcService !== undefined) return askGrpc(state, config.grpcService)
  const uri = config.httpService?.serverUri
  if (config.httpService === undefined || uri === undefined) undecided('ext_authz without a server', config.at)
  known(config.httpService, 'ext_authz')
  const cluster = state.proxy.cluster(known(uri, 'ext_authz').cluster ?? '')
  if (cluster === undefined) return {kind: 'error'}
  const choice = chooseHosts(state.proxy, cluster, {address: undefined, header: () => undefined})
  if (choice.kind === 'none') return {kind: 'error'}
  // The authorization server's decision is only known if that server is modelled.
  const {upstream, now, patience} = state.surroundings
  const course = {
    cluster,
    surroundings: {upstream, now, patience},
    upgrade: undefined,
    retries: retriesOf(undefined, []),
    levels: undefined,
    retryOverflow: false,
    deadlines: {route: uri.timeout ?? DEFAULT_TIMEOUT, idle: Infinity, duration: Infinity, client: Infinity},
    passed: {head: {method: 'GET', path: '/', headers: []}, http2: false},
  }
  const ending = follow(course, choice.hosts)
  if (ending.kind === 'unknown') undecided('what the authorization server says', uri.at)
  if (ending.kind !== 'answer' || ending.status >= 500) return {kind: 'error'}
  return ending.status === 200 ? {kind: 'allowed'} : {kind: 'denied', status: ending.status}
}

function isAsked(state: HttpState, config: ExtAuthz): boolean {
  if (!fractionApplies(state.proxy, config.filterEnabled, true, 'external authorization')) return false
  return config.filterEnabledMetadata === undefined || metadataMatches(config.filterEnabledMetadata, state.metadata)
}

/** The reply to a body that is larger than the authorization server is sent. */
function refusedBody(
  state: HttpState,
  config: ExtAuthz,
  override: NonNullable<typeof ExtAuthzPerRoute.yields> | undefined,
): EnvoyReply | undefined {
  const body = config.withRequestBody
  if (body === undefined || override !== undefined) return undefined
  const {maxRequestBytes = 0, allowPartialMessage} = known(body, 'with_request_body of ext_authz')
  if (allowPartialMessage || state.request.bodyBytes <= maxRequestBytes) return undefined
  const text = `the body is larger than ${maxRequestBytes} bytes`
  return {by: 'buffer', status: 413, flags: [], details: 'request_payload_too_large', text, at: body.at}
}

/** Calls the authorization server; denies what it denies and, if it fails, everything unless failure_mode_allow is set. */
export function runExtAuthz(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, ExtAuthz)
  if (config === undefined) undecided('ext_authz without configuration', filter.at)
  known(config, 'ext_authz')
  // Without a route the server is not called.
  if (state.chosen === undefined) return goesOn(state)
  const override = routeConfigOf(state, filter, ExtAuthzPerRoute)
  if (override !== undefined && known(override, 'an override of ext_authz').disabled) return goesOn(state)
  if (override?.checkSettings && config.withRequestBody !== undefined)
    undecided('check_settings of ext_authz', override.at)
  if (!isAsked(state, config)) {
    if (!flagApplies(state.proxy, config.denyAtDisable)) return goesOn(state)
    return answers(state, {
      by: 'ext-authz',
      status: statusCode(config.statusOnError) ?? 403,
      flags: ['UAEX'],
      details: 'ext_authz_error',
      text: 'external authorization is switched off, and denies all requests then',
      at: config.at,
    })
  }
  if (state.badBody) return answers(state, BAD_BODY)
  const tooLarge = refusedBody(state, config, override)
  if (tooLarge !== undefined) return answers(state, tooLarge)
  const verdict = ask(state, config)
  if (verdict.kind === 'allowed' && config.clearRouteCache) return goesOn({...state, chosen: undefined})
  if (verdict.kind === 'allowed' || (verdict.kind === 'error' && config.failureModeAllow)) return goesOn(state)
  const status = verdict.kind === 'denied' ? verdict.status : (statusCode(config.statusOnError) ?? 403)
  // The client receives the server's response with its headers.
  const seen =
    verdict.kind === 'denied'
      ? {
          upstreamPath: `${config.httpService?.pathPrefix ?? ''}${headerValue(state.headers, ':path') ?? ''}`,
          upstreamHost: headerValue(state.headers, ':authority') ?? '',
        }
      : {}
  return answers(state, {
    by: 'ext-authz',
    status,
    ...seen,
    flags: ['UAEX'],
    details: verdict.kind === 'denied' ? 'ext_authz_denied' : 'ext_authz_error',
    text: verdict.kind === 'denied' ? 'the authorization server denies the request' : 'the authorization server fails',
    at: config.at,
  })
}
