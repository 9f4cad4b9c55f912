import type {LogMessage} from './message.js'

/** What a client sees: response bodies of Envoy and errors of curl. */
export const CLIENT_MESSAGES: readonly LogMessage[] = [
  [
    /RBAC: access denied/,
    'An AuthorizationPolicy denied the request (403).',
    'meshctl explain RBAC',
    'https://istio.io/latest/docs/ops/common-problems/security-issues/',
  ],
  [
    /upstream connect error.*(CERTIFICATE_VERIFY_FAILED|TLS error|TLS_error|WRONG_VERSION_NUMBER)/i,
    'Envoy answered 503 because the TLS handshake with the upstream failed: one side speaks plaintext, or a certificate is not trusted.',
    'meshctl describe pod POD   # mTLS of the server; then the DestinationRule of the host',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error.*delayed connect error: 111|upstream connect error.*Connection refused/i,
    'Envoy answered 503 because the upstream refused the connection (111, ECONNREFUSED): nothing listens on that address and port, or only on loopback.',
    'meshctl ports POD   # of the server',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error.*reset reason: (connection failure|connection timeout|remote connection failure|local connection failure)/i,
    'Envoy answered 503 because it could not connect to the upstream (UF): the server does not run or does not listen on that port, a NetworkPolicy or firewall is between, or the two sides disagree on mTLS.',
    'meshctl explain UF   # then meshctl ports POD of the server; the access log of the client side has the address',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error.*reset reason: (connection termination|remote reset)/i,
    'Envoy answered 503 because the upstream closed the connection before a response (UC, UR): the server crashed or restarted, or closed an idle connection that Envoy used again.',
    'meshctl explain UC',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error.*reset reason: overflow/i,
    'Envoy answered 503 because a circuit breaker is open (UO): connectionPool limits in a DestinationRule.',
    'meshctl explain UO',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error.*reset reason: protocol error/i,
    'Envoy answered 502 or 503 because the upstream did not speak the HTTP version that was expected (UPE): the protocol of the Service port is declared wrong.',
    'meshctl describe pod POD   # protocol of the port',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream connect error or disconnect\/reset before headers/i,
    'The body of a 503 that Envoy sends when it could not get a response from the upstream; the reset reason behind it tells why (connection failure: UF, connection termination: UC, overflow: UO).',
    'meshctl explain UF UC UO   # and the access log of both sidecars',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /no healthy upstream/i,
    'The body of a 503 that Envoy sends when a cluster has no usable endpoint (UH).',
    'meshctl explain UH',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /upstream request timeout/i,
    'The body of a 504 that Envoy sends when the route timeout expired (UT).',
    'meshctl explain UT',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /^fault filter abort$/i,
    'The body of a response that a fault of a VirtualService injected (FI).',
    'meshctl explain FI',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /^local_rate_limited$/i,
    'The body of a 429 of local rate limiting (an EnvoyFilter).',
    'meshctl explain RL',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /^< HTTP\/[\d.]+ 426|Upgrade Required/,
    'Envoy answered 426: it takes no HTTP/1.0 unless that is switched on.',
    'meshctl explain MCT1403',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  [
    /^< HTTP\/[\d.]+ 404|^HTTP\/[\d.]+ 404/,
    'A 404. From Envoy itself (server: istio-envoy and no body) it means that no virtual host or route matches the host and path (NR); with a body it is the answer of the application.',
    'meshctl explain NR   # and the access log of the gateway or client sidecar',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  [
    /curl: \(56\)|curl: \(52\) Empty reply/,
    'The connection was closed without a response: plaintext sent to a port that requires mTLS (STRICT), an AuthorizationPolicy on TCP, or the server crashed.',
    'meshctl describe pod POD   # of the server',
    'https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/',
  ],
  [
    /alert certificate required|SSL alert number 116|peer did not return a certificate/i,
    'The server requires a client certificate (mutual TLS) and this client sent none: a port of the mesh with STRICT mTLS, or a Gateway with mode MUTUAL.',
    'Call from a pod with a sidecar, or present a certificate; for plaintext clients set PERMISSIVE: meshctl describe pod POD',
    'https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/',
  ],
  [
    /Flags \[R\.?\]/,
    'The other side answered with a reset (RST). Right after a SYN ([S]): nothing listens on that address and port, or a rule rejects it; later: the connection was aborted.',
    'meshctl ports POD   # of the server; then meshctl packet POD --in tcp://:PORT',
    'https://www.tcpdump.org/manpages/tcpdump.1.html',
  ],
  [
    /curl: \(35\)/,
    'The TLS handshake failed: the port speaks plaintext, or no server has this SNI.',
    'meshctl proxy-config listener POD   # of the gateway',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  [
    /SSL routines:.*wrong version number|http: server gave HTTP response to HTTPS client|packet length too long/i,
    'The client sent TLS and the other side answered without TLS: the port speaks plaintext, or TLS is used twice (the sidecar and the application).',
    'meshctl describe pod POD   # mTLS of the port; then the DestinationRule of the host',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  [
    /http: TLS handshake error|Client sent an HTTP request to an HTTPS server|400 The plain HTTP request was sent to HTTPS port/i,
    'A client sent plaintext to a port that takes TLS.',
    'meshctl describe pod POD   # mTLS and protocol of the port',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  [
    /curl: \(7\)/,
    'The connection was refused or the address is not reachable.',
    'meshctl ports POD   # of the server',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  [
    /^\W*Jwt (is missing|is expired|issuer is not configured|verification fails|is not in the form|header|payload)|Audiences in Jwt are not allowed|Jwks (remote fetch is failed|doesn't have key)|Jwks remote fetch is failed/i,
    'The body of a 401 or 403 from RequestAuthentication: the token is missing, expired, of another issuer or audience, or its keys could not be fetched.',
    'Compare issuer, audiences and jwksUri in the RequestAuthentication with the token.',
    'https://istio.io/latest/docs/tasks/security/authentication/authn-policy/',
  ],
  [
    /exec: "?(iptables|ip6tables|nft|ss|netstat|curl|sh|bash)"?: executable file not found/i,
    'The image has no such tool (distroless). Look from the node, or with an ephemeral container.',
    'meshctl iptables POD --debug-container',
    'https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/',
  ],
]
