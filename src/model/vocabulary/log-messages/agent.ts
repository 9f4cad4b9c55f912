import type {LogMessage} from './message.js'

const STATUS = 'istio/istio pilot/cmd/pilot-agent/status/ready'
const SDS = 'istio/istio security/pkg/nodeagent'
const XDS = 'istio/istio pkg/istio-agent'
const REQS = 'https://istio.io/latest/docs/ops/deployment/application-requirements/'

/** The answer of a server without Istio's CA, which the agent passes on to Envoy: both log it. */
export const NO_CERTIFICATE_SERVICE: LogMessage = [
  /(?:unknown service|Unimplemented).*IstioCertificateService/i,
  'The server that the agent asks for certificates does not serve Istio’s certificate service: CA_ADDR points to an istiod whose CA is off (ENABLE_CA_SERVER=false, as with istio-csr), or to another server. Without a certificate the proxy stays unready.',
  'Set global.caAddress (CA_ADDR of the sidecar) to the CA, such as cert-manager-istio-csr.cert-manager.svc:443, or turn on the CA of istiod; then restart the pod',
  SDS,
]

/** Messages of pilot-agent, the first process of the container istio-proxy. */
export const AGENT_MESSAGES: readonly LogMessage[] = [
  [
    /(?:cannot|could not) fetch Wasm (?:module|binary|OCI image|image)|error in converting the wasm config to local/i,
    'The agent could not fetch the code of a WasmPlugin from its registry or server; the end of the line says why: UNAUTHORIZED or DENIED is a missing or wrong imagePullSecret, MANIFEST_UNKNOWN a wrong tag, no such host or a timeout the network. With FAIL_CLOSE requests fail until it is there.',
    'Check url, imagePullSecret (a Secret in the namespace of the WasmPlugin) and the way to the registry; meshctl proxy-config ecds POD',
    'https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/',
  ],
  NO_CERTIFICATE_SERVICE,
  [
    /ca request failed, starting attempt/i,
    'The agent repeats its request for a certificate: istiod (or the CA at CA_ADDR) did not answer on 15012, or refused. The lines after it name the reason; until it succeeds there is no mTLS and the proxy stays unready.',
    'meshctl check POD   # MCT1904, MCT1905: reach of istiod, token and certificate',
    SDS,
  ],
  [
    /NOT ready: config not (fully )?received.*lds updates: \d+ successful, [1-9]/i,
    'The sidecar is not ready because Envoy rejected listeners (LDS): istiod is reached, but its listener configuration was refused (NACK). The reason is in the log of Envoy or istiod.',
    'kubectl logs POD -c istio-proxy | grep -i rejected, and meshctl proxy-status POD: meshctl explain MCT1902',
    STATUS,
  ],
  [
    /NOT ready: config not (fully )?received.*cds updates: \d+ successful, [1-9]/i,
    'The sidecar is not ready because Envoy rejected clusters (CDS): istiod is reached, but its cluster configuration was refused (NACK). The reason is in the log of Envoy or istiod.',
    'kubectl logs POD -c istio-proxy | grep -i rejected, and meshctl proxy-status POD: meshctl explain MCT1902',
    STATUS,
  ],
  [
    /NOT ready: config not (fully )?received.*cds updates: 0 successful, 0 rejected/i,
    'The sidecar is not ready because it has received no configuration from istiod: the connection to istiod (port 15012) does not work, or istiod does not answer: wrong discoveryAddress, DNS, a NetworkPolicy, an invalid token, or istiod is down.',
    'meshctl check POD, and kubectl logs POD -c istio-proxy for the connection error: meshctl explain MCT1904',
    STATUS,
  ],
  [
    /NOT ready: config not (fully )?received.*cds updates: [1-9]\d* successful, 0 rejected; lds updates: 0 successful, 0 rejected/i,
    'The sidecar is not ready because clusters arrived (CDS) and listeners did not (LDS): Envoy waits until its clusters are warm (endpoints or certificates are missing), or istiod stopped in between.',
    'meshctl proxy-config secret POD, and meshctl server-info POD',
    STATUS,
  ],
  [
    /NOT ready: config not (fully )?received/i,
    'The sidecar is not ready because it has not received its configuration from istiod.',
    'meshctl proxy-status POD (see meshctl explain MCT1904)',
    STATUS,
  ],
  [
    /NOT ready: server is not live, current state is: (\w+)/i,
    'The sidecar is not ready because Envoy is not live: it is still initializing (waits for clusters, endpoints or certificates) or already draining.',
    'meshctl server-info POD, and meshctl proxy-config secret POD',
    STATUS,
  ],
  [
    /NOT ready: (failed to get (server info|readiness stats)|.*connect: connection refused)/i,
    "The sidecar is not ready because Envoy's admin port (15000) does not answer: Envoy has not started, or has crashed.",
    'kubectl logs POD -c istio-proxy --previous',
    STATUS,
  ],
  [
    /NOT ready: workers have not yet started/i,
    'Envoy has its configuration and its worker threads have not started yet; normal for a moment.',
    'meshctl server-info POD',
    STATUS,
  ],
  [
    /Envoy proxy is ready/i,
    'The sidecar is ready: Envoy has its configuration and accepts traffic.',
    'Nothing is wrong.',
    STATUS,
  ],
  [
    /missing listener for inbound application port/i,
    'The sidecar is not ready because Envoy has no inbound listener for a port that the pod declares (Istio 1.0 to 1.3 waits for one per containerPort): Pilot has not sent it, because no Service selects the pod with that targetPort, or the proxy is behind.',
    'Compare the ports of the Service with the containerPort; or set readiness.status.sidecar.istio.io/applicationPorts: meshctl proxy-status POD',
    STATUS,
  ],
  [
    /Envoy proxy is NOT ready/i,
    'The sidecar is not ready; the text after it is the reason.',
    'meshctl check POD',
    STATUS,
  ],
  [
    /(create certificate|failed to (warm certificate|generate (workload certificate|secret for proxy|secret))|CSR|certificate signing).*(code = Unauthenticated|authenticat(e|ion) failure)/i,
    'The proxy gets no certificate: istiod (its CA) does not accept the service account token the proxy presents. The token has expired, has another audience, comes from another cluster, or its pod or service account was deleted. The connection itself works.',
    'Check that the projected token istio-token is mounted and valid (VM: renew it), and that istiod knows the cluster: meshctl check POD',
    SDS,
  ],
  [
    /(create certificate|failed to (warm certificate|generate (workload certificate|secret for proxy|secret))|CSR|certificate signing).*code = PermissionDenied/i,
    'The proxy gets no certificate: istiod (its CA) does not allow this identity for the token: another service account or namespace than the proxy claims, or ztunnel without the right to impersonate.',
    'Compare the service account of the pod with the identity in the message.',
    SDS,
  ],
  [
    /(create certificate|failed to (warm certificate|generate (workload certificate|secret for proxy|secret))|CSR|certificate signing).*(code = Unavailable|connection (refused|error|reset)|i\/o timeout|context deadline exceeded|no such host)/i,
    'The proxy gets no certificate because istiod (its CA, port 15012) cannot be reached: istiod is down, its address is wrong, DNS fails, or a NetworkPolicy or firewall blocks the port.',
    'meshctl check POD, and kubectl get pods -n istio-system: meshctl explain MCT1904',
    SDS,
  ],
  [
    /(create certificate|failed to (warm certificate|generate (workload certificate|secret for proxy|secret))|CSR|certificate signing).*(x509|unknown authority)/i,
    "The proxy gets no certificate: it does not trust istiod's certificate. The root CA changed, or the ConfigMap istio-ca-root-cert of the namespace is stale.",
    'meshctl proxy-config rootca-compare POD OTHER; recreate the pod once the ConfigMap is right',
    SDS,
  ],
  [
    /failed to (warm certificate|generate (workload certificate|secret for proxy|secret))/i,
    'The proxy could not obtain its certificate from istiod; the text after it is the reason. Without it Envoy stays unready.',
    'meshctl proxy-config secret POD',
    SDS,
  ],
  [
    /failed load server cert\/key pair from secret|server cert or private key is empty|(secret|Secret) \S+ (does not contain|is missing) .{0,40}(tls\.|cert|key)/,
    'A Secret that a Gateway names holds no server certificate or key under the names Istio reads (tls.crt and tls.key, or cert and key), or they are empty: the server of the Gateway has no certificate and refuses TLS.',
    'kubectl get secret NAME -n NAMESPACE of the gateway: its keys; recreate it with kubectl create secret tls',
    'https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/',
  ],
  [
    /(istio-token|tokens\/istio-token|JWTPath).{0,500}(no such file|not exist|does not exist)|failed to fetch token from file/i,
    'The service account token istio-token is not mounted in the pod: the proxy cannot prove who it is to istiod. The pod was injected with other settings (jwtPolicy), or its volumes were changed.',
    'meshctl explain MCT1008',
    SDS,
  ],
  [
    /(config stream|stream|discovery request|DeltaAggregatedResources|StreamAggregatedResources).*(closed|terminated|failed|error)?.*(code = Unauthenticated|Unauthenticated, authentication failure|closed: 16)/i,
    'istiod does not accept the identity of the proxy: its token or certificate is expired or of another cluster.',
    'meshctl proxy-config secret POD, and check the clock and the token',
    XDS,
  ],
  [
    /failed to connect to upstream .*istiod|upstream .*(15012|15010).*(refused|timeout|deadline|no such host)|failed to create (upstream )?(grpc|GRPC|xds) .*(connection|client)/i,
    'The agent cannot connect to istiod: it is down, the address is wrong, DNS fails, or a NetworkPolicy or firewall blocks port 15012.',
    'meshctl check POD: meshctl explain MCT1904',
    XDS,
  ],
  [
    /lookup istiod\S*.*(no such host|server misbehaving|i\/o timeout)|(istio-pilot|istiod)\S*: no such host/i,
    "The name of istiod cannot be resolved: discoveryAddress names a Service that does not exist, or the pod's DNS does not work.",
    'meshctl explain MCT1903',
    XDS,
  ],
  [
    /dial tcp \S+:15012: (connect: )?connection refused/i,
    'istiod refuses connections on 15012: it is not running or not ready.',
    'kubectl get pods -n istio-system',
    XDS,
  ],
  [
    /dial tcp \S+:15012: i\/o timeout/i,
    'Packets to istiod (port 15012) are dropped: a NetworkPolicy, a firewall, or a broken pod network.',
    'meshctl explain MCT1604',
    XDS,
  ],
  [/connected to (upstream|delta upstream) XDS server/i, 'The agent is connected to istiod.', 'Nothing is wrong.', XDS],
  [
    /(no healthy upstream|connection error).*xds-grpc|xds-grpc.*(no healthy upstream|connection (refused|error))/i,
    'Envoy cannot reach its agent or istiod.',
    'meshctl proxy-status POD',
    XDS,
  ],
  [
    /Envoy (exited|process exited|terminated) with (error|signal|exit code)|Epoch \d+ (exited|terminated) with (an )?error|Aborted all epochs|exited with error.*(signal: killed)/i,
    'Envoy ended unexpectedly. "signal: killed" is the kernel or the kubelet for lack of memory; another signal is a crash; exit status 1 is a configuration it cannot start with.',
    'kubectl describe pod POD (Last State), and kubectl logs POD -c istio-proxy --previous: meshctl explain MCT1906',
    'istio/istio pkg/envoy',
  ],
  [
    /Epoch \d+ (starting|set retry)|Received new config, creating new Envoy epoch/i,
    'The agent starts Envoy; every further epoch is a restart.',
    'Nothing is wrong for epoch 0.',
    'istio/istio pkg/envoy',
  ],
  [
    /(Status server has successfully terminated|Agent draining Proxy|Graceful termination period|Aborting proxy|Agent draining proxy)/i,
    'The pod is being stopped: the agent drains Envoy and ends it.',
    'meshctl explain MCT1419',
    'istio/istio pkg/envoy',
  ],
  [
    /There are no more active connections. terminating proxy|checking for active connections|There are still \d+ active connections/i,
    'The pod is being stopped: the agent waits for open connections (EXIT_ON_ZERO_ACTIVE_CONNECTIONS).',
    'meshctl explain EXIT_ON_ZERO_ACTIVE_CONNECTIONS',
    'istio/istio pkg/envoy',
  ],
  [
    /(Request to probe app failed|prober.*(connection refused|refused)|probe app failed)/i,
    "The kubelet's probe reached the agent, and the agent could not reach the application: it is not listening yet, or on another port.",
    'meshctl explain MCT1411',
    REQS,
  ],
  [
    /failed (scraping|to scrape) (application|envoy|app) metrics|failed scraping/i,
    'The agent could not collect metrics from the application: the port in prometheus.io/port does not answer, or answers with TLS.',
    'Correct prometheus.io/port and prometheus.io/path, or set prometheus.istio.io/merge-metrics: "false".',
    'https://istio.io/latest/docs/ops/integrations/prometheus/',
  ],
  [
    /bind: address already in use.*150\d\d|listen tcp :?(15\d\d\d): bind: address already in use|error.*:15\d{3}: bind/i,
    'A port the sidecar needs is already taken in the pod, usually by the application.',
    'meshctl explain MCT1508',
    REQS,
  ],
  [
    /Proxy role.*Type:sidecar|Proxy role: &model\.Proxy|Effective config:|FLAG: --/i,
    'The agent prints its settings at start.',
    'Nothing is wrong.',
    'https://istio.io/latest/docs/reference/commands/pilot-agent/',
  ],
  [
    /SDS server for workload certificates started|Starting gateway SDS|cache\s+generated new workload certificate|Root cert has changed/i,
    'The agent serves certificates to Envoy and has obtained a new one.',
    'Nothing is wrong.',
    SDS,
  ],
  [
    /failed to (load|read) root cert|root-cert\.pem: no such file|istio-ca-root-cert.* not found/i,
    'The root certificate of istiod is not mounted: the ConfigMap istio-ca-root-cert is missing in the namespace.',
    'kubectl get configmap istio-ca-root-cert -n NAMESPACE; istiod creates it',
    SDS,
  ],
  [
    /failed to (list|get) .*ADDITIONAL|resource:ROOTCA .*(failed|error)|resource:default .*(failed|error)/i,
    'A certificate that Envoy asked for could not be delivered.',
    'meshctl proxy-config secret POD',
    SDS,
  ],
  [
    /DNS (proxy|server).*(timeout|failed|error)|upstream dns.*(timeout|failed)/i,
    "The DNS proxy of the agent could not ask the pod's resolver.",
    'meshctl explain MCT1313',
    'https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/',
  ],
]
