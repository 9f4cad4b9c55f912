import {
  HttpInspector,
  type Listener,
  type ListenerFilter,
  type ListenerFilterPredicate,
  OriginalDst,
  OriginalSrc,
  ProxyProtocol,
  TlsInspector,
} from '../../../model/envoy/listener.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import {unpack} from '../../../model/envoy/schema.js'
import {type DownstreamConnection, PREFACE, wireBytes} from '../connection.js'
import {requestLine} from '../http/request-line.js'
import {asciiLower} from '../matching/strings.js'
import {allOf, anyOf, known, undecided} from '../undecided.js'

// Listener filters: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/listener_filters

/** The result of a listener filter: it continues, waits for bytes that never arrive, or closes the connection. */
export type ListenerFilterResult =
  | {readonly kind: 'goes-on'; readonly connection: DownstreamConnection}
  | {readonly kind: 'waits' | 'closes'; readonly connection: DownstreamConnection; readonly filter: string}

type Inspect = (connection: DownstreamConnection, request: EnvoyRequest) => ListenerFilterResult

function onward(connection: DownstreamConnection): ListenerFilterResult {
  return {kind: 'goes-on', connection}
}

/** Needs five bytes, the header of a TLS record. */
const TLS_HEADER = 5

function tlsInspector(connection: DownstreamConnection, request: EnvoyRequest): ListenerFilterResult {
  if (request.tls !== undefined) {
    const {sni, alpn} = request.tls
    return onward({...connection, transport: 'tls', serverName: asciiLower(sni), applicationProtocols: alpn})
  }
  if (wireBytes(request).length < TLS_HEADER) return {kind: 'waits', connection, filter: 'tls_inspector'}
  return onward(connection)
}

function httpInspector(connection: DownstreamConnection, request: EnvoyRequest): ListenerFilterResult {
  if (connection.transport === 'tls') return onward(connection)
  const bytes = wireBytes(request)
  if (bytes.startsWith(PREFACE)) return onward({...connection, applicationProtocols: ['h2c']})
  if (bytes === '' || PREFACE.startsWith(bytes)) return {kind: 'waits', connection, filter: 'http_inspector'}
  const line = requestLine(bytes, true)
  if (line.kind === 'partial') return {kind: 'waits', connection, filter: 'http_inspector'}
  if (line.kind === 'invalid') return onward(connection)
  return onward({...connection, applicationProtocols: [line.version === '1.1' ? 'http/1.1' : 'http/1.0']})
}

function originalDst(connection: DownstreamConnection, request: EnvoyRequest): ListenerFilterResult {
  if (!request.redirected) return onward(connection)
  return onward({...connection, local: request.destination, localRestored: true})
}

function proxyProtocol(lineIsOptional: boolean): Inspect {
  return (connection, request) => {
    const {proxyLine} = request
    if (proxyLine !== undefined) {
      return onward({...connection, remote: proxyLine.source, local: proxyLine.destination, localRestored: true})
    }
    if (wireBytes(request) === '') return {kind: 'waits', connection, filter: 'proxy_protocol'}
    return lineIsOptional ? onward(connection) : {kind: 'closes', connection, filter: 'proxy_protocol'}
  }
}

function inspectorOf(filter: ListenerFilter): Inspect {
  const config = filter.typedConfig
  const tls = unpack(config, TlsInspector)
  if (tls !== undefined) {
    if (known(tls, 'tls_inspector').closeConnectionOnClientHelloParsingErrors)
      undecided('close_connection_on_client_hello_parsing_errors of tls_inspector', tls.at)
    return tlsInspector
  }
  if (unpack(config, HttpInspector) !== undefined) return httpInspector
  if (unpack(config, OriginalDst) !== undefined) return originalDst
  if (unpack(config, OriginalSrc) !== undefined) return onward
  const proxy = unpack(config, ProxyProtocol)
  if (proxy !== undefined)
    return proxyProtocol(known(proxy, 'the PROXY protocol filter').allowRequestsWithoutProxyProtocol)
  return undecided(`listener filter ${filter.name ?? config?.type ?? ''}`, filter.at)
}

function predicateHolds(predicate: ListenerFilterPredicate, port: number): boolean {
  const p = known(predicate, 'filter_disabled')
  if (p.orMatch !== undefined) return anyOf(p.orMatch.rules, each => predicateHolds(each, port))
  if (p.andMatch !== undefined) return allOf(p.andMatch.rules, each => predicateHolds(each, port))
  if (p.notMatch !== undefined) return !predicateHolds(p.notMatch, port)
  if (p.destinationPortRange !== undefined)
    return port >= (p.destinationPortRange.start ?? 0) && port < (p.destinationPortRange.end ?? 0)
  return p.anyMatch ?? false
}

/** How long listener filters may take unless configured, in milliseconds. */
const DEFAULT_TIMEOUT = 15_000

function afterWaiting(
  listener: Listener,
  passage: ListenerFilterResult,
  patience: number,
): ListenerFilterResult | undefined {
  const limit = listener.listenerFiltersTimeout ?? DEFAULT_TIMEOUT
  if (limit === 0 || limit > patience) return passage
  return listener.continueOnListenerFiltersTimeout
    ? undefined
    : {kind: 'closes', connection: passage.connection, filter: 'listener_filters_timeout'}
}

/** Runs a listener's filters over the first bytes of a connection. */
export function runListenerFilters(
  listener: Listener,
  connection: DownstreamConnection,
  request: EnvoyRequest,
  patience: number,
): ListenerFilterResult {
  let current = connection
  for (const filter of listener.listenerFilters) {
    const {filterDisabled} = known(filter, 'a listener filter')
    if (filterDisabled !== undefined && predicateHolds(filterDisabled, current.local.port)) continue
    const passage = inspectorOf(filter)(current, request)
    current = passage.connection
    if (passage.kind === 'closes') return passage
    if (passage.kind === 'waits') {
      const ends = afterWaiting(listener, passage, patience)
      if (ends !== undefined) return ends
      break
    }
  }
  // The flag adds the filter after those configured.
  return listener.useOriginalDst ? originalDst(current, request) : onward(current)
}
