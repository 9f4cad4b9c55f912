import type {LogMessage} from './message.js'
import {ZTUNNEL_ERRORS} from './ztunnel-errors.js'

const AMBIENT = 'https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/'
const NETPOL = 'https://istio.io/latest/docs/ambient/usage/networkpolicy/'
const POLICY = 'https://istio.io/latest/docs/ambient/usage/l4-policy/'

/** Messages and access-log errors of ztunnel. */
export const ZTUNNEL_MESSAGES: readonly LogMessage[] = [
  ...ZTUNNEL_ERRORS,
  [
    /failed to connect to the Istio CNI node agent/i,
    'ztunnel cannot reach the CNI agent of its node over its socket: istio-cni-node is not running there (yet). Until it is, ztunnel learns of no pods.',
    'kubectl get pods -n istio-system -l k8s-app=istio-cni-node -o wide',
    AMBIENT,
  ],
  [
    /maybe a NetworkPolicy is blocking HBONE port 15008|(deadline has elapsed|timed out).*15008|15008.*(deadline has elapsed|timed out)/i,
    'The destination pod did not answer on the HBONE port 15008: a NetworkPolicy or firewall blocks it, usually one that allows only the port of the application. All traffic between ambient pods arrives on 15008.',
    'Allow TCP port 15008 in the NetworkPolicy of the destination: meshctl explain MCT1604',
    NETPOL,
  ],
  [
    /allow policies exist, but none allowed|no allow policies matched/i,
    'An AuthorizationPolicy refused the connection: ALLOW policies select the destination and none of them matches. A source without identity (outside the mesh) matches no principal.',
    'meshctl describe pod POD   # of the destination',
    POLICY,
  ],
  [
    /explicitly denied by|policy rejection|denied by (policy|rbac)/i,
    'An AuthorizationPolicy refused the connection; its name is in the message when it is a DENY policy. Policies about HTTP fields are never matched by ztunnel: they need a waypoint.',
    'meshctl describe pod POD   # of the destination; about HTTP fields: meshctl explain MCT1607',
    POLICY,
  ],
  [
    /unknown waypoint/i,
    'The Service or pod uses a waypoint that ztunnel has no address of: no pod of the waypoint is ready, or its Service is gone. Everything sent to it from ambient pods fails.',
    'meshctl waypoint status -n NAMESPACE   # of the destination',
    'https://istio.io/latest/docs/ambient/usage/troubleshoot-waypoint/',
  ],
  [
    /failed to fetch information about local workload/i,
    'ztunnel does not know the pod that sends: it is newer than what istiod last sent. Nothing works in that pod until ztunnel is connected to istiod again.',
    'meshctl proxy-status   # is ztunnel connected?',
    AMBIENT,
  ],
  [
    /unknown (source|workload)|could not find (workload|source)|no (workload|waypoint) (found )?for/i,
    'ztunnel does not know this address: the pod is not in the mesh, was deleted, or istiod has not told ztunnel about it.',
    'Check that istiod and ztunnel are connected: meshctl proxy-status',
    AMBIENT,
  ],
  [
    /no healthy upstream|no endpoints|no valid endpoint|no available endpoint/i,
    'The Service has no endpoint ztunnel may use: no pod is ready, or the pods are of another network or are excluded by publishNotReadyAddresses rules.',
    'kubectl get endpointslices -n NAMESPACE',
    AMBIENT,
  ],
  [
    /http status: (401|403)|HBONE.*(401|403)|bad hbone.*status/i,
    'The destination (ztunnel, waypoint or sidecar) refused the tunnel: an AuthorizationPolicy, or it does not know the workload.',
    'Read the log of ztunnel on the node of the destination.',
    POLICY,
  ],
  [
    /http status: (503|502)/i,
    'The destination side of the tunnel could not reach the workload: nothing listens on the port, or its pod is gone.',
    'meshctl ports POD   # of the destination',
    AMBIENT,
  ],
  [
    /dns error: failed to lookup address information: Name or service not known/i,
    'DNS answers that the name of istiod does not exist: the address ztunnel was given is wrong (another revision or namespace), or the Service is gone.',
    'kubectl get svc -A -l app=istiod; compare with XDS_ADDRESS and CA_ADDRESS of the DaemonSet ztunnel',
    AMBIENT,
  ],
  [
    /dns error: failed to lookup address information/i,
    'DNS does not work for ztunnel: its name server did not answer. The CoreDNS pods are down, a NetworkPolicy blocks port 53, or DNS itself is captured by a mesh that is not up yet.',
    'kubectl get pods -n kube-system -l k8s-app=kube-dns; NetworkPolicies for istio-system',
    AMBIENT,
  ],
  [
    /invalid peer certificate: BadSignature/i,
    'The certificate of the server is signed by another CA key than the root that ztunnel has, under the same name: the CA was recreated, and the root in the ConfigMap istio-ca-root-cert or in the Secret of istiod is of the other one.',
    'Compare the root in the ConfigMap istio-ca-root-cert with the one istiod signs with; then restart istiod and ztunnel',
    AMBIENT,
  ],
  [
    /(tls|certificate).*(UnknownIssuer|invalid peer certificate|certificate unknown|bad certificate|AlertReceived)|identity mismatch/i,
    "The two sides do not trust each other's certificates: different root CAs, trust domains, or another identity than expected.",
    'meshctl proxy-config rootca-compare, and compare the trust domains',
    AMBIENT,
  ],
  [
    /(failed to (fetch|get)|unable to).*certificate|CSR.*(fail|error)|signing.*(fail|error)|certificate.*(Unauthenticated|PermissionDenied|Unavailable)/i,
    'ztunnel got no certificate for a workload: istiod is not reachable, or does not allow ztunnel to act for this identity (is the pod on this node?).',
    'Read the log of istiod; check that ztunnel uses the service account ztunnel in istio-system.',
    AMBIENT,
  ],
  [
    /XDS.*(Unauthenticated|PermissionDenied)/i,
    'istiod refuses ztunnel: its token is not accepted (expired, or of an issuer or audience that istiod does not know), or its service account may not ask.',
    'Read the log of istiod; compare the audience of the token (istio-ca) and the service account of the DaemonSet.',
    AMBIENT,
  ],
  [
    /handle rejects|nack="/i,
    'ztunnel rejected a part of what istiod sent, and keeps what it had: a workload, Service or policy in a form its release does not know.',
    'Compare the releases of ztunnel and istiod: meshctl version; what is out of sync: meshctl proxy-status',
    AMBIENT,
  ],
  [
    /retrying workload .{1,80} failed|failed to (add|start) (workload|proxy)/i,
    'ztunnel could not start serving a pod and tries again: a port of it (15001, 15006, 15008, 15053) is taken in the pod, or its network namespace is gone. While a pod is pending, ztunnel is not ready.',
    'meshctl ports POD; kubectl get pod -o wide for the node of this ztunnel',
    AMBIENT,
  ],
  [
    /XDS client (connection error|error)|XDS.*(error|failed)|xds.*(connection|stream).*(closed|error|refused)/i,
    'ztunnel has no connection to istiod (port 15012) and works with what it knows; new pods are unknown to it until it reconnects.',
    'kubectl get pods -n istio-system; NetworkPolicies for ztunnel',
    AMBIENT,
  ],
  [
    /connection refused|Connection refused/,
    'The destination refused the connection: the application does not listen on the port, or listens on 127.0.0.1 only. On 15008 it means that the destination has no ztunnel capture.',
    'meshctl ports POD   # of the destination',
    AMBIENT,
  ],
  [
    /connection closed due to connection drain|drain/i,
    'ztunnel or the workload is shutting down, and open connections are closed.',
    'Nothing is wrong during a restart.',
    AMBIENT,
  ],
  [
    /(connection reset by peer|ConnectionReset|broken pipe|BrokenPipe|close_notify)/i,
    'The other side closed the connection without a proper end.',
    'Read the log of the application.',
    AMBIENT,
  ],
  [
    /Cannot assign requested address|os error 99\b/i,
    'No local address could be assigned to the connection (EADDRNOTAVAIL): the source ports to this destination are used up (many short connections; each waits in TIME_WAIT), or the address that should be kept as source is not one of this pod.',
    'Count the connections (ss -s in the pod), reuse connections, or widen net.ipv4.ip_local_port_range',
    AMBIENT,
  ],
  [
    /No route to host|os error 113\b|Network is unreachable|os error 101\b/i,
    'The destination is not reachable: the pod behind the address is gone, or a firewall or NetworkPolicy rejects the packets.',
    'Compare the address with the pods that exist: meshctl ztunnel-config workload',
    AMBIENT,
  ],
  [
    /tls handshake eof|UnexpectedEof|unexpected eof/i,
    'The other side ended the connection during the TLS handshake: it does not speak HBONE or mTLS there (no ztunnel on its node, the pod is not captured), or it is shutting down.',
    'meshctl ztunnel-config workload   # PROTOCOL of the destination: HBONE or TCP',
    AMBIENT,
  ],
  [
    /client disconnected before all data was written|receive: |send: /i,
    'One side closed its half of the connection while data was still in transit; usual when a client cancels or times out.',
    'Compare with the log of the application at that time; without failing requests nothing is wrong.',
    AMBIENT,
  ],
  [
    /deadline has elapsed|timed out/i,
    'The connection was not established in time: the destination is not reachable; a NetworkPolicy or firewall drops the packets, or the pod is gone.',
    'meshctl explain MCT1604',
    NETPOL,
  ],
  [
    /connection complete/,
    'A connection ended; without error="..." everything went well. bytes_sent and bytes_recv are counted from the source.',
    'Nothing is wrong.',
    AMBIENT,
  ],
  [/connection (opened|closed)/, 'A connection was opened or ended.', 'Nothing is wrong.', AMBIENT],
  [
    /failed to bind|Address already in use|could not bind/i,
    'ztunnel could not open its ports in the pod: the application uses 15001, 15006, 15008 or 15053.',
    'meshctl explain MCT1105',
    AMBIENT,
  ],
  [
    /pod .*received netns|received workload|pending (workload|snapshot)|starting proxy|in-pod mode/i,
    'The CNI agent handed a pod to ztunnel.',
    'Nothing is wrong.',
    AMBIENT,
  ],
]
