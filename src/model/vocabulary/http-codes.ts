import type {Vocabulary} from './entry.js'

const FLAGS = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage'
const RFC = 'https://www.rfc-editor.org/rfc/rfc9110#section-15'
const PROBLEMS = 'https://istio.io/latest/docs/ops/common-problems/network-issues/'

/** HTTP status codes as they appear in a mesh: who sends each, and the response flags that tell the causes apart. */
export const HTTP_CODES: Vocabulary = {
  '0': [
    'No HTTP response: the connection is TCP, or the client or Envoy closed it before a response was sent. The response flag gives the cause (DC, NR, UF, UH).',
    'meshctl explain DC NR UF UH',
    FLAGS,
  ],
  '200': [
    'Success. With the flag "-" the application itself answered.',
    'meshctl proxy-config route POD   # where such requests are routed',
    RFC,
  ],
  '301': [
    'Redirect. Envoy sends it itself for httpsRedirect in a Gateway or redirect in a VirtualService.',
    'Check tls.httpsRedirect in the Gateway; behind a load balancer that terminates TLS it makes a redirect loop.',
    PROBLEMS,
  ],
  '400': [
    'Bad request. With DPE Envoy could not parse the request: TLS sent to a plaintext port, an invalid header, or a protocol other than HTTP. With IH an x-envoy header is invalid. Without a flag the application sent it.',
    'meshctl explain DPE IH',
    FLAGS,
  ],
  '401': [
    'Unauthorized: RequestAuthentication rejected the token (details jwt_authn_access_denied{...}): expired, wrong issuer, or the keys could not be fetched. With details via_upstream the application sent it.',
    'meshctl explain jwt_authn_access_denied',
    'https://istio.io/latest/docs/tasks/security/authentication/authn-policy/',
  ],
  '403': [
    'Forbidden: "RBAC: access denied" comes from an AuthorizationPolicy (details rbac_access_denied_matched_policy[...]), UAEX from an external authorizer. With via_upstream the application sent it.',
    'meshctl explain RBAC',
    'https://istio.io/latest/docs/ops/common-problems/security-issues/',
  ],
  '404': [
    'Not found. With NR no route or virtual host matches the host and path; with details via_upstream the application has no such path.',
    'meshctl proxy-config route POD',
    PROBLEMS,
  ],
  '405': ['Method not allowed. Envoy does not send it: the application did.', 'Read the log of the application.', RFC],
  '408': [
    'Request timeout: the request did not arrive completely in time (DT, SI, UMSDR).',
    'meshctl explain DT SI UMSDR',
    FLAGS,
  ],
  '411': ['Length required. Envoy does not send it: the application did.', 'Read the log of the application.', RFC],
  '413': [
    'Payload too large: the body exceeds the buffer limit of a filter (details request_payload_too_large), or the application refused it.',
    'Look for an EnvoyFilter or ext_authz setting that buffers the body.',
    FLAGS,
  ],
  '414': ['URI too long: the application or a gateway refused the path.', 'Read the log of the application.', RFC],
  '415': [
    'Unsupported media type: the application, or a gRPC transcoder, refused the content type.',
    'Read the log of the application.',
    RFC,
  ],
  '421': [
    'Misdirected request: an HTTP/2 connection was reused for a host that another Gateway serves with the same certificate. Browsers and clients coalesce connections for wildcard certificates.',
    'Use one Gateway for all hosts of the wildcard certificate: meshctl explain IST0138',
    PROBLEMS,
  ],
  '426': [
    'Upgrade required: the client speaks HTTP/1.0, which Envoy refuses by default (details low_version).',
    'Use HTTP/1.1 in the client (nginx: proxy_http_version 1.1), or set PILOT_HTTP10: meshctl explain MCT1403',
    PROBLEMS,
  ],
  '429': [
    'Too many requests. With RL a rate limit of Envoy applied; without a flag the application sent it.',
    'meshctl explain RL',
    FLAGS,
  ],
  '431': [
    'Request header fields too large: the headers exceed 60 KiB or 100 headers (Envoy defaults).',
    'Make cookies or tokens smaller, or raise max_request_headers_kb with an EnvoyFilter.',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details',
  ],
  '499': [
    'Client closed request (an nginx code; Envoy logs 0 with DC). The client gave up before the response.',
    'meshctl explain DC',
    FLAGS,
  ],
  '500': [
    'Internal server error. Without a flag the application sent it. With NFCF a filter configuration is missing; with RLSE the rate limit service failed; a Gateway API route to an invalid backend also answers 500.',
    'meshctl explain NFCF RLSE',
    FLAGS,
  ],
  '501': [
    'Not implemented: the application sent it, or a transfer coding is not supported.',
    'Read the log of the application.',
    RFC,
  ],
  '502': [
    'Bad gateway. Details direct_response and route block_all: outboundTrafficPolicy is REGISTRY_ONLY and the host is not in the service registry. With UPE the upstream broke the HTTP protocol. A load balancer in front of the mesh also sends 502.',
    'meshctl explain REGISTRY_ONLY UPE',
    'https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/',
  ],
  '503': [
    'Service unavailable. The response flag names the cause: UF the connection to the upstream failed, UH no healthy endpoint, UC the upstream closed the connection, UO a circuit breaker, NC the cluster does not exist, URX retries were exhausted. With details via_upstream the application sent it.',
    'meshctl explain UF UH UC UO NC URX',
    FLAGS,
  ],
  '504': [
    'Gateway timeout. With UT the route timeout or per-try timeout expired before the upstream answered.',
    'meshctl explain UT',
    FLAGS,
  ],
  '505': [
    'HTTP version not supported: the other side does not speak this version of HTTP.',
    'meshctl explain MCT1401',
    RFC,
  ],
}
