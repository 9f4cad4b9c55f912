import {type Cluster, UpstreamHttp} from '../../../model/envoy/cluster.js'
import type {EnvoyProxy, Surroundings, UpstreamServer} from '../../../model/envoy/proxy.js'
import {unpack} from '../../../model/envoy/schema.js'
import {
  InternalUpstream,
  RawBuffer,
  type UpstreamTls,
  UpstreamTls as UpstreamTlsSchema,
} from '../../../model/envoy/tls.js'
import {namesFit, validationOf} from '../listener/handshake.js'
import {known, undecided} from '../undecided.js'
import type {Host} from './endpoints.js'

// Upstream connections: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/connection_pooling

/** How one try to reach an endpoint ends. Times are milliseconds after the try began. */
export type Attempt =
  | {readonly kind: 'answer'; readonly status: number; readonly after: number}
  | {readonly kind: 'failure'; readonly failure: Failure; readonly after: number}
  | {readonly kind: 'silence'}
  | {readonly kind: 'unknown'}

/** Why a connection or a request failed: the flag, the status the client gets, and the reason in Envoy's details. */
export interface Failure {
  readonly flag: string
  readonly status: number
  readonly reason: string
  /** What retry policies call it. */
  readonly type: 'connect' | 'reset' | 'overflow'
}

const REFUSED = 'remote_connection_failure|delayed_connect_error:_Connection_refused'
const BAD_CERTIFICATE = 'remote_connection_failure|TLS_error:_CERTIFICATE_VERIFY_FAILED'
const NOT_TLS = 'remote_connection_failure|TLS_error:_WRONG_VERSION_NUMBER'

function connectFailure(reason: string): Failure {
  return {flag: 'UF', status: 503, reason, type: 'connect'}
}

const TERMINATED: Failure = {flag: 'UC', status: 503, reason: 'connection_termination', type: 'reset'}
const NOT_HTTP: Failure = {flag: 'UPE', status: 502, reason: 'protocol_error', type: 'reset'}
export const OVERFLOW: Failure = {flag: 'UO', status: 503, reason: 'overflow', type: 'overflow'}

/** The TLS a cluster speaks to its endpoints; undefined for plain text. */
export function upstreamTls(cluster: Cluster): UpstreamTls | undefined {
  if (cluster.transportSocketMatches.length > 0) return matchedTls(cluster)
  return socketTls(cluster.transportSocket)
}

type Socket = NonNullable<Cluster['transportSocket']>

function socketTls(socket: Socket | undefined): UpstreamTls | undefined {
  const config = socket?.typedConfig
  if (socket === undefined || unpack(config, RawBuffer) !== undefined) return undefined
  const internal = unpack(config, InternalUpstream)
  if (internal !== undefined) undecided('an endpoint inside Envoy itself', internal.at)
  const tls = unpack(config, UpstreamTlsSchema)
  return tls ?? undecided(`transport socket ${socket.name ?? config?.type ?? ''}`, socket.at)
}

function matchedTls(cluster: Cluster): UpstreamTls | undefined {
  const sockets = cluster.transportSocketMatches.map(each => socketTls(each.transportSocket))
  if (sockets.every(each => each === undefined)) return undefined
  return undecided('a transport socket chosen by the metadata of the endpoint', cluster.at)
}

/** Why TLS with a server fails; undefined when it succeeds. */
function tlsFault(tls: UpstreamTls, server: UpstreamServer): string | undefined {
  const {commonTlsContext, autoSniSanValidation} = known(tls, 'an upstream TLS context')
  if (server.tls === undefined) return NOT_TLS
  if (commonTlsContext === undefined) return undefined
  const context = known(commonTlsContext, 'an upstream TLS context')
  const {rules, secret} = validationOf(context)
  const validates = secret || rules.some(each => each.trustedCa !== undefined)
  const {trusted, expired, demandsCertificate} = server.tls
  if (autoSniSanValidation) undecided('auto_sni_san_validation', tls.at)
  const names = server.tls
  if (validates && !(trusted && !expired && rules.every(each => namesFit(each, names)))) return BAD_CERTIFICATE
  const certificates = context.tlsCertificates.length + context.tlsCertificateSdsSecretConfigs.length
  return demandsCertificate && certificates === 0 ? 'remote_connection_failure' : undefined
}

const DEFAULT_CONNECT_TIMEOUT = 5000

/** Why no connection comes about, and after how long; undefined when it does. */
export function connectFault(
  cluster: Cluster,
  server: UpstreamServer,
): {readonly failure: Failure; readonly after: number} | undefined {
  if (server.connect === 'refuses') return {failure: connectFailure(REFUSED), after: 0}
  if (server.connect === 'drops')
    return {failure: connectFailure('connection_timeout'), after: cluster.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT}
  const tls = upstreamTls(cluster)
  const fault = tls === undefined ? undefined : tlsFault(tls, server)
  return fault === undefined ? undefined : {failure: connectFailure(fault), after: 0}
}

function speaksHttp1(cluster: Cluster): void {
  if (cluster.http2ProtocolOptions !== undefined) undecided('HTTP/2 to the upstream', cluster.at)
  for (const [, options] of cluster.typedExtensionProtocolOptions) {
    const http = unpack(options, UpstreamHttp)
    if (http === undefined) undecided(`protocol options ${options.type}`, options.at)
    const {explicitHttpConfig, useDownstreamProtocolConfig, autoConfig} = known(http, 'upstream HTTP options')
    if (explicitHttpConfig?.httpProtocolOptions === undefined || useDownstreamProtocolConfig || autoConfig)
      undecided('HTTP/2 to the upstream', http.at)
  }
}

/** One request to one endpoint. */
export function attempt(
  cluster: Cluster,
  host: Host,
  surroundings: Surroundings,
  upgrade: string | undefined,
): Attempt {
  const server = surroundings.upstream(host.address)
  if (server === undefined) return {kind: 'unknown'}
  const fault = connectFault(cluster, server)
  if (fault !== undefined) return {kind: 'failure', ...fault}
  if (upgrade === 'ended-connect') return {kind: 'answer', status: 200, after: 0}
  speaksHttp1(cluster)
  if (server.tls !== undefined && upstreamTls(cluster) === undefined)
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
  return undecided('a maintenance mode that is no number', cluster.at)
}
