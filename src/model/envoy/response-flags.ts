/** Envoy's response flags in access logs (Envoy, access log usage): meaning and what to check next. */
export const RESPONSE_FLAGS: Readonly<Record<string, readonly [meaning: string, next: string]>> = {
  UH: [
    'No healthy upstream host: the cluster has no endpoints, or none that is healthy.',
    'meshctl proxy-config endpoint POD --cluster NAME',
  ],
  UF: [
    'The connection to the upstream failed: refused, timed out, or the TLS handshake failed.',
    'Check whether the server listens (meshctl ports POD) and whether both sides agree on mTLS (meshctl check POD).',
  ],
  UO: [
    'Overflow: a circuit breaker (connection pool limit) rejected the request.',
    'Check connectionPool in the DestinationRule.',
  ],
  NR: [
    'No route: no virtual host has the host, none of its routes matches, or no filter chain matches the connection (details filter_chain_not_found).',
    'meshctl proxy-config route POD',
  ],
  URX: [
    'The retry limit or the limit of connection attempts was reached.',
    'Find why each attempt failed: see UF and the upstream.',
  ],
  NC: [
    'No cluster: the route, or the filter chain of a TCP connection, names a cluster that Envoy does not have.',
    'meshctl proxy-config cluster POD --fqdn HOST',
  ],
  DT: [
    'The request took longer than max_request_duration or the connection longer than its limit.',
    'Check timeouts in the VirtualService.',
  ],
  DC: ['The client disconnected before the response.', 'Check the timeout of the client.'],
  LH: ['The local service failed its health check.', 'Check the health check of the cluster.'],
  UT: [
    'The upstream did not respond within the timeout.',
    'Compare the timeout of the route with what the server needs.',
  ],
  LR: ['The connection was reset from this side.', 'Read the log of the proxy.'],
  UR: ['The upstream reset the connection.', 'Read the log of the server.'],
  UC: [
    'The upstream closed the connection: often an idle keep-alive connection, or plaintext sent to a port that requires mTLS.',
    'meshctl check POD, and the idle timeout of the server.',
  ],
  DI: ['Delay injected by fault injection.', 'Check fault.delay in the VirtualService.'],
  FI: ['Error injected by fault injection.', 'Check fault.abort in the VirtualService.'],
  RL: ['Rate limited (429).', 'Check the rate limits of the route.'],
  UAEX: ['Denied by the external authorization service.', 'Read the log of that service.'],
  RLSE: ['The rate limit service failed.', 'Check the connection to it.'],
  IH: ['An invalid value in a header Envoy checks strictly.', 'Check the request.'],
  SI: ['The stream was idle for too long.', 'Check the idle timeouts.'],
  DPE: ['The client violated the HTTP protocol.', 'Check the declared protocol of the port: meshctl explain MCT1401'],
  UPE: ['The upstream violated the HTTP protocol.', 'Check the declared protocol of the port: meshctl explain MCT1401'],
  UMSDR: ['The upstream reached its limit of stream duration.', 'Check max_stream_duration.'],
  OM: ['The overload manager terminated the request.', 'Give the proxy more memory.'],
  DF: ['The host could not be resolved.', 'Check DNS and the ServiceEntry.'],
  RFCF: [
    'The response came from the cache of an Envoy filter.',
    'No error; check the cache filter if the response is stale.',
  ],
  NFCF: [
    'No filter configuration: an extension delivered through ECDS (often Wasm) did not arrive in time.',
    'meshctl proxy-config ecds POD, and meshctl proxy-status',
  ],
  DO: [
    'Load shedding: the endpoints request that a share of requests is dropped (drop_overloads).',
    'Check the source of the endpoints; Istio itself does not set this.',
  ],
  UDO: [
    'Load shedding: the endpoints request that every request is dropped (drop_overloads at 100%).',
    'Check the source of the endpoints; Istio itself does not set this.',
  ],
  DR: [
    'The client reset the stream (HTTP/2 RST_STREAM) before the response was complete.',
    'Check the timeout of the client, and what it cancels.',
  ],
}

/** The flags by the names that RESPONSE_FLAGS_LONG and JSON formats write (Envoy, access log usage; stream_info.h). */
export const FLAG_BY_LONG_NAME: Readonly<Record<string, string>> = {
  FailedLocalHealthCheck: 'LH',
  NoHealthyUpstream: 'UH',
  UpstreamRequestTimeout: 'UT',
  LocalReset: 'LR',
  UpstreamRemoteReset: 'UR',
  UpstreamConnectionFailure: 'UF',
  UpstreamConnectionTermination: 'UC',
  UpstreamOverflow: 'UO',
  NoRouteFound: 'NR',
  DelayInjected: 'DI',
  FaultInjected: 'FI',
  RateLimited: 'RL',
  UnauthorizedExternalService: 'UAEX',
  RateLimitServiceError: 'RLSE',
  DownstreamConnectionTermination: 'DC',
  UpstreamRetryLimitExceeded: 'URX',
  StreamIdleTimeout: 'SI',
  InvalidEnvoyRequestHeaders: 'IH',
  DownstreamProtocolError: 'DPE',
  UpstreamMaxStreamDurationReached: 'UMSDR',
  ResponseFromCacheFilter: 'RFCF',
  NoFilterConfigFound: 'NFCF',
  DurationTimeout: 'DT',
  UpstreamProtocolError: 'UPE',
  NoClusterFound: 'NC',
  OverloadManagerTerminated: 'OM',
  DnsResolutionFailed: 'DF',
  DropOverload: 'DO',
  DownstreamRemoteReset: 'DR',
  UnconditionalDropOverload: 'UDO',
}

const BY_FOLDED_NAME = new Map(Object.entries(FLAG_BY_LONG_NAME).map(([name, flag]) => [name.toLowerCase(), flag]))

/** The flag that a word names, short or long, in any case; undefined for other words. */
export function flagNamed(word: string): string | undefined {
  const short = word.trim().toUpperCase()
  return Object.hasOwn(RESPONSE_FLAGS, short) ? short : BY_FOLDED_NAME.get(word.trim().toLowerCase())
}
