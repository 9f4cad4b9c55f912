import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {sideOf} from './side.js'

/** What flags, details and the rest of a line mean together. `{field}` in a text is filled in from the line. */
export interface Cause {
  readonly when: (entry: AccessLogEntry) => boolean
  readonly means: string
  readonly next: string
}

function has(entry: AccessLogEntry, ...flags: readonly string[]): boolean {
  return flags.some(flag => entry.flags.includes(flag))
}

/** Envoy writes reasons with spaces or, since 1.25 within a log, with underscores. */
function mentions(entry: AccessLogEntry, words: RegExp): boolean {
  const text = `${entry.details ?? ''} ${entry.termination ?? ''} ${entry.failure ?? ''}`
  return words.test(text) || (text.includes('_') && words.test(text.replaceAll('_', ' ')))
}

function isServer(entry: AccessLogEntry): boolean {
  return sideOf(entry) === 'server'
}

/** A server name that a client outside the mesh asked for: proxies of the mesh use names such as `outbound_.80_._.web.shop.svc.cluster.local`. */
function isForeignName(sni: string | undefined): boolean {
  return sni?.includes('.') === true && !sni.startsWith('outbound_')
}

/** The authority or, where the line has none, nothing: is a port named in it that is not its protocol's own? */
function hasOddPort({authority}: AccessLogEntry): boolean {
  const port = /:(\d+)$/.exec(authority ?? '')?.[1]
  return port !== undefined && port !== '80' && port !== '443'
}

/** Causes from the most to the least certain (Envoy, access log usage and response code details; measured on a real Envoy where flags differ); the first that matches is shown. */
export const CAUSES: readonly Cause[] = [
  {
    when: entry => mentions(entry, /low_version/) || entry.code === '426',
    means: 'The client speaks HTTP/1.0, which Envoy refuses by default.',
    next: 'Use HTTP/1.1 in the client (nginx: proxy_http_version 1.1): meshctl explain MCT1403',
  },
  {
    when: entry => mentions(entry, /rbac_access_denied_matched_policy\[none\]/),
    means:
      'An AuthorizationPolicy denied the request: ALLOW policies exist for the workload and none of their rules matched. A caller without sidecar has no identity, so principals and namespaces never match it.',
    next: 'meshctl describe pod POD   # the AuthorizationPolicies of the server; then compare identity, method, path and port',
  },
  {
    when: entry => mentions(entry, /rbac_access_denied_matched_policy\[/),
    means: 'A DENY AuthorizationPolicy matched and denied the request: {policy}.',
    next: 'meshctl describe pod POD   # the AuthorizationPolicies of the server',
  },
  {
    when: entry => mentions(entry, /rbac_access_denied/),
    means: 'An AuthorizationPolicy denied the request.',
    next: 'meshctl describe pod POD   # the AuthorizationPolicies of the server',
  },
  {
    when: entry => mentions(entry, /jwt_authn_access_denied/),
    means: 'RequestAuthentication rejected the token: {case}.',
    next: 'Compare issuer, audiences and jwksUri in the RequestAuthentication with the token.',
  },
  {
    when: entry => mentions(entry, /ext_authz_error/),
    means:
      'The external authorizer (AuthorizationPolicy with action CUSTOM) could not be asked or failed, and failOpen is not set: the request is denied.',
    next: 'Check that the provider in meshConfig.extensionProviders exists and is reachable: meshctl proxy-config endpoint POD --cluster NAME',
  },
  {
    when: entry => mentions(entry, /ext_authz_denied/) || (has(entry, 'UAEX') && entry.code !== '500'),
    means:
      'The external authorizer of an AuthorizationPolicy with action CUSTOM denied the request, or could not be asked (details ext_authz_error).',
    next: 'Read the log of the authorizer.',
  },
  {
    when: entry => mentions(entry, /WRONG_VERSION_NUMBER|InvalidContentType/),
    means:
      'The TLS handshake failed because the server answered without TLS: this proxy sends TLS and the upstream speaks plaintext. The server has no sidecar, its port is excluded from capture or mTLS is DISABLE there, or a DestinationRule sets a TLS mode for a plaintext server.',
    next: 'meshctl describe pod POD   # of the server; then trafficPolicy.tls in the DestinationRule of the host',
  },
  {
    when: entry => mentions(entry, /CERTIFICATE_VERIFY_FAILED|SAN matcher|verify SAN|verify cert failed/i),
    means:
      'The TLS handshake failed because this proxy does not trust the certificate of the server: another root CA, another identity (subjectAltName) than expected, or it has expired.',
    next: 'meshctl proxy-config secret POD   # on both sides; then subjectAltNames in the DestinationRule',
  },
  {
    when: entry => mentions(entry, /CERTIFICATE_EXPIRED|certificate has expired/i),
    means: 'The TLS handshake failed because a certificate has expired.',
    next: 'meshctl proxy-config secret POD   # on both sides',
  },
  {
    when: entry => mentions(entry, /ALERT_UNKNOWN_CA|UNKNOWN_CA/),
    means:
      'The TLS handshake failed because the peer does not trust the CA of this side: the two have different root certificates.',
    next: 'meshctl proxy-config rootca-compare POD OTHER',
  },
  {
    when: entry => mentions(entry, /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|PEER_DID_NOT_RETURN/),
    means:
      'The TLS handshake failed because the server requires a client certificate (mTLS) and this side sent none: a DestinationRule with TLS mode SIMPLE where ISTIO_MUTUAL or MUTUAL is needed, or no common cipher.',
    next: 'meshctl describe pod POD   # the mTLS mode of the server',
  },
  {
    when: entry => mentions(entry, /TLS[_ ]error/i) && mentions(entry, /connection[_ ]reset[_ ]by[_ ]peer/i),
    means:
      'The server {upstream} reset the connection during the TLS handshake: it does not speak TLS on this port (no sidecar, the port is excluded, or a protocol where the server speaks first), or its proxy is not ready.',
    next: 'meshctl describe pod POD   # mTLS of the server; then the DestinationRule of the host',
  },
  {
    when: entry => mentions(entry, /TLS[_ ]error|SSL routines|TLS handshake/i),
    means: 'The TLS handshake with the other side failed; the TLS error below gives the reason.',
    next: 'meshctl describe pod POD   # the mTLS mode of both sides',
  },
  {
    when: entry =>
      mentions(entry, /headers?_too_large|headers_timeout|too_many_headers|headers_count/) || entry.code === '431',
    means:
      'The request headers are too large (or too many): Envoy takes 60 KiB and 100 headers unless configured otherwise, and refuses more (431). Often a large cookie or token.',
    next: 'Make the headers smaller, or raise max_request_headers_kb and max_headers_count with an EnvoyFilter.',
  },
  {
    when: entry =>
      (mentions(entry, /filter_chain_not_found/) || (has(entry, 'NR') && entry.tcp)) && isForeignName(entry.sni),
    means:
      'No filter chain of the listener at {local} has the server name (SNI) {sni}: no Gateway or TLSRoute on this port has the host, or its certificate is not there yet.',
    next: 'meshctl proxy-config listener POD   # of the gateway: which SNI it serves; then the hosts of the Gateway',
  },
  {
    when: entry => mentions(entry, /filter_chain_not_found/),
    means:
      'No filter chain of the listener matches the connection to {local}. On the inbound side of a sidecar: plaintext reached a port that accepts only mTLS (PeerAuthentication STRICT): the caller has no sidecar, or its traffic or the port is excluded from it, or a DestinationRule disables TLS. On a gateway: no server has the SNI of the client.',
    next: 'meshctl describe pod POD   # the mTLS mode of the port; and check that the caller has a sidecar',
  },
  {
    when: entry => (has(entry, 'NR') || mentions(entry, /route_not_found/)) && hasOddPort(entry),
    means:
      'No route matches the host {authority}: no virtual host has it. The host carries a port, and Envoy compares it with the port: the client came through a node port or load balancer port that no host names (Istio before 1.6 needs the host with its port).',
    next: 'meshctl proxy-config route POD   # domains; add the host with its port to the VirtualService and Gateway, or send the host without it',
  },
  {
    when: entry => (has(entry, 'NR') || mentions(entry, /route_not_found/)) && !entry.tcp,
    means:
      'No route matches the request: no virtual host has the host {authority}, or none of its routes matches the path. On a gateway: no VirtualService or HTTPRoute is bound to this host and port.',
    next: 'meshctl proxy-config route POD   # compare hosts and paths',
  },
  {
    when: entry => has(entry, 'NR'),
    means:
      'No filter chain or route fits the connection to {local}: on a sidecar plaintext to a port with STRICT mTLS, on a gateway an unknown SNI.',
    next: 'meshctl proxy-config listener POD',
  },
  {
    when: entry =>
      entry.cluster === 'BlackHoleCluster' ||
      (entry.code === '502' && (entry.route === 'block_all' || mentions(entry, /direct_response/))),
    means:
      'The destination {authority} is not in the service registry, and outboundTrafficPolicy is REGISTRY_ONLY: Envoy refuses it (HTTP 502, TCP reset).',
    next: 'Add a ServiceEntry for the host, or make the Service visible (Sidecar, exportTo): meshctl explain REGISTRY_ONLY',
  },
  {
    when: entry => has(entry, 'NC') || mentions(entry, /cluster_not_found/),
    means:
      'The route names a cluster that Envoy does not have: {cluster}. The subset is in no DestinationRule, a Sidecar or exportTo hides the service, or the CDS update was rejected.',
    next: 'meshctl proxy-config cluster POD, and meshctl proxy-status POD',
  },
  {
    when: entry => has(entry, 'UH') || mentions(entry, /no_healthy_upstream/),
    means:
      'The cluster {cluster} has no endpoint that may be used: no pod of the Service is ready, the labels of the subset match no pod, or outlier detection ejected all of them.',
    next: 'meshctl proxy-config endpoint POD --cluster NAME, and the labels of the subset in the DestinationRule',
  },
  {
    when: entry =>
      has(entry, 'UF', 'URX') &&
      /:15008$/.test(entry.upstreamHost ?? '') &&
      mentions(entry, /(delayed connect error: 111|connection refused)/i),
    means:
      'The HBONE tunnel to {upstream} could not be opened: connection refused. Nothing listens on 15008 there: the destination has no ztunnel (its node has none ready, or the pod is not in the ambient mesh any more) or its proxy does not serve HBONE.',
    next: 'kubectl get pods -n istio-system -l app=ztunnel -o wide   # on the node of the destination; then meshctl ztunnel-config workload',
  },
  {
    when: entry => has(entry, 'UF', 'URX') && mentions(entry, /(delayed connect error: 111|connection refused)/i),
    means:
      'The connection to the upstream {upstream} failed: refused. Nothing listens on that port, the targetPort of the Service is wrong, or the application listens on 127.0.0.1 only.',
    next: 'meshctl ports POD   # of the server',
  },
  {
    when: entry => has(entry, 'UF', 'URX') && mentions(entry, /(delayed connect error: 113|no route to host)/i),
    means:
      'The connection to the upstream {upstream} failed: no route to host (errno 113). The pod behind the address is gone, or a firewall or NetworkPolicy rejects the packets.',
    next: 'Compare the address with the pods that exist: meshctl proxy-config endpoint POD --address IP',
  },
  {
    when: entry =>
      has(entry, 'UF', 'URX') &&
      mentions(entry, /(connection timeout|timed? ?out|delayed connect error: 110|connect timeout)/i),
    means:
      'The connection to the upstream {upstream} failed: it timed out. Packets are dropped by a NetworkPolicy or firewall, or the address belongs to a pod that is gone.',
    next: 'meshctl check POD   # NetworkPolicies of the server; and compare the address with the pods that exist',
  },
  {
    when: entry => has(entry, 'UF') && isServer(entry) && /^(?:127\.0\.0\.1|\[::1\]):/.test(entry.upstreamHost ?? ''),
    means:
      'The sidecar of the server could not connect to the application in its own pod at {upstream}: nothing listens on loopback. Istio before 1.10 connects to 127.0.0.1, so an application that listens only on the address of the pod is not reached; or nothing listens on the port at all.',
    next: 'meshctl ports POD   # of the server; let the application listen on 0.0.0.0',
  },
  {
    when: entry => has(entry, 'UF') && isServer(entry),
    means:
      'The sidecar of the server could not connect to the application in its own pod ({upstream}): the connection failed because nothing listens on the port, or the application listens on 127.0.0.1 only.',
    next: 'meshctl ports POD   # of the server',
  },
  {
    when: entry => has(entry, 'UF'),
    means:
      'The connection to the upstream {upstream} failed before any request was sent: refused, timed out, or the TLS handshake failed (mTLS settings of client and server differ).',
    next: 'meshctl ports POD of the server, meshctl describe pod POD for its mTLS mode, and the transport failure reason in the log line',
  },
  {
    when: entry => has(entry, 'UC') && isServer(entry),
    means:
      'The application closed the connection before it sent a response: its keep-alive (idle) timeout is shorter than the one of the client side, it crashed, or it restarts.',
    next: 'Raise the keep-alive timeout of the application above the idle timeout of Envoy, or allow retries (retryOn: reset,connect-failure); read its log.',
  },
  {
    when: entry => has(entry, 'UC') || mentions(entry, /connection_termination/),
    means:
      "The upstream server {upstream} closed the connection before it sent a response. Sporadic: its keep-alive (idle) timeout is shorter than the client side's, so a reused connection was just being closed. Constant: plaintext to a port that requires mTLS, or the application crashes.",
    next: 'Align the idle timeouts (connectionPool.http.idleTimeout in a DestinationRule below that of the server) and allow retries; constant: meshctl check POD of the server',
  },
  {
    when: entry => has(entry, 'UR') || mentions(entry, /remote_reset/),
    means: 'The upstream server {upstream} reset the stream or connection.',
    next: 'Read the log of the application and of its sidecar at that time.',
  },
  {
    when: entry => has(entry, 'UO') || mentions(entry, /overflow/),
    means:
      'A circuit breaker is open: connectionPool limits of the DestinationRule ({cluster}) are exhausted: pending requests, connections or retries.',
    next: 'Raise connectionPool in the DestinationRule, or add capacity.',
  },
  {
    when: entry => has(entry, 'UT') || mentions(entry, /(upstream_)?(response|per_try)_timeout/),
    means: 'The upstream did not answer within the timeout of the route (this request lasted {duration}).',
    next: 'Compare timeout and retries.perTryTimeout in the VirtualService with what the server needs.',
  },
  {
    when: entry => has(entry, 'UMSDR', 'DT', 'SI') || mentions(entry, /(max_duration|stream_idle)_timeout/),
    means: 'A time limit of the stream or connection expired (this one lasted {duration}).',
    next: 'Look at idle and maximum durations of the route and the listener.',
  },
  {
    when: entry => has(entry, 'DC') || mentions(entry, /downstream_remote_disconnect/),
    means: 'The client closed the connection before it had the response, after {duration}: usually its own timeout.',
    next: 'Compare the timeout of the client with the duration; the server was slower.',
  },
  {
    when: entry => has(entry, 'DR'),
    means: 'The client reset the stream before the response was complete.',
    next: 'Look at what the client cancels, and at its timeout.',
  },
  {
    when: entry => has(entry, 'DPE') || mentions(entry, /http1\.codec_error|http2\.|codec_error/),
    means:
      'The bytes of the request are not valid HTTP: TLS or another protocol reached an HTTP port, or a header is invalid.',
    next: 'Check the protocol of the Service port: meshctl explain MCT1401',
  },
  {
    when: entry => has(entry, 'UPE') || mentions(entry, /protocol_error/),
    means: 'The upstream broke the HTTP protocol: HTTP/2 or TLS does not fit the port, or its response is invalid.',
    next: 'Check the protocol of the Service port: meshctl explain MCT1401',
  },
  {
    when: entry => has(entry, 'URX'),
    means: 'All attempts (retries, or connection attempts) failed; the cause is what made each attempt fail.',
    next: 'Read the transport failure reason, and the access log of the server.',
  },
  {when: entry => has(entry, 'RL'), means: 'A rate limit refused the request (429).', next: 'meshctl explain RL'},
  {
    when: entry => has(entry, 'FI', 'DI'),
    means: 'A fault was injected on purpose by a VirtualService.',
    next: 'Look at fault in the VirtualService.',
  },
  {
    when: entry => Number(entry.code) >= 400 && mentions(entry, /via_upstream/),
    means: 'The application itself answered {code}: Envoy only passed the response on.',
    next: 'Read the log of the application.',
  },
  {
    when: entry => entry.cluster === 'PassthroughCluster',
    means:
      'The destination {upstream} is not in the service registry and was passed through: no routes, retries or mTLS apply.',
    next: 'If it is a service of the mesh, find out why this proxy has no configuration for it: meshctl explain PassthroughCluster',
  },
]

/** What the status says where neither flags nor details name a cause. */
export const PLAIN_CAUSES: readonly Cause[] = [
  {
    when: entry => entry.flags.length === 0 && Number(entry.code) >= 500,
    means:
      'No response flag: the {code} came from the upstream (the application or the next proxy), Envoy only passed it on.',
    next: 'Read the log of the application, and the access log of the sidecar on the server side.',
  },
  {
    when: entry => entry.flags.length === 0 && Number(entry.code) >= 400,
    means: 'No response flag: the {code} came from the upstream application, unless details say otherwise.',
    next: 'Read the log of the application.',
  },
  {
    when: entry => entry.flags.length === 0 && (entry.tcp || Number(entry.code) >= 100),
    means: 'Nothing went wrong: no response flag is set, so the request or connection ended normally.',
    next: 'meshctl proxy-config route POD   # where such requests are routed',
  },
]
