import type {Vocabulary} from './entry.js'

const TERMS = 'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/intro/terminology'
const DISCOVERY = 'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/service_discovery'
const HEALTH = 'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking'
const HEADERS = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers'
const REF = 'https://istio.io/latest/docs/reference/config/'
const PROTOCOL = 'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/'
const KUBE_WEBHOOKS = 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/'
const IPTABLES = 'https://ipset.netfilter.org/iptables-extensions.man.html'

/** Words of Envoy, of its tables and headers, of Istio's further objects and of netfilter. */
export const ENVOY_WORDS: Vocabulary = {
  EDS: [
    'Cluster type: the endpoints come from istiod (EDS).',
    'meshctl proxy-config endpoint POD --cluster NAME',
    DISCOVERY,
  ],
  STATIC: [
    'Cluster type: the endpoints are written in the configuration.',
    'meshctl proxy-config cluster POD -o wide',
    DISCOVERY,
  ],
  STRICT_DNS: [
    'Cluster type: Envoy resolves the host and uses every address it gets (ServiceEntry with resolution DNS).',
    'meshctl proxy-config endpoint POD --cluster NAME',
    DISCOVERY,
  ],
  LOGICAL_DNS: [
    'Cluster type: Envoy resolves the host and uses one address at a time (ServiceEntry with resolution DNS_ROUND_ROBIN).',
    'meshctl proxy-config endpoint POD --cluster NAME',
    DISCOVERY,
  ],
  ORIGINAL_DST: [
    'Cluster type: the connection goes to the address it was captured from (passthrough, headless Services, inbound).',
    'meshctl proxy-config cluster POD',
    DISCOVERY,
  ],
  useOriginalDst: [
    'A listener that hands each captured connection to the listener of its original destination (15001).',
    'meshctl proxy-config listener POD --port 15001',
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/original_dst_filter',
  ],
  HEALTHY: [
    'Health of an endpoint: requests are sent to it. Without active health checks it means that its pod is ready.',
    'meshctl proxy-config endpoint POD',
    HEALTH,
  ],
  UNHEALTHY: [
    'Health of an endpoint: no requests are sent to it: its pod is not ready, or a health check failed.',
    'meshctl proxy-config endpoint POD --status unhealthy',
    HEALTH,
  ],
  DEGRADED: ['Health of an endpoint: used only when too few are healthy.', 'meshctl proxy-config endpoint POD', HEALTH],
  'outlier check': [
    'FAILED: outlier detection ejected the endpoint for a time because its requests failed.',
    'Look at outlierDetection in the DestinationRule and at the application.',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier',
  ],
  'Non-HTTP/Non-TCP': [
    "istioctl's word for a filter chain that neither routes HTTP nor proxies TCP: usually one that sends everything to BlackHoleCluster.",
    'meshctl explain BlackHoleCluster',
    'https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/',
  ],
  'circuit breaker': [
    'Limits of connections, pending requests and retries to an upstream (connectionPool in a DestinationRule). Beyond them requests fail at once with UO.',
    'meshctl explain UO',
    REF,
  ],
  'panic mode': [
    'When too few endpoints are healthy Envoy uses all of them (50% by default; Istio sets 0 with outlier detection).',
    'meshctl proxy-config endpoint POD',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold',
  ],
  locality: [
    'Region, zone and sub-zone of an endpoint. Locality load balancing prefers near ones; failover needs outlier detection.',
    'meshctl proxy-config endpoint POD -o wide',
    REF,
  ],
  upstream: ['The server side of a proxy: what Envoy connects to.', 'meshctl proxy-config cluster POD', TERMS],
  downstream: ['The client side of a proxy: who connects to Envoy.', 'meshctl proxy-config listener POD', TERMS],
  cluster: [
    'In Envoy a group of endpoints that requests are sent to, one per Service port and subset; not a Kubernetes cluster.',
    'meshctl proxy-config cluster POD',
    TERMS,
  ],
  listener: [
    'An address on which Envoy takes connections, with filter chains that say what to do with them.',
    'meshctl proxy-config listener POD',
    TERMS,
  ],
  'filter chain': [
    'What a listener does with the connections that match it: TLS, filters, routes.',
    'meshctl proxy-config listener POD -o wide',
    TERMS,
  ],
  'virtual host': ['The routes of some host names in a route configuration.', 'meshctl proxy-config route POD', TERMS],
  SNI: [
    'Server name in the TLS handshake: by it gateways and Envoy choose a filter chain before anything is decrypted.',
    'meshctl proxy-config listener POD',
    'https://www.rfc-editor.org/rfc/rfc6066#section-3',
  ],
  ALPN: [
    'Protocol negotiation in the TLS handshake. Sidecars use istio, istio-peer-exchange and istio-http values to recognise each other.',
    'meshctl proxy-config listener POD',
    'https://www.rfc-editor.org/rfc/rfc7301',
  ],
  'istio-peer-exchange': [
    'The ALPN value by which sidecars recognise each other on TCP and exchange metadata.',
    'meshctl proxy-config listener POD --port 15006',
    PROTOCOL,
  ],
  'x-envoy-upstream-service-time': [
    'Milliseconds the upstream took: a proof that the response came through an Envoy.',
    'meshctl explain via_upstream',
    HEADERS,
  ],
  'server: envoy': [
    'The response came through an Envoy: of a gateway or of the client sidecar. istio-envoy is how Istio names it.',
    'meshctl explain x-envoy-upstream-service-time',
    HEADERS,
  ],
  'server: istio-envoy': [
    'The response came through an Envoy of Istio.',
    'meshctl explain x-envoy-upstream-service-time',
    HEADERS,
  ],
  'x-forwarded-client-cert': [
    'The identity of the mTLS client, as the server side sidecar tells it to the application.',
    'meshctl explain SPIFFE',
    HEADERS,
  ],
  'x-request-id': [
    'The id of a request; the same in the access logs of client and server.',
    'Look for it in the access logs of both sides.',
    HEADERS,
  ],
  EnvoyFilter: [
    "Patches Envoy's configuration directly; breaks easily at an upgrade.",
    'meshctl diff POD   # what istiod did not make',
    REF,
  ],
  Telemetry: ['Says which metrics, access logs and traces proxies produce.', 'meshctl explain IST0157', REF],
  WasmPlugin: ['Adds a Wasm filter to proxies; delivered by ECDS.', 'meshctl proxy-config ecds POD', REF],
  WorkloadEntry: [
    'A workload outside Kubernetes (a VM) as an endpoint of a Service or ServiceEntry.',
    'meshctl proxy-config endpoint POD',
    REF,
  ],
  WorkloadGroup: ['The template of WorkloadEntries that VMs register with.', 'meshctl explain WorkloadEntry', REF],
  ProxyConfig: ['Settings of proxies: concurrency, image, environment.', 'meshctl proxy-config bootstrap POD', REF],
  exportTo: [
    'Says in which namespaces an object or Service is visible; elsewhere proxies do not know it.',
    'meshctl explain PassthroughCluster',
    REF,
  ],
  discoverySelectors: [
    'Limits the namespaces istiod watches; Services elsewhere do not exist for the mesh.',
    'kubectl get configmap istio -n istio-system -o yaml',
    REF,
  ],
  mirror: [
    'Sends a copy of the requests to another host and ignores its responses.',
    'meshctl proxy-config route POD -o wide',
    REF,
  ],
  retries: [
    'Istio retries twice by default on connect-failure, refused-stream, unavailable and cancelled; requests that failed otherwise are not repeated.',
    'meshctl proxy-config route POD -o wide',
    REF,
  ],
  jwks: [
    'The public keys that verify tokens; istiod or the proxy fetches them from jwksUri.',
    'meshctl explain jwt_authn_access_denied',
    REF,
  ],
  webhook: [
    "How istiod takes part in the API server's work: it injects sidecars (mutating) and validates objects. The API server calls it on Service istiod:443, pod port 15017.",
    'meshctl explain MCT1208',
    'https://istio.io/latest/docs/ops/configuration/mesh/webhook/',
  ],
  'mutating webhook': [
    'A webhook by which the API server lets others change an object before it is stored: istiod injects the sidecar into pods here (MutatingWebhookConfiguration istio-sidecar-injector).',
    'meshctl check-inject POD',
    'https://istio.io/latest/docs/ops/configuration/mesh/webhook/',
  ],
  'validating webhook': [
    'A webhook by which the API server asks others whether to reject an object: istiod validates Istio objects here (ValidatingWebhookConfiguration istio-validator-istio-system).',
    'meshctl analyze -f FILE   # the same questions, before the object is sent',
    'https://istio.io/latest/docs/ops/configuration/mesh/webhook/',
  ],
  mutating: ['Said of admission webhooks that change objects.', 'meshctl explain "mutating webhook"', KUBE_WEBHOOKS],
  validating: [
    'Said of admission webhooks that accept or reject objects.',
    'meshctl explain "validating webhook"',
    KUBE_WEBHOOKS,
  ],
  etcd: [
    'The store of the API server. Neither istiod nor the proxies talk to it; without it no object can be read or changed, and proxies keep their last configuration.',
    'meshctl proxy-status',
    'https://kubernetes.io/docs/concepts/overview/components/',
  ],
  'kube-apiserver': [
    'The API of Kubernetes. istiod reads Services, pods and Istio objects from it; outside Kubernetes (Docker and Consul, before Istio 1.5) it kept only the Istio objects.',
    'meshctl proxy-status',
    'https://kubernetes.io/docs/concepts/overview/components/',
  ],
  registrator: [
    'A program that registers the containers of a Docker host in Consul; Pilot read services from there (Istio before 1.5 on Docker). A container it does not register has no endpoint in the mesh.',
    'meshctl explain consul',
    'https://gliderlabs.github.io/registrator/latest/',
  ],
  CNI: [
    'Container Network Interface. The plugin istio-cni writes the rules of pods so that they need no NET_ADMIN.',
    'meshctl explain istio-cni',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  PodSecurity: [
    'Levels of what pods may do (privileged, baseline, restricted). istio-init needs privileged; with the CNI plugin restricted is possible.',
    'meshctl explain NET_ADMIN',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  ],
  'east-west gateway': [
    'The gateway between networks of one mesh; it passes mTLS through by SNI on 15443.',
    'meshctl explain 15443',
    'https://istio.io/latest/docs/setup/install/multicluster/',
  ],
  websocket: [
    'Works over HTTP/1.1 upgrade; the Service port must be HTTP, not tcp or http2.',
    'meshctl explain MCT1401',
    PROTOCOL,
  ],
  gRPC: [
    'HTTP/2. The Service port must be named grpc or http2, or it is treated as TCP: no routing, and one connection goes to one pod.',
    'meshctl explain MCT1401',
    PROTOCOL,
  ],
  proxyv2: [
    'The image of istio-proxy: Envoy and pilot-agent.',
    'meshctl version -o wide',
    'https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/',
  ],
  distroless: [
    'The image of istio-proxy without a shell and tools; iptables must be looked at from the node or with --debug-container.',
    'meshctl iptables POD --debug-container',
    'https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/',
  ],
  terminationDrainDuration: [
    'How long the agent lets Envoy drain before it ends it (5 s by default).',
    'meshctl explain MCT1419',
    'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/',
  ],
  ISTIO_META_DNS_CAPTURE: [
    "Proxy setting: the agent answers the pod's DNS queries (port 15053).",
    'meshctl explain MCT1313',
    'https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/',
  ],
  REDIRECT: [
    "Netfilter target, and the default interception mode: the destination port of a connection is rewritten to the proxy's; the application sees 127.0.0.6 as source.",
    'meshctl iptables POD',
    IPTABLES,
  ],
  TPROXY: [
    'Netfilter target and interception mode: inbound connections reach the proxy without rewriting, so the source address is kept. Needs NET_ADMIN in the sidecar.',
    'meshctl iptables POD',
    IPTABLES,
  ],
  DNAT: ['Netfilter target: the destination address and port are rewritten.', 'meshctl iptables POD', IPTABLES],
  conntrack: [
    "The kernel's table of connections. Rules of the nat table see only the first packet of each.",
    'meshctl packet POD --out tcp://10.0.0.1:80',
    IPTABLES,
  ],
  linkerd: [
    'Another service mesh; its proxy listens on 4140 and 4143 and runs as uid 2102. meshctl reads its iptables rules.',
    'meshctl iptables -f FILE',
    'https://linkerd.io/2/reference/iptables/',
  ],
  consul: [
    'A service registry and mesh. Old Istio read services from it (names end in .service.consul).',
    'meshctl iptables -f FILE',
    'https://developer.hashicorp.com/consul/docs/connect',
  ],
  kuma: [
    'Another service mesh on Envoy; its dataplane captures on 15001 and 15006 as well.',
    'meshctl iptables -f FILE',
    'https://kuma.io/docs/',
  ],
}
