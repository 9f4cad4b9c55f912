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
    /curl: \(56\)|curl: \(52\) Empty reply/,
    'The connection was closed without a response: plaintext sent to a port that requires mTLS (STRICT), an AuthorizationPolicy on TCP, or the server crashed.',
    'meshctl describe pod POD   # of the server',
    'https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/',
  ],
  [
    /curl: \(35\)/,
    'The TLS handshake failed: the port speaks plaintext, or no server has this SNI.',
    'meshctl proxy-config listener POD   # of the gateway',
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
