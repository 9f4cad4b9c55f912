import type {Vocabulary} from './entry.js'

const PAGE = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details'
const RBAC = 'https://istio.io/latest/docs/ops/common-problems/security-issues/'

/** Envoy's response code details (%RESPONSE_CODE_DETAILS%): the component that decided, and why. Anything in brackets behind the name is the individual case. */
export const CODE_DETAILS: Vocabulary = {
  via_upstream: [
    'The upstream itself sent this response code: Envoy only passed it on. The cause is in the application (or in the proxy next to it).',
    'Read the log of the application, and the access log of the sidecar on the server side.',
    PAGE,
  ],
  direct_response: [
    'Envoy answered directly because the route says so: block_all with 502 under REGISTRY_ONLY, or directResponse or a redirect in a VirtualService.',
    'meshctl proxy-config route POD   # the route named in the log line',
    PAGE,
  ],
  route_not_found: [
    'No route matches the host (authority) and path of the request: no virtual host has the host, or none of its routes has the path.',
    'meshctl proxy-config route POD   # compare the host, with and without its port',
    PAGE,
  ],
  filter_chain_not_found: [
    "No filter chain of the listener matches the connection. On a sidecar's inbound port: plaintext arrived where only mTLS is accepted (STRICT). On a gateway: no server has this SNI.",
    'meshctl describe pod POD   # the mTLS mode of the port',
    PAGE,
  ],
  cluster_not_found: [
    'The route names a cluster that Envoy does not have: a missing subset, a service hidden by a Sidecar, or a rejected CDS update.',
    'meshctl proxy-config cluster POD --fqdn HOST',
    PAGE,
  ],
  no_healthy_upstream: [
    'The cluster has no endpoint that may be used: no ready pods, a subset whose labels match none, or all ejected by outlier detection.',
    'meshctl proxy-config endpoint POD --cluster NAME',
    PAGE,
  ],
  upstream_reset_before_response_started: [
    'The upstream connection was closed or reset before the server sent a response. The text in braces gives the reason: connection_termination (the server closed it), connection_failure (it could not be opened), remote_reset, protocol_error, overflow.',
    'meshctl explain UC UF UR UO',
    PAGE,
  ],
  upstream_reset_after_response_started: [
    'The upstream connection was closed or reset in the middle of the response: the client received a part of it.',
    'Read the log of the server: it crashed, was stopped, or timed out while it sent the response.',
    PAGE,
  ],
  connection_failure: [
    'The connection to the upstream could not be opened: refused, timed out, or the TLS handshake failed.',
    'meshctl explain UF',
    PAGE,
  ],
  connection_termination: [
    'The upstream closed the connection, often an idle keep-alive connection that the server closed at the moment it was reused.',
    'meshctl explain UC',
    PAGE,
  ],
  remote_reset: ['The upstream reset the stream (HTTP/2 RST_STREAM).', 'meshctl explain UR', PAGE],
  local_reset: ['This Envoy reset the stream.', 'meshctl explain LR', PAGE],
  protocol_error: [
    'One side broke the HTTP protocol: HTTP/2 to an HTTP/1.1 server, TLS to a plaintext port, or an invalid header.',
    'meshctl explain MCT1401',
    PAGE,
  ],
  overflow: [
    'A circuit breaker of the connection pool is open: too many connections, pending requests or retries.',
    'meshctl explain UO',
    PAGE,
  ],
  upstream_max_stream_duration_reached: ['The request exceeded max_stream_duration.', 'meshctl explain UMSDR', PAGE],
  upstream_response_timeout: [
    'The upstream did not answer within the route timeout.',
    'Compare timeout in the VirtualService with the time the server needs.',
    PAGE,
  ],
  response_timeout: [
    'The upstream did not answer within the route timeout.',
    'Compare timeout in the VirtualService with the time the server needs.',
    PAGE,
  ],
  upstream_per_try_timeout: [
    'One attempt exceeded perTryTimeout.',
    'Compare retries.perTryTimeout in the VirtualService with the time the server needs.',
    PAGE,
  ],
  upstream_per_try_idle_timeout: [
    'One attempt received no data within the per-try idle timeout.',
    'Compare it with the pauses of the server.',
    PAGE,
  ],
  upstream_codec_error: ['The response of the upstream is not valid HTTP.', 'meshctl explain UPE', PAGE],
  request_timeout: [
    'The request did not arrive completely within request_timeout.',
    'Look at slow clients and at request_timeout.',
    PAGE,
  ],
  request_header_timeout: [
    'The request headers did not arrive within request_headers_timeout.',
    'Look at slow clients.',
    PAGE,
  ],
  rbac_access_denied_matched_policy: [
    'An AuthorizationPolicy denied the request (403 "RBAC: access denied"). The name in brackets is the DENY policy that matched; [none] means that ALLOW policies exist for the workload and no rule of any of them matched.',
    'meshctl describe pod POD   # the AuthorizationPolicies of the server',
    RBAC,
  ],
  rbac_access_denied: ['An AuthorizationPolicy denied the request.', 'meshctl describe pod POD', RBAC],
  jwt_authn_access_denied: [
    'RequestAuthentication rejected the token; the text in braces is the reason: expired, issuer not configured, audience not allowed, or Jwks_remote_fetch_is_failed (the keys could not be fetched).',
    'Compare issuer, audiences and jwksUri in the RequestAuthentication with the token.',
    'https://istio.io/latest/docs/tasks/security/authentication/authn-policy/',
  ],
  ext_authz_denied: [
    'The external authorization service (an AuthorizationPolicy with action CUSTOM) denied the request.',
    'Read the log of that service.',
    PAGE,
  ],
  ext_authz_error: [
    'The external authorization service could not be asked or failed, and failOpen is not set.',
    'Check that the provider in meshConfig.extensionProviders is reachable: meshctl proxy-config endpoint POD --cluster NAME',
    PAGE,
  ],
  fault_filter_abort: ['An injected fault aborted the request.', 'Look at fault.abort in the VirtualService.', PAGE],
  local_rate_limited: ['A local rate limit was exceeded.', 'meshctl explain RL', PAGE],
  request_rate_limited: ['The rate limit service rejected the request.', 'meshctl explain RL', PAGE],
  rate_limiter_error: ['The rate limit service failed.', 'meshctl explain RLSE', PAGE],
  local_ratelimited: ['A local rate limit was exceeded.', 'meshctl explain RL', PAGE],
  cluster_maintenance_mode: [
    'The cluster is in maintenance mode: a share of the requests is refused.',
    'Look for upstream.maintenance_mode in the runtime of Envoy.',
    PAGE,
  ],
  maintenance_mode: [
    'The cluster is in maintenance mode.',
    'Look for upstream.maintenance_mode in the runtime of Envoy.',
    PAGE,
  ],
  drop_overload: ['The endpoints say that a share of requests is to be dropped.', 'meshctl explain DO', PAGE],
  downstream_remote_disconnect: [
    'The client closed the connection before it had the response.',
    'Compare the timeout of the client with the duration in the log line.',
    PAGE,
  ],
  downstream_local_disconnect: [
    'Envoy itself closed the connection to the client: a timeout, a drained listener, or the error in parentheses.',
    'Look at the reason in parentheses, and at configuration changes of that time.',
    PAGE,
  ],
  'http2.remote_reset': [
    'The client reset the HTTP/2 stream: it cancelled the request.',
    'Look at the timeout of the client.',
    PAGE,
  ],
  'http2.remote_refuse': [
    'The other side refused the HTTP/2 stream (REFUSED_STREAM).',
    'Look at its limit of concurrent streams.',
    PAGE,
  ],
  'http2.too_many_headers': ['The request has more headers than Envoy accepts (100).', 'Send fewer headers.', PAGE],
  'http2.invalid.header.field': ['An HTTP/2 header is invalid.', 'Look at the headers the client sends.', PAGE],
  'http1.codec_error': [
    'The bytes are not valid HTTP/1.1: TLS or another protocol on an HTTP port, or an invalid header.',
    'meshctl explain MCT1401',
    PAGE,
  ],
  codec_error: ['The bytes of the request are not valid HTTP.', 'meshctl explain DPE', PAGE],
  low_version: [
    'The client speaks HTTP/1.0, which Envoy refuses with 426 unless it is enabled.',
    'Use HTTP/1.1 in the client (nginx: proxy_http_version 1.1): meshctl explain MCT1403',
    PAGE,
  ],
  upgrade_failed: [
    'The upgrade (WebSocket, CONNECT) is not allowed on this route.',
    'Check the protocol of the Service port: meshctl explain MCT1401',
    PAGE,
  ],
  missing_host_header: ['The request has no Host or :authority header.', 'Send a Host header.', PAGE],
  missing_path_rejected: ['The request has no path.', 'Look at the client.', PAGE],
  absolute_path_rejected: [
    'The request has an absolute URL where a path is required.',
    'Look at the proxy settings of the client.',
    PAGE,
  ],
  path_normalization_failed: ['The path cannot be normalised.', 'Look at pathNormalization in meshConfig.', PAGE],
  invalid_request_headers: ['A header of the request is invalid.', 'meshctl explain IH', PAGE],
  request_headers_failed_strict_check: ['An x-envoy header of the request is invalid.', 'meshctl explain IH', PAGE],
  request_payload_too_large: [
    'The body is larger than the buffer limit of a filter.',
    'Look for an EnvoyFilter or ext_authz setting that buffers the body.',
    PAGE,
  ],
  response_payload_too_large: [
    'The response is larger than the buffer limit of a filter.',
    'Look for an EnvoyFilter that buffers the response.',
    PAGE,
  ],
  internal_redirect: ['Envoy followed a redirect internally.', 'Look at the redirect policy of the route.', PAGE],
  stream_idle_timeout: [
    'No data on the stream for the stream idle timeout (5 minutes by default).',
    'meshctl explain SI',
    PAGE,
  ],
  max_duration_timeout: ['The request exceeded its maximum duration.', 'meshctl explain DT', PAGE],
  duration_timeout: ['The connection exceeded its maximum duration.', 'meshctl explain DT', PAGE],
  overload: [
    'The overload manager refused the request: Envoy is short of memory or connections.',
    'meshctl explain OM',
    PAGE,
  ],
  response_from_cache_filter: ['The response came from a cache filter.', 'meshctl explain RFCF', PAGE],
  filter_removed_required_request_headers: [
    'A filter removed a header that Envoy needs.',
    'Look at header operations in VirtualService and EnvoyFilter.',
    PAGE,
  ],
  early_upstream_hints: ['The upstream sent early hints.', 'Nothing is wrong.', PAGE],
  admin_filter_response: ['The answer comes from Envoy’s admin interface.', 'Nothing is wrong.', PAGE],
  filter_removed_required_headers: [
    'A filter removed a header that HTTP needs (:method, :path or :authority).',
    'Look at the EnvoyFilters, Lua and Wasm filters of the proxy: meshctl proxy-config listener POD -o json',
    PAGE,
  ],
  filter_removed_required_response_headers: [
    'A filter removed a header of the response that HTTP needs (:status).',
    'Look at the EnvoyFilters, Lua and Wasm filters of the proxy: meshctl proxy-config listener POD -o json',
    PAGE,
  ],
  filter_added_invalid_request_data: [
    'A filter added data to the request at a point where that is not possible: a fault of the filter.',
    'Look at the Wasm and Lua filters of the proxy.',
    PAGE,
  ],
  filter_added_invalid_response_data: [
    'A filter added data to the response at a point where that is not possible: a fault of the filter.',
    'Look at the Wasm and Lua filters of the proxy.',
    PAGE,
  ],
  request_overall_timeout: [
    'The client did not send the whole request within the request timeout of the listener.',
    'Look at the client and the network before it, or raise request_timeout.',
    PAGE,
  ],
  downstream_header_timeout: [
    'The client did not send the whole headers in time.',
    'Look at the client and the network before it.',
    PAGE,
  ],
  request_payload_exceeded_retry_buffer_limit: [
    'The body of the request is larger than the buffer Envoy keeps for retries: it was not retried.',
    'Raise the buffer limit of the listener or route (per_request_buffer_limit_bytes), or do not retry large requests.',
    PAGE,
  ],
  route_configuration_not_found: [
    'The listener has no route configuration (RDS) yet, or it was not sent: istiod is not reached, or rejected updates.',
    'meshctl proxy-status POD, and meshctl proxy-config route POD',
    PAGE,
  ],
  invalid_path: ['The path of the request is not valid.', 'Look at the request of the client.', PAGE],
  websocket_handshake_unsuccessful: [
    'The server answered a WebSocket request with another status than 101 (Switching Protocols).',
    'Read the log of the application.',
    PAGE,
  ],
  unconditional_drop_overload: [
    'The control plane makes Envoy drop all requests to this cluster (drop_overload of 100 %).',
    'meshctl proxy-config eds POD   # drop_overloads in the policy of the load assignment',
    PAGE,
  ],
  rejecting_because_detection_failed: [
    'Envoy could not find the address of the client where its configuration demands it (original IP detection).',
    'Look at numTrustedProxies, X-Forwarded-For and the PROXY protocol of the gateway.',
    PAGE,
  ],
  early_connect_data: ['The client of a CONNECT request sent data before it had the 200.', 'Look at the client.', PAGE],
}
