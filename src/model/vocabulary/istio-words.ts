import type {Vocabulary} from './entry.js'

const GLOSSARY = 'https://istio.io/latest/docs/reference/glossary/'
const XDS = 'https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol'
const SECURITY = 'https://istio.io/latest/docs/concepts/security/'
const ISTIOD = 'https://istio.io/latest/blog/2020/istiod/'
const EGRESS = 'https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/'
const INJECT = 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/'

/** Words of security, egress, installation and Kubernetes that mesh problems are described with. */
export const MESH_WORDS: Vocabulary = {
  RBAC: [
    'Role-based access control. "RBAC: access denied" (403) in a response means that an AuthorizationPolicy denied the request; for TCP the connection is closed. In kubectl messages it is Kubernetes\' own RBAC.',
    'meshctl explain rbac_access_denied_matched_policy',
    SECURITY,
  ],
  AuthorizationPolicy: [
    'Says who may call a workload. CUSTOM is asked first, then DENY, then ALLOW; when any ALLOW policy selects the workload, what none of them matches is denied.',
    'meshctl describe pod POD',
    SECURITY,
  ],
  PeerAuthentication: [
    'Says whether a workload accepts plaintext: STRICT, PERMISSIVE or DISABLE, for the mesh, a namespace, a workload or a port.',
    'meshctl describe pod POD',
    SECURITY,
  ],
  RequestAuthentication: [
    'Says which JWTs are valid. A request without a token passes; only an AuthorizationPolicy can require one.',
    'meshctl explain 401',
    SECURITY,
  ],
  SPIFFE: [
    'The form of identities in the mesh: spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT, in the certificate of each workload. In AuthorizationPolicies it is written without spiffe://.',
    'meshctl proxy-config secret POD -o wide',
    SECURITY,
  ],
  'auto mTLS': [
    'Clients use mTLS exactly when the destination has a sidecar, unless a DestinationRule says otherwise.',
    'meshctl describe pod POD',
    SECURITY,
  ],
  ISTIO_MUTUAL: [
    'TLS mode of a DestinationRule: mTLS with the certificates of the mesh. Fails against a server without sidecar.',
    'meshctl describe pod POD',
    SECURITY,
  ],
  DISABLE: [
    'As mTLS mode: plaintext only. In a DestinationRule the client sends plaintext, which a STRICT server refuses.',
    'meshctl describe pod POD',
    SECURITY,
  ],
  REGISTRY_ONLY: [
    'outboundTrafficPolicy: only hosts in the service registry (Services and ServiceEntries) can be reached. Other HTTP gets 502 (block_all), other TCP is reset (BlackHoleCluster).',
    'meshctl explain BlackHoleCluster',
    EGRESS,
  ],
  ALLOW_ANY: [
    'outboundTrafficPolicy, the default: unknown destinations are passed through (PassthroughCluster).',
    'meshctl explain PassthroughCluster',
    EGRESS,
  ],
  NET_ADMIN: [
    'The Linux capability istio-init needs (with NET_RAW) to write iptables rules in the pod. With the CNI plugin pods do not need it.',
    'meshctl check -f FILE',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  NET_RAW: [
    'The Linux capability istio-init needs in addition to NET_ADMIN.',
    'meshctl explain NET_ADMIN',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  'istio-init': [
    'The init container that writes the iptables rules of a pod; absent when the CNI plugin does it.',
    'meshctl iptables POD',
    INJECT,
  ],
  'istio-validation': [
    "The init container that checks, with the CNI plugin, that the pod's traffic is captured; it fails when the rules are missing.",
    'meshctl explain MCT1422',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  'istio-cni': [
    'The CNI plugin and node agent that write the rules of pods in place of istio-init; in ambient mode it also hands pods to ztunnel.',
    'meshctl check POD',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  envoy: [
    'The proxy in every sidecar, gateway and waypoint.',
    'meshctl proxy-config all POD',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/what_is_envoy',
  ],
  'pilot-agent': [
    'The first process of istio-proxy: it starts Envoy, obtains its certificates, proxies xDS to istiod, answers probes and DNS.',
    'kubectl logs POD -c istio-proxy',
    'https://istio.io/latest/docs/reference/commands/pilot-agent/',
  ],
  VirtualService: [
    'Routes of a host: matches, weights, retries, timeouts, faults.',
    'meshctl proxy-config route POD',
    GLOSSARY,
  ],
  DestinationRule: [
    'What applies to calls after routing: subsets, load balancing, connection pools, outlier detection, client TLS.',
    'meshctl proxy-config cluster POD -o wide',
    GLOSSARY,
  ],
  Gateway: [
    'Ports and TLS of a gateway proxy. networking.istio.io/Gateway selects pods by labels; gateway.networking.k8s.io/Gateway creates them.',
    'meshctl proxy-config listener POD',
    GLOSSARY,
  ],
  ServiceEntry: [
    'Adds a host to the service registry that is not a Kubernetes Service.',
    'meshctl proxy-config cluster POD --fqdn HOST',
    GLOSSARY,
  ],
  Sidecar: [
    'The object that limits which services a proxy gets configuration for and which ports it accepts.',
    'meshctl describe pod POD',
    GLOSSARY,
  ],
  'outlier detection': [
    'Endpoints that fail repeatedly are ejected for a time.',
    'meshctl proxy-config endpoint POD',
    GLOSSARY,
  ],
  holdApplicationUntilProxyStarts: [
    'Starts the application only when the proxy is ready, so that its first calls do not fail.',
    'meshctl explain MCT1416',
    INJECT,
  ],
  'trust domain': [
    'The root of identities in a mesh (cluster.local by default). Two meshes with different ones need aliases or federation.',
    'meshctl proxy-config secret POD -o wide',
    SECURITY,
  ],
  EXIT_ON_ZERO_ACTIVE_CONNECTIONS: [
    'The agent ends Envoy on shutdown as soon as no connection is left.',
    'meshctl explain MCT1419',
    'https://istio.io/latest/docs/reference/commands/pilot-agent/',
  ],
  localhost: [
    'Loopback. An application that listens only here is not reached through the mesh since Istio 1.10.',
    'meshctl explain MCT1501',
    'https://istio.io/latest/docs/ops/deployment/application-requirements/',
  ],
}

/** Words of old releases, and what happened to each. */
export const OLD_ISTIO: Vocabulary = {
  Mixer: [
    'Policy checks and telemetry of Istio before 1.8 (istio-policy, istio-telemetry, port 9091). Removed: Envoy itself reports metrics (Telemetry API), and policy is AuthorizationPolicy, EnvoyFilter or Wasm.',
    'Replace handler, instance and rule objects with Telemetry and AuthorizationPolicy.',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  'istio-policy': [
    'The Deployment of Mixer for policy checks before Istio 1.8.',
    'meshctl explain Mixer',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  'istio-telemetry': [
    'The Deployment of Mixer for telemetry before Istio 1.8.',
    'meshctl explain Mixer',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  handler: [
    'Object of Mixer (before Istio 1.8): an adapter, such as prometheus, with its settings. It has no effect since.',
    'meshctl explain Mixer',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  instance: [
    'Object of Mixer (before Istio 1.8): which attributes of a request an adapter gets. It has no effect since.',
    'meshctl explain Mixer',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  disablePolicyChecks: [
    'Setting of the mesh before Istio 1.8: false let the proxies ask Mixer about each request. It has no effect since.',
    'meshctl explain Mixer',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/',
  ],
  Citadel: [
    'The certificate authority of Istio before 1.5 (istio-citadel, istio-ca). Part of istiod since 1.5.',
    'meshctl explain istiod',
    ISTIOD,
  ],
  Galley: [
    'Validation and distribution of configuration before 1.5. Part of istiod since 1.5.',
    'meshctl explain istiod',
    ISTIOD,
  ],
  Pilot: [
    'The component that configures the proxies; a process of its own (istio-pilot, discovery) before 1.5, part of istiod since. The name lives on in pilot-agent and PILOT_ variables.',
    'meshctl proxy-status',
    ISTIOD,
  ],
  'istio-pilot': ['The Deployment of Pilot before Istio 1.5; istiod since.', 'meshctl explain Pilot', ISTIOD],
  'sidecar-injector': [
    'The injection webhook of Istio before 1.5 (istio-sidecar-injector). Part of istiod since 1.5.',
    'meshctl check-inject POD',
    ISTIOD,
  ],
  'istio-ca': [
    'The Deployment of the certificate authority before Istio 1.0, later istio-citadel; part of istiod since 1.5.',
    'meshctl explain Citadel',
    ISTIOD,
  ],
  nodeagent: [
    'The DaemonSet that obtained certificates for proxies (SDS) in Istio 1.1 to 1.4. Part of pilot-agent since 1.5.',
    'meshctl explain pilot-agent',
    ISTIOD,
  ],
  'statsd-prom-bridge': [
    'Turned statsd metrics of Envoy into Prometheus metrics in Istio 0.x and 1.0. Removed: Envoy serves them itself (15090).',
    'meshctl explain 15090',
    ISTIOD,
  ],
  'node agent': [
    'Obtained certificates for proxies (istio-nodeagent, SDS) in Istio 1.1 to 1.4. Part of pilot-agent since 1.5.',
    'meshctl explain pilot-agent',
    ISTIOD,
  ],
  MeshPolicy: [
    'mTLS for the whole mesh before 1.6 (authentication.istio.io/v1alpha1). Replaced by PeerAuthentication in the root namespace; ignored since 1.6.',
    'meshctl explain PeerAuthentication',
    'https://istio.io/latest/news/releases/1.5.x/announcing-1.5/upgrade-notes/',
  ],
  Policy: [
    'Authentication policy before 1.6 (authentication.istio.io/v1alpha1). Replaced by PeerAuthentication and RequestAuthentication; ignored since 1.6.',
    'meshctl explain PeerAuthentication',
    'https://istio.io/latest/news/releases/1.5.x/announcing-1.5/upgrade-notes/',
  ],
  RbacConfig: [
    'Switched authorization on before 1.6 (rbac.istio.io/v1alpha1). Replaced by AuthorizationPolicy; ignored since 1.6.',
    'meshctl explain AuthorizationPolicy',
    'https://istio.io/latest/news/releases/1.4.x/announcing-1.4/',
  ],
  ClusterRbacConfig: [
    'Switched authorization on for the mesh before 1.6 (rbac.istio.io/v1alpha1). Replaced by AuthorizationPolicy; ignored since 1.6.',
    'meshctl explain AuthorizationPolicy',
    'https://istio.io/latest/news/releases/1.4.x/announcing-1.4/',
  ],
  ServiceRole: [
    'A set of permissions before 1.6 (rbac.istio.io/v1alpha1). Replaced by AuthorizationPolicy; ignored since 1.6.',
    'meshctl explain AuthorizationPolicy',
    'https://istio.io/latest/news/releases/1.4.x/announcing-1.4/',
  ],
  ServiceRoleBinding: [
    'Gave a ServiceRole to users before 1.6. Replaced by AuthorizationPolicy; ignored since 1.6.',
    'meshctl explain AuthorizationPolicy',
    'https://istio.io/latest/news/releases/1.4.x/announcing-1.4/',
  ],
  RouteRule: [
    'Routes before Istio 1.0 (config.istio.io/v1alpha2). Replaced by VirtualService.',
    'meshctl explain VirtualService',
    'https://istio.io/latest/blog/2018/v1alpha3-routing/',
  ],
  DestinationPolicy: [
    'Policies of a destination before Istio 1.0. Replaced by DestinationRule.',
    'meshctl explain DestinationRule',
    'https://istio.io/latest/blog/2018/v1alpha3-routing/',
  ],
  EgressRule: [
    'External hosts before Istio 1.0. Replaced by ServiceEntry.',
    'meshctl explain ServiceEntry',
    'https://istio.io/latest/blog/2018/v1alpha3-routing/',
  ],
  proxy_init: [
    'The image that wrote the iptables rules before Istio 1.4; istio-iptables in the proxy image since.',
    'meshctl explain istio-init',
    'https://istio.io/latest/news/releases/1.4.x/announcing-1.4/',
  ],
  'istioctl authn tls-check': [
    'Compared mTLS of client and server before Istio 1.5. Removed; auto mTLS made it needless.',
    'meshctl describe pod POD   # the mTLS mode of each port',
    'https://istio.io/latest/news/releases/1.5.x/announcing-1.5/change-notes/',
  ],
  IstioOperator: [
    'The installation API. The in-cluster operator was removed in 1.24; the file is still read by istioctl.',
    'istioctl install -f FILE',
    'https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/',
  ],
  'istio-ca-secret': [
    'The Secret with the self-signed root of istiod (or Citadel).',
    'meshctl proxy-config secret POD',
    SECURITY,
  ],
  'v1 API': ['The REST discovery API of Envoy before 2018; Istio 0.8 moved to v2.', 'meshctl explain xDS', XDS],
  'v2 API': [
    'The discovery API of Envoy until 1.17 (Istio 1.8); v3 since. meshctl reads dumps of both.',
    'meshctl explain xDS',
    XDS,
  ],
}
