import type {ClientCertificate, EnvoyRequest, IpPort} from '../../model/envoy/request.js'

/** The TLS parameters negotiated in the handshake. */
export interface AgreedTls {
  readonly alpn: string
  /** Undefined when the client presented no certificate, or none was requested. */
  readonly certificate: ClientCertificate | undefined
  readonly validated: boolean
}

/** What Envoy knows about a connection; listener filters and the handshake fill it in. */
export interface DownstreamConnection {
  readonly local: IpPort
  /** True when a listener filter restored the original destination as the local address. */
  readonly localRestored: boolean
  readonly remote: IpPort
  /** The peer of the TCP connection, ignoring the PROXY protocol. */
  readonly directRemote: IpPort
  /** Empty until a TLS inspector has detected it. */
  readonly transport: '' | 'tls' | 'raw_buffer'
  readonly applicationProtocols: readonly string[]
  /** Lower case; empty when there is none. */
  readonly serverName: string
  readonly tls: AgreedTls | undefined
  readonly filterState: ReadonlyMap<string, string>
}

/** The connection right after accept. */
export function acceptedConnection(request: EnvoyRequest): DownstreamConnection {
  return {
    local: request.redirected ? request.acceptedBy : request.destination,
    localRestored: false,
    remote: request.source,
    directRemote: request.source,
    transport: '',
    applicationProtocols: [],
    serverName: '',
    tls: undefined,
    filterState: request.inner?.filterState ?? new Map(),
  }
}

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** The first bytes of a TLS ClientHello record, as the HTTP inspector sees them. */
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'

/** The first line and headers of an HTTP/1 request as sent. */
export function requestText(request: EnvoyRequest): string {
  if (request.payload !== undefined) return request.payload
  const version = request.protocol === 'http/1.0' ? 'HTTP/1.0' : 'HTTP/1.1'
  const headers = request.headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${request.method} ${request.path} ${version}\r\n${headers.join('')}\r\n`
}

/** The first bytes of the application, inside TLS if there is any (latin-1). */
export function applicationBytes(request: EnvoyRequest): string {
  if (request.payload !== undefined) return request.payload
  if (request.protocol === 'http/2') return HTTP2_PREFACE
  return request.protocol === 'tcp' ? '' : requestText(request)
}

/** The first bytes on the wire. */
export function wireBytes(request: EnvoyRequest): string {
  return request.tls === undefined ? applicationBytes(request) : CLIENT_HELLO
}

/** The preface every HTTP/2 client sends (RFC 9113, 3.4). */
export const PREFACE = HTTP2_PREFACE
