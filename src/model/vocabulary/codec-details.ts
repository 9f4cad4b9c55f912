import type {Vocabulary} from './entry.js'

const PAGE = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details'
const PROTOCOL = 'meshctl describe pod POD   # the protocol of the port; then what the client sends'
const CLIENT = 'Look at the request of the client, or at the proxy in front that changes it.'
const FLOOD =
  'Find the peer in downstream_remote_address: an attack, or a client with a fault; update Envoy if the peer is one of the mesh.'

/** Details of Envoy's codecs: why a request or response is not valid HTTP (Envoy, "Per codec details"). */
export const CODEC_DETAILS: Vocabulary = {
  'http1.body_disallowed': ['The request has a body where HTTP allows none.', CLIENT, PAGE],
  'http1.connection_header_rejected': ['The Connection header is malformed or too long.', CLIENT, PAGE],
  'http1.content_length_and_chunked_not_allowed': [
    'The message has both Content-Length and Transfer-Encoding: chunked, as in request smuggling; Envoy refuses it.',
    CLIENT,
    PAGE,
  ],
  'http1.content_length_not_allowed': [
    'The message has a Content-Length where HTTP allows none (such as a 204, or an answer to CONNECT).',
    'Look at the server, or at the client when it is a request.',
    PAGE,
  ],
  'http1.headers_too_large': [
    'The headers are larger than Envoy takes (60 KiB unless configured otherwise): 431. Often a large cookie or token.',
    'Make the headers smaller, or raise max_request_headers_kb with an EnvoyFilter.',
    PAGE,
  ],
  'http1.invalid_characters': ['A header has characters that HTTP does not allow.', CLIENT, PAGE],
  'http1.invalid_transfer_encoding': [
    'The Transfer-Encoding header is not valid; Envoy takes only chunked.',
    CLIENT,
    PAGE,
  ],
  'http1.invalid_scheme': ['The scheme of the URL in the request is not valid.', CLIENT, PAGE],
  'http1.invalid_url': ['The URL of the request is not valid.', CLIENT, PAGE],
  'http1.too_many_headers': [
    'The message has more headers than Envoy takes (100 unless configured otherwise).',
    'Send fewer headers, or raise max_headers_count with an EnvoyFilter.',
    PAGE,
  ],
  'http1.transfer_encoding_not_allowed': ['The message has a Transfer-Encoding where HTTP allows none.', CLIENT, PAGE],
  'http1.unexpected_underscore': [
    'A header name has an underscore, and Envoy is configured to refuse those (headers_with_underscores_action).',
    'Rename the header, or change the setting.',
    PAGE,
  ],
  'http2.inbound_empty_frames_flood': [
    'The peer sends a flood of empty HTTP/2 frames; Envoy closed the connection.',
    FLOOD,
    PAGE,
  ],
  'http2.outbound_frames_flood': [
    'Envoy would have had to queue a flood of HTTP/2 frames for the peer, which does not read; it closed the connection.',
    FLOOD,
    PAGE,
  ],
  'http2.unexpected_underscore': [
    'A header name has an underscore, and Envoy is configured to refuse those (headers_with_underscores_action).',
    'Rename the header, or change the setting.',
    PAGE,
  ],
  'http2.unknown.nghttp2.error': ['The HTTP/2 library of Envoy met an error it has no name for.', PROTOCOL, PAGE],
  'http2.violation.of.messaging.rule': [
    'The HTTP/2 stream breaks a rule of the protocol: a missing or repeated pseudo header, a connection header such as Connection or Transfer-Encoding, or another body length than declared.',
    CLIENT,
    PAGE,
  ],
}

const CLOSES = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts'
const TIMES =
  'Compare the idle and maximum durations of the listener, route and cluster with what the connection needs.'

/** Why Envoy closed a connection itself: the case behind downstream_local_disconnect, and the local close reason. */
export const LOCAL_CLOSES: Vocabulary = {
  deferred_close_on_drained_connection: [
    'Envoy closed a connection that it was draining (a changed listener, or a proxy about to stop), after its last request.',
    'Nothing is wrong.',
    CLOSES,
  ],
  on_idle_timeout: ['Envoy closed a connection without requests after its idle timeout.', TIMES, CLOSES],
  close_for_connect_request_or_tcp_tunneling: [
    'Envoy closed the connection of a CONNECT request or tunnel at its end.',
    'Nothing is wrong.',
    CLOSES,
  ],
  http2_ping_timeout: [
    'The peer did not answer an HTTP/2 keep-alive ping in time: it hangs, is gone, or something between drops the packets.',
    'Look at the peer and at network devices between that forget idle connections.',
    CLOSES,
  ],
  http2_connection_protocol_violation: [
    'The peer broke the HTTP/2 protocol; Envoy closed the connection.',
    PROTOCOL,
    CLOSES,
  ],
  transport_socket_timeout: [
    'The TLS handshake did not finish in time (transport_socket_connect_timeout): the client opened the connection and sent nothing, as a health check on TCP does, or its packets are lost.',
    'Look at the client in downstream_remote_address.',
    CLOSES,
  ],
  triggered_delayed_close_timeout: [
    'Envoy had sent its last bytes and the peer did not close within the delayed close timeout (1 s by default).',
    'Nothing is wrong.',
    CLOSES,
  ],
  tcp_session_idle_timeout: [
    'A TCP connection was idle for longer than the idle timeout of the TCP proxy (1 h by default).',
    TIMES,
    CLOSES,
  ],
  max_connection_duration_reached: [
    'The connection lasted as long as it may (max_connection_duration).',
    TIMES,
    CLOSES,
  ],
  closing_upstream_tcp_connection_due_to_downstream_remote_close: [
    'The client closed its connection, so Envoy closed the one to the server.',
    'Nothing is wrong.',
    CLOSES,
  ],
  closing_upstream_tcp_connection_due_to_downstream_local_close: [
    'Envoy closed the connection of the client, and so the one to the server.',
    'See why it closed that: the other details of the line.',
    CLOSES,
  ],
  closing_upstream_tcp_connection_due_to_downstream_reset_close: [
    'The client reset its connection, so Envoy closed the one to the server.',
    'Look at the client.',
    CLOSES,
  ],
  non_pooled_tcp_connection_host_health_failure: [
    'The endpoint became unhealthy (health check or outlier detection), so Envoy closed its TCP connections.',
    'meshctl proxy-config endpoint POD --cluster NAME',
    CLOSES,
  ],
}
