/** Envoy's response flags in access logs (Envoy, access log usage), with meaning and next step. */
export const RESPONSE_FLAGS: Readonly<Record<string, readonly [meaning: string, next: string]>> = {
  UH: [
    'No healthy upstream host: the cluster has no endpoints, or none that may be used.',
    'meshctl proxy-config endpoint POD --cluster NAME',
  ],
  UF: [
    'The connection to the upstream failed: refused, timed out, or TLS was not agreed on.',
    'See whether the server listens (meshctl ports POD) and whether both sides mean the same mTLS (meshctl check POD).',
  ],
  UO: [
    'Overflow: a circuit breaker (connection pool limit) turned the request away.',
    'Look at connectionPool in the DestinationRule.',
  ],
  NR: [
    'No route: no virtual host or route matches, or no filter chain fits the connection (NR filter_chain_not_found).',
    'meshctl proxy-config route POD',
  ],
  URX: [
    'The retry limit or the limit of connection attempts was reached.',
    'The cause is what made each attempt fail; see UF and the upstream.',
  ],
  NC: ['No cluster: the route names a cluster Envoy does not have.', 'meshctl proxy-config cluster POD --fqdn HOST'],
  DT: [
    'The request took longer than max_request_duration or the connection longer than its limit.',
    'Look at timeouts in the VirtualService.',
  ],
  DC: ['The client went away before the answer.', 'Look at the timeout of the client.'],
  LH: ['The local service failed its health check.', 'Look at the health check of the cluster.'],
  UT: [
    'The upstream did not answer within the timeout.',
    'Compare the timeout of the route with what the server needs.',
  ],
  LR: ['The connection was reset from this side.', 'Read the log of the proxy.'],
  UR: ['The upstream reset the connection.', 'Read the log of the server.'],
  UC: [
    'The upstream closed the connection: often a keep-alive that ended, or plain text sent to a port that demands mTLS.',
    'meshctl check POD, and the idle timeout of the server.',
  ],
  DI: ['Delay injected on purpose (fault injection).', 'Look at fault.delay in the VirtualService.'],
  FI: ['Failure injected on purpose (fault injection).', 'Look at fault.abort in the VirtualService.'],
  RL: ['Rate limited (429).', 'Look at the rate limits of the route.'],
  UAEX: ['Denied by the external authorization service.', 'Read the log of that service.'],
  RLSE: ['The rate limit service failed.', 'Look at the connection to it.'],
  IH: ['An invalid value in a header Envoy checks strictly.', 'Look at the request.'],
  SI: ['The stream was idle for too long.', 'Look at the idle timeouts.'],
  DPE: ['The client broke the protocol (HTTP).', 'Is the port of the right protocol? meshctl explain MCT1401'],
  UPE: ['The upstream broke the protocol (HTTP).', 'Is the port of the right protocol? meshctl explain MCT1401'],
  UMSDR: ['The upstream reached its limit of stream duration.', 'Look at max_stream_duration.'],
  OM: ['The overload manager ended the request.', 'Give the proxy more memory.'],
  DF: ['The host could not be resolved.', 'Look at DNS and the ServiceEntry.'],
  RFCF: ['The answer came from the cache of a filter in Envoy.', 'No error; look at the cache filter if it is stale.'],
  NFCF: [
    'No filter configuration: an extension sent on its own (ECDS, often Wasm) did not arrive in time.',
    'meshctl proxy-config ecds POD, and meshctl proxy-status',
  ],
  DO: [
    'Dropped on purpose: the endpoints say that a share of requests is to be shed (drop_overloads).',
    'Look at what sends the endpoints; Istio itself sheds nothing.',
  ],
  UDO: [
    'Dropped on purpose: the endpoints say that every request is to be shed (drop_overloads at 100%).',
    'Look at what sends the endpoints; Istio itself sheds nothing.',
  ],
  DR: [
    'The client reset the stream (HTTP/2 RST_STREAM) before the answer was complete.',
    'Look at the timeout of the client, and at what it cancels.',
  ],
}
