import {NO_CERTIFICATE_SERVICE} from './agent.js'
import type {LogMessage} from './message.js'

const XDS = 'https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol'
const LISTENERS = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listeners'
const WASM = 'https://istio.io/latest/docs/concepts/wasm/'

/** Messages of Envoy itself, in the container istio-proxy and in gateways. */
export const ENVOY_MESSAGES: readonly LogMessage[] = [
  NO_CERTIFICATE_SERVICE,
  [
    /no configured limit to the number of allowed active downstream connections/i,
    'Envoy says at its start that nothing limits how many connections clients may open (the overload resource monitor for downstream connections is not set). It is a remark about hardening, not the cause of a failure.',
    'Nothing is wrong; on a gateway at the edge set a limit in its bootstrap (downstream_connections)',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge',
  ],
  [
    /initial fetch timed out for \S*\.Runtime\b/i,
    'The control plane did not send a runtime layer (RTDS) within the initial fetch timeout (15 s by default): Envoy starts with the runtime values of its bootstrap. It delays the start and changes nothing else.',
    'Remove rtds_layer from the bootstrap, or let the control plane serve runtime resources',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime',
  ],
  [
    /initial fetch timed out for \S*ClusterLoadAssignment/i,
    'The control plane did not send the endpoints (EDS) of a cluster within the initial fetch timeout (15 s by default): Envoy goes on without endpoints and answers 503 UH (no healthy upstream) until they arrive.',
    'meshctl proxy-config endpoint POD; then the log of the control plane (istiod, the Consul or Cilium agent)',
    XDS,
  ],
  [
    /initial fetch timed out for /i,
    'The control plane (istiod, or the xDS agent of another mesh) did not send this resource within the initial fetch timeout (15 s by default): Envoy starts without it. Without listeners it takes no traffic, without a secret the listener or cluster that needs it fails.',
    'meshctl proxy-status POD; then the log of the control plane',
    XDS,
  ],
  [
    /cannot create upstream cluster without discovery chain/i,
    'Consul closed the xDS stream: its agent could not resolve the discovery chain of an upstream, because agent and servers are of different releases, the servers have no Connect enabled, or the token may not read the service. Envoy gets no clusters.',
    'consul members (versions); enable connect on the servers, and read the log of the Consul agent',
    'https://developer.hashicorp.com/consul/docs/reference/proxy/envoy',
  ],
  [
    /Unknown gRPC client cluster|unknown cluster .{0,80}(access ?log|tracing|ext_authz|rate_?limit)/i,
    'Envoy rejected listeners because they name a cluster that it does not have: the server of an access log service, tracing, authorization or rate limit provider is configured in the mesh, and no cluster was made for it (no Service or ServiceEntry, hidden by a Sidecar, or clusters arrive later). No listener with it works.',
    'Correct the provider in meshConfig (extensionProviders, envoyAccessLogService), or make its Service visible: meshctl explain MCT1902',
    XDS,
  ],
  [
    /unknown (weighted )?cluster|route: unknown cluster/i,
    'Envoy rejected the configuration: a route or filter names a cluster that does not exist. A VirtualService or EnvoyFilter routes to a host or subset that istiod gives no cluster for.',
    'meshctl proxy-config cluster POD   # which clusters there are; correct the name in the VirtualService or EnvoyFilter',
    XDS,
  ],
  [
    /no filter chains specified|listener .* has no filter chains?/i,
    'Envoy rejected a listener that has no filter chain: a Gateway or EnvoyFilter leaves it empty.',
    'meshctl proxy-config listener POD   # rejected listeners; then the Gateway or EnvoyFilter of that port',
    LISTENERS,
  ],
  [
    /static registration lookup was empty/i,
    'Envoy rejected an extension that has neither a name nor a type: an EnvoyFilter without typed_config, or an istiod newer than the proxy.',
    'meshctl version -o wide, and look for EnvoyFilters',
    XDS,
  ],
  [
    /Proto constraint validation failed|embedded message failed validation/i,
    'Envoy rejected a value: a field is missing or outside its limits. The message names the field.',
    'Correct the field in the object or EnvoyFilter: meshctl analyze',
    XDS,
  ],
  [
    /no argument for repetition operator|invalid regex|missing closing|regex .*(program size|complexity)|RE2 program size/i,
    'Envoy rejected a regular expression: it is not valid RE2 syntax, or too large (RE2 has no look-around and no back references; * alone is not a pattern).',
    'Correct the regex in the VirtualService, AuthorizationPolicy or EnvoyFilter; for a prefix use prefix',
    'https://github.com/google/re2/wiki/Syntax',
  ],
  [
    /malformed IP address/i,
    'Envoy got a host name where it needs an IP address: the cluster has type STATIC or EDS and an endpoint that is a name (a ServiceEntry with resolution STATIC, a static configuration).',
    'Use resolution DNS in the ServiceEntry (type STRICT_DNS), or give the address',
    XDS,
  ],
  [
    /Invalid path: |Failed to load .* from \S+: No such file|unable to read file: /i,
    'Envoy rejected a configuration that names a file it cannot read: a certificate, a key or a Wasm module that is not in the proxy container (not mounted).',
    'Mount the file (sidecar.istio.io/userVolumeMount), or use credentialName: meshctl proxy-config secret POD',
    XDS,
  ],
  [
    /v2 xDS major version is (deprecated|not supported)|support for v2 will be removed|Rejecting binary compatible unknown|envoy\.api\.v2\.\S+ .*(deprecated|removed|no longer)/i,
    'Envoy refuses configuration in the v2 API: it was removed in Envoy 1.19 (off by default since 1.17). The bootstrap, an EnvoyFilter or the control plane is older than the proxy.',
    'Upgrade the control plane or rewrite the configuration in v3 (envoy.config.*.v3, typed_config)',
    'https://www.envoyproxy.io/docs/envoy/latest/faq/api/transition',
  ],
  [
    /JWT token verification completed with: (?!OK)|jwt_authn.*(verification|failed)/i,
    'A RequestAuthentication checked a token and refused it; the text after it is the reason (issuer not configured: no rule has the iss of the token).',
    'Compare issuer, audiences and jwksUri in the RequestAuthentication with the token: meshctl describe pod POD',
    'https://istio.io/latest/docs/reference/config/security/request_authentication/',
  ],
  [
    /cannot bind.*(Address already in use|address already in use|Permission denied|Cannot assign|Read-only file system|Operation not permitted)/i,
    'Envoy cannot open a listener: the port is already taken in the pod, the address does not exist there, the port is below 1024 and the proxy may not bind it, or the container may not use the network as it needs (read-only, seccomp).',
    'meshctl ports POD: meshctl explain MCT1508',
    LISTENERS,
  ],
  [
    /Didn't find a registered implementation for|could not find .* factory|Unable to (parse JSON as proto|find) .*(type\.googleapis|unknown|@type)|type URL .* unable to|Unable to unpack as|no such field: /i,
    'This Envoy does not know an extension or field in its configuration: an EnvoyFilter for another release, or a proxy older than istiod.',
    'meshctl version -o wide, and look for EnvoyFilters',
    XDS,
  ],
  [
    /filter chain match rules require TLS Inspector listener filter/i,
    'Envoy rejected a listener: its filter chains match on TLS and the TLS Inspector is missing. A conflict of HTTP and TCP ports, or an EnvoyFilter.',
    'meshctl proxy-config listener POD: meshctl explain MCT1902',
    LISTENERS,
  ],
  [
    /multiple filter chains with (the same|overlapping) match|has the same matching rules defined as/i,
    'Envoy rejected a listener: two filter chains match the same connections, often two Gateways or Services with the same port and host.',
    'meshctl proxy-config listener POD: meshctl explain IST0145',
    LISTENERS,
  ],
  [
    /duplicate (listener|cluster|address)|has duplicate address|same address/i,
    'Two resources have the same address or name; Envoy accepts only one.',
    'meshctl proxy-config listener POD',
    LISTENERS,
  ],
  [
    /gRPC config.*(Listener|LDS).*rejected|lds: (add\/update )?.*(fail|reject)|(Error|error) adding\/updating listener\(s\)|listener '?[^']*'?: .*(fail|error)/i,
    'Envoy rejected a listener (LDS NACK) and keeps the previous configuration. The text behind the name is the reason: often an EnvoyFilter, two listeners on one address, or TLS settings that do not fit.',
    'meshctl proxy-config listener POD   # rejected listeners; then meshctl explain MCT1902',
    XDS,
  ],
  [
    /gRPC config.*(Cluster|CDS).*rejected|(Error|error) adding\/updating cluster\(s\)|cds: (add\/update )?.*(fail|reject)/i,
    'Envoy rejected a cluster (CDS NACK) and keeps the previous configuration. The text behind the name is the reason, often an EnvoyFilter or DestinationRule.',
    'meshctl proxy-status POD: meshctl explain MCT1902',
    XDS,
  ],
  [
    /gRPC config.*(RouteConfiguration|RDS).*rejected|Only unique values for domains are permitted|Only a single wildcard domain is permitted/i,
    'Envoy rejected a route configuration (RDS NACK): often two virtual hosts with the same domain, from two VirtualServices or Gateways for one host.',
    'Find the duplicate host: meshctl explain IST0109',
    XDS,
  ],
  [
    /gRPC config.*(ClusterLoadAssignment|EDS).*rejected/i,
    'Envoy rejected endpoints (EDS NACK).',
    'meshctl proxy-status POD: meshctl explain MCT1902',
    XDS,
  ],
  [
    /gRPC config.*(Secret|SDS).*rejected|(Failed|failed) to load (certificate chain|private key|incomplete certificate|trusted CA)|invalid or (wrong )?private key|key values mismatch|KEY_VALUES_MISMATCH/i,
    'Envoy rejected a certificate: the certificate and the key do not belong together, or one of them cannot be read. The listener that needs it is not opened.',
    'meshctl proxy-config secret POD; correct the Secret',
    XDS,
  ],
  [
    /gRPC config.*rejected|Update rejected|rejected: Error adding/i,
    'Envoy rejected a piece of configuration (NACK) and keeps the previous one; the text after it is the reason.',
    'meshctl proxy-status POD: meshctl explain MCT1902',
    XDS,
  ],
  [
    /config stream.*closed.*(received prior goaway: code: NO_ERROR|max_age)/i,
    'The stream to the control plane was closed in order (GOAWAY, NO_ERROR) and opens again: istiod closes each after about 30 minutes and when it stops, so that connections move to other replicas.',
    'Nothing is wrong unless it repeats every few seconds.',
    XDS,
  ],
  [
    /config stream.*(closed|error).*: 14|gRPC config stream.*(closed|error).*(14|upstream connect error|connection (refused|failure|timeout|error)|unavailable)|unable to establish new stream/i,
    'Envoy has no connection to its control plane (istiod in Istio; gRPC 14, unavailable): it is down or restarting, DNS fails, or the port is blocked. Envoy keeps its configuration and reconnects; without ever having connected it stays unready.',
    'meshctl proxy-status, and meshctl check POD (see meshctl explain MCT1904)',
    XDS,
  ],
  [
    /config stream.*closed.*: 16|config stream.*closed.*[Uu]nauthenticated/,
    'The control plane (istiod in Istio) does not accept the identity of the proxy (gRPC 16): its token or certificate is expired or of another cluster.',
    'meshctl proxy-config secret POD',
    XDS,
  ],
  [
    /config stream.*closed.*: 7|config stream.*closed.*[Pp]ermission/,
    'istiod refuses this identity (gRPC 7).',
    'meshctl explain PermissionDenied',
    XDS,
  ],
  [
    /config stream.*closed.*: (0|13)\b|config stream.*closed.*(transport is closing|stream terminated|connection_termination)/i,
    'The stream to istiod was closed and opens again: istiod does so every 30 minutes, when it restarts, and when it moves connections to other replicas.',
    'Nothing is wrong unless it repeats every few seconds.',
    XDS,
  ],
  [
    /config stream.*closed/i,
    'The stream to the control plane (istiod in Istio) was closed; the number is the gRPC status. Envoy reconnects.',
    'meshctl explain Unavailable Unauthenticated Internal',
    XDS,
  ],
  [
    /wasm.*(failed|fail|error|cannot|unable)|Failed to (load|fetch|instantiate) Wasm|Plugin .* VM/i,
    'A Wasm extension could not be fetched or started. Depending on failStrategy the requests fail (FAIL_CLOSE) or pass.',
    'Check the URL and pull secret of the WasmPlugin: meshctl proxy-config ecds POD',
    WASM,
  ],
  [
    /caught (Segmentation fault|Aborted|SIGSEGV)|Caught .*, suspect faulting address|Backtrace \(use tools/i,
    'Envoy crashed.',
    'Keep the backtrace and the version (meshctl server-info POD) for a bug report: meshctl explain MCT1906',
    'https://www.envoyproxy.io/docs/envoy/latest/',
  ],
  [
    /shutting down parent after drain|hot restart|all dependencies initialized. starting workers|starting main dispatch loop|initializing epoch/i,
    'Envoy starts; "all dependencies initialized. starting workers" means that it now accepts traffic.',
    'Nothing is wrong.',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/init',
  ],
  [
    /StreamListeners|StreamAggregatedResources gRPC config stream/i,
    'The stream to the control plane changed its state.',
    'meshctl proxy-status POD',
    XDS,
  ],
  [
    /(Using deprecated option|Deprecated field|deprecated field)/i,
    'A field of the configuration is deprecated in this Envoy.',
    'Nothing is wrong now; look at EnvoyFilters before an upgrade.',
    XDS,
  ],
  [
    /jwks.*(failed|fail|error)|Jwks (remote fetch|doesn't have)|fetching jwks/i,
    'The keys of a RequestAuthentication could not be fetched: every token is rejected with 401.',
    'Check that jwksUri is reachable from istiod or the proxy.',
    'https://istio.io/latest/docs/reference/config/security/request_authentication/',
  ],
  [
    /std::bad_alloc|out of memory|OOM/i,
    'Envoy ran out of memory and ends.',
    'Raise the memory limit of istio-proxy, or reduce its configuration with a Sidecar object: meshctl explain MCT1906',
    'https://istio.io/latest/docs/ops/deployment/performance-and-scalability/',
  ],
  [
    /error initializing configuration|Unable to parse JSON|Protobuf message .* (failed|reason)|malformed IP address/i,
    'Envoy cannot start with its bootstrap configuration; the text after it names the field. In old releases a host name that does not resolve (statsd, zipkin) does this.',
    'meshctl proxy-config bootstrap POD, and the proxy settings in mesh config and annotations',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/bootstrap',
  ],
  [
    /overload action .* (active|became active)|envoy\.overload_actions/i,
    'The overload manager became active: Envoy is short of memory or connections.',
    'meshctl explain OM',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/overload_manager/overload_manager',
  ],
  [
    /there is no global limit to the number of accepted downstream connections/i,
    'A remark of Envoy at start; harmless in a sidecar.',
    'Nothing is wrong.',
    LISTENERS,
  ],
]
