import {type Cluster, UpstreamHttp} from '../../../model/envoy/cluster.js'
import type {EnvoyProxy, Surroundings, UpstreamServer} from '../../../model/envoy/proxy.js'
import {isStruct, type Json, unpack} from '../../../model/envoy/schema.js'
import {
  InternalUpstream,
  RawBuffer,
  type UpstreamTls,
  UpstreamTls as UpstreamTlsSchema,
} from '../../../model/envoy/tls.js'
import type {Attempt, Failure, PassedHead, UpstreamCall} from '../../../model/envoy/upstream-call.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {namesFit, validationOf} from '../listener/handshake.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import type {Host} from './endpoints.js'

// Upstream connections: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/connection_pooling

const REFUSED = 'remote_connection_failure|delayed_connect_error:_Connection_refused'
const BAD_CERTIFICATE = 'remote_connection_failure|TLS_error:_CERTIFICATE_VERIFY_FAILED'
const NOT_TLS = 'remote_connection_failure|TLS_error:_WRONG_VERSION_NUMBER'

function connectFailure(reason: string): Failure {
  return {flag: 'UF', status: 503, reason, type: 'connect'}
}

const TERMINATED: Failure = {flag: 'UC', status: 503, reason: 'connection_termination', type: 'reset'}
const NOT_HTTP: Failure = {flag: 'UPE', status: 502, reason: 'protocol_error', type: 'reset'}
export const OVERFLOW: Failure = {flag: 'UO', status: 503, reason: 'overflow', type: 'overflow'}

/** The TLS context a cluster uses for an endpoint; undefined for plaintext. */
export function upstreamTls(cluster: Cluster, host: Host): UpstreamTls | undefined {
  const matches = cluster.transportSocketMatches
  const metadata = host.socketMatch ?? {}
  const found = matches.find(each => isSubset(each.match ?? {}, metadata))
  const socket = found === undefined ? cluster.transportSocket : found.transportSocket
  return socketTls(socket)
}

/** Whether every key of the match has the same value in an endpoint's metadata (transport_socket_matches). */
function isSubset(match: Json, metadata: Json): boolean {
  if (!isStruct(match) || !isStruct(metadata)) return false
  return Object.entries(match).every(
    ([key, value]) => Object.hasOwn(metadata, key) && JSON.stringify(metadata[key]) === JSON.stringify(value),
  )
}

type Socket = NonNullable<Cluster['transportSocket']>

function socketTls(socket: Socket | undefined): UpstreamTls | undefined {
  const config = socket?.typedConfig
  if (socket === undefined || unpack(config, RawBuffer) !== undefined) return undefined
  const internal = unpack(config, InternalUpstream)
  // It hands metadata to listeners inside Envoy, and is the socket it wraps for all else.
  if (internal !== undefined) return socketTls(known(internal, 'an internal transport').transportSocket)
  const tls = unpack(config, UpstreamTlsSchema)
  return tls ?? undecided(`transport socket ${socket.name ?? config?.type ?? ''}`, socket.at)
}

/** The HTTP options of a cluster: in its extensions, or in the fields they replaced. */
function httpOptions(cluster: Cluster): readonly NonNullable<typeof UpstreamHttp.yields>[] {
  return [...cluster.typedExtensionProtocolOptions.values()].map(options => {
    const http = unpack(options, UpstreamHttp) ?? undecided(`protocol options ${options.type}`, options.at)
    if (known(http, 'upstream HTTP options').headerValidationConfig) undecided('header_validation_config', http.at)
    return http
  })
}

/** Whether requests go to the endpoints with the whole URL as their target (send_fully_qualified_url). */
export function sendsWholeUrl(cluster: Cluster): boolean {
  const options = httpOptions(cluster).map(each => each.explicitHttpConfig?.httpProtocolOptions)
  return [...options, cluster.httpProtocolOptions].some(each => each?.sendFullyQualifiedUrl ?? false)
}

/** The name an upstream certificate has to carry beside those the TLS context asks for; undefined for none. */
function demandedName(
  cluster: Cluster,
  tls: UpstreamTls,
  host: Host,
  passed: PassedHead | undefined,
): string | undefined {
  if (tls.autoSniSanValidation) return (tls.autoHostSni ? host.hostname : '') || tls.sni
  const upstream = httpOptions(cluster).find(each => each.upstreamHttpProtocolOptions !== undefined)
  const options = upstream?.upstreamHttpProtocolOptions
  if (options === undefined || passed === undefined) return undefined
  const {autoSanValidation, overrideAutoSniHeader} = known(options, 'upstream HTTP options')
  if (!autoSanValidation) return undefined
  const of = (name: string) => passed.headers.find(([each]) => each === name)?.[1]
  const authority = (overrideAutoSniHeader && of(asciiLower(overrideAutoSniHeader))) || of('host') || ''
  const name = authority.replace(/:\d*$/, '')
  return parseIp(name) === undefined ? name : undecided('a certificate checked against an address', cluster.at)
}

/** Whether a DNS name is among a certificate's, one label of which may be a wildcard. */
function carries(dnsSans: readonly string[], name: string): boolean {
  const wanted = asciiLower(name)
  return dnsSans.some(each => {
    const own = asciiLower(each)
    return own === wanted || (own.startsWith('*.') && own.slice(1) === wanted.replace(/^[^.]+/, ''))
  })
}

/** Why TLS with a server fails; undefined when it succeeds. */
function tlsFault(tls: UpstreamTls, server: UpstreamServer, name: string | undefined): string | undefined {
  const {commonTlsContext} = known(tls, 'an upstream TLS context')
  if (server.tls === undefined) return NOT_TLS
  if (commonTlsContext === undefined) return undefined
  const context = known(commonTlsContext, 'an upstream TLS context')
  const {rules, secret} = validationOf(context)
  const validates = secret || rules.some(each => each.trustedCa !== undefined)
  const {trusted, expired, demandsCertificate} = server.tls
  const names = server.tls
  const fits = rules.every(each => namesFit(each, names)) && (name === undefined || carries(names.dnsSans, name))
  if (validates && !(trusted && !expired && fits)) return BAD_CERTIFICATE
  const certificates = context.tlsCertificates.length + context.tlsCertificateSdsSecretConfigs.length
  return demandsCertificate && certificates === 0 ? 'remote_connection_failure' : undefined
}

const DEFAULT_CONNECT_TIMEOUT = 5000

/** Why connecting fails, and after how long; undefined when it succeeds. */
export function connectFault(
  cluster: Cluster,
  host: Host,
  server: UpstreamServer,
  passed?: PassedHead,
): {readonly failure: Failure; readonly after: number} | undefined {
  if (server.connect === 'refuses') return {failure: connectFailure(REFUSED), after: 0}
  if (server.connect === 'drops')
    return {failure: connectFailure('connection_timeout'), after: cluster.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT}
  const tls = upstreamTls(cluster, host)
  const fault = tls === undefined ? undefined : tlsFault(tls, server, demandedName(cluster, tls, host, passed))
  return fault === undefined ? undefined : {failure: connectFailure(fault), after: 0}
}

/** Whether a cluster speaks HTTP/2 to its endpoints to requests of that version. */
function speaksHttp2(cluster: Cluster, downstreamHttp2: boolean): boolean {
  if (cluster.protocolSelection === 'USE_DOWNSTREAM_PROTOCOL') return downstreamHttp2
  if (cluster.http2ProtocolOptions !== undefined) return true
  for (const http of httpOptions(cluster)) {
    const {explicitHttpConfig, useDownstreamProtocolConfig, autoConfig} = http
    if (autoConfig !== undefined) undecided('an upstream protocol agreed by ALPN', http.at)
    if (explicitHttpConfig?.http2ProtocolOptions !== undefined) return true
    if (useDownstreamProtocolConfig?.http2ProtocolOptions !== undefined) return downstreamHttp2
  }
  return false
}

/** What Envoy sends to an endpoint: a request, or a connection where there is no head. */
export function upstreamCall(
  cluster: Cluster,
  host: Host,
  head: PassedHead | undefined,
  downstreamHttp2: boolean,
  terminated: boolean,
): UpstreamCall {
  return {
    cluster: cluster.name ?? '',
    byControlPlane: cluster.type === 'EDS',
    address: host.address,
    from: cluster.upstreamBindConfig?.sourceAddress?.address,
    hbone: host.hbone,
    tls: upstreamTls(cluster, host),
    http2: head !== undefined && speaksHttp2(cluster, downstreamHttp2),
    terminated,
    head,
  }
}

function speaksHttp1(cluster: Cluster): void {
  if (cluster.http2ProtocolOptions !== undefined) undecided('HTTP/2 to the upstream', cluster.at)
  for (const http of httpOptions(cluster)) {
    const {explicitHttpConfig, useDownstreamProtocolConfig, autoConfig} = http
    if (explicitHttpConfig?.httpProtocolOptions === undefined || useDownstreamProtocolConfig || autoConfig)
      undecided('HTTP/2 to the upstream', http.at)
  }
}

/** A request as it is passed on, and whether it came over HTTP/2. */
export interface Passed {
  readonly head: PassedHead
  readonly http2: boolean
}

/** One request to one endpoint. */
export function attempt(
  cluster: Cluster,
  host: Host,
  surroundings: Surroundings,
  upgrade: string | undefined,
  passed: Passed,
): Attempt {
  if (surroundings.send !== undefined)
    return surroundings.send(upstreamCall(cluster, host, passed.head, passed.http2, true)) ?? {kind: 'unknown'}
  const server = surroundings.upstream(host.address)
  if (server === undefined) return {kind: 'unknown'}
  const fault = connectFault(cluster, host, server, passed.head)
  if (fault !== undefined) return {kind: 'failure', ...fault}
  if (upgrade === 'ended-connect') return {kind: 'answer', status: 200, after: 0}
  speaksHttp1(cluster)
  if (server.tls !== undefined && upstreamTls(cluster, host) === undefined)
    return {kind: 'failure', failure: TERMINATED, after: 0}
  const {answer} = server
  switch (answer.kind) {
    case 'http':
      return {
        kind: 'answer',
        status: upgrade === 'websocket' && answer.status === 200 ? 101 : answer.status,
        after: answer.afterMs,
      }
    case 'silent':
      return {kind: 'silence'}
    case 'not-http':
      return {kind: 'failure', failure: NOT_HTTP, after: 0}
    default:
      return {kind: 'failure', failure: TERMINATED, after: 0}
  }
}

type Limits = NonNullable<NonNullable<Cluster['circuitBreakers']>['thresholds'][number]>

/** The circuit breaker of a priority (DEFAULT or HIGH). */
export function thresholdsOf(cluster: Cluster, priority: string): Limits | undefined {
  const breakers = cluster.circuitBreakers
  if (breakers === undefined) return undefined
  const {thresholds, perHostThresholds} = known(breakers, 'circuit breakers')
  if (perHostThresholds.some(each => (each.maxConnections ?? 1) === 0))
    undecided('a circuit breaker per host', breakers.at)
  const found = thresholds.find(each => (each.priority ?? 'DEFAULT') === priority)
  return found === undefined ? undefined : known(found, 'a circuit breaker')
}

/** Whether the cluster is in maintenance by its runtime key. */
export function inMaintenance(proxy: EnvoyProxy, cluster: Cluster): boolean {
  const value = proxy.runtime.get(`upstream.maintenance_mode.${cluster.name ?? ''}`)
  if (value === undefined) return false
  if (typeof value === 'number')
    return value >= 100 || (value > 0 && undecided('maintenance mode of a share of the requests', cluster.at))
  return undecided('a maintenance mode that is not a number', cluster.at)
}
