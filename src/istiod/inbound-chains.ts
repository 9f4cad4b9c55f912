import {definedFields} from '../model/collections/defined-fields.js'
import type {MtlsMode} from '../model/istio/istio-policy.js'
import type {Message} from './rbac/strings.js'
import type {Reading} from './registry.js'

// Filter chains of the inbound listener by mode and protocol, as istiod makes them (istio.io, "Protocol Selection", and recordings).

const ALL_ISTIO = ['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2']
const HTTP_MTLS = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2']
const TCP_MTLS = ['istio-peer-exchange', 'istio']
const PLAIN_HTTP = ['http/1.1', 'h2c']

interface ChainRow {
  readonly transport: 'tls' | 'raw_buffer'
  readonly alpn?: readonly string[]
  readonly reads: 'http' | 'tcp'
  /** The proxy ends the TLS. */
  readonly ends?: true
}

const HTTP_ROWS: Readonly<Record<string, readonly ChainRow[]>> = {
  STRICT: [{transport: 'tls', reads: 'http', ends: true}],
  PERMISSIVE: [
    {transport: 'tls', alpn: ALL_ISTIO, reads: 'http', ends: true},
    {transport: 'raw_buffer', reads: 'http'},
  ],
  DISABLE: [{transport: 'raw_buffer', reads: 'http'}],
}
const TCP_ROWS: Readonly<Record<string, readonly ChainRow[]>> = {
  STRICT: [{transport: 'tls', reads: 'tcp', ends: true}],
  PERMISSIVE: [
    {transport: 'tls', alpn: ALL_ISTIO, reads: 'tcp', ends: true},
    {transport: 'tls', reads: 'tcp'},
    {transport: 'raw_buffer', reads: 'tcp'},
  ],
  DISABLE: [{transport: 'raw_buffer', reads: 'tcp'}],
}
const AUTO_ROWS: Readonly<Record<string, readonly ChainRow[]>> = {
  STRICT: [
    {transport: 'tls', alpn: HTTP_MTLS, reads: 'http', ends: true},
    {transport: 'tls', reads: 'tcp', ends: true},
  ],
  PERMISSIVE: [
    {transport: 'tls', alpn: HTTP_MTLS, reads: 'http', ends: true},
    {transport: 'raw_buffer', alpn: PLAIN_HTTP, reads: 'http'},
    {transport: 'tls', alpn: TCP_MTLS, reads: 'tcp', ends: true},
    {transport: 'raw_buffer', reads: 'tcp'},
    {transport: 'tls', reads: 'tcp'},
  ],
  DISABLE: [
    {transport: 'raw_buffer', alpn: PLAIN_HTTP, reads: 'http'},
    {transport: 'raw_buffer', reads: 'tcp'},
  ],
}

const ROWS: Readonly<Record<Reading, Readonly<Record<string, readonly ChainRow[]>>>> = {
  http: HTTP_ROWS,
  tcp: TCP_ROWS,
  tls: TCP_ROWS,
  auto: AUTO_ROWS,
}

/** What the chains of one port are made of. */
export interface ChainParts {
  readonly http: readonly Message[]
  readonly tcp: readonly Message[]
  readonly httpTls: Message
  readonly tcpTls: Message
  readonly name: (reads: 'http' | 'tcp') => string
}

/** The chains of one port; port 0 stands for every port no other chain names. */
export function inboundChains(port: number, reading: Reading, mode: MtlsMode, parts: ChainParts): readonly Message[] {
  return (ROWS[reading][mode] ?? []).map(({transport, alpn, reads, ends}) => ({
    filter_chain_match: {
      ...definedFields({destination_port: port === 0 ? undefined : port}),
      transport_protocol: transport,
      ...definedFields({application_protocols: alpn}),
    },
    filters: reads === 'http' ? parts.http : parts.tcp,
    ...definedFields({transport_socket: ends === true ? (reads === 'http' ? parts.httpTls : parts.tcpTls) : undefined}),
    name: parts.name(reads),
  }))
}

/** The server's side of mTLS as istiod writes it. */
export function serverSocket(alpn: readonly string[]): Message {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
      common_tls_context: {
        alpn_protocols: alpn,
        tls_certificate_sds_secret_configs: [{name: 'default'}],
        combined_validation_context: {validation_context_sds_secret_config: {name: 'ROOTCA'}},
      },
      require_client_certificate: true,
    },
  }
}
