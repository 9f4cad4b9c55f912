import type {LogMessage} from './message.js'

// The errors of ztunnel's access log that say by their words alone what failed: `Error` in istio/ztunnel, src/proxy.rs, Istio 1.22 to 1.31.

const SOURCE = 'https://github.com/istio/ztunnel/blob/master/src/proxy.rs'
const AMBIENT = 'https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/'
const POLICY = 'https://istio.io/latest/docs/ambient/usage/l4-policy/'
const NETWORKS = 'https://istio.io/latest/docs/ambient/install/multicluster/'
const SERVICES = 'meshctl ztunnel-config service -o wide   # what ztunnel knows'

const IPV6 =
  'ztunnel listens on the IPv6 loopback address of each pod, and this pod has none: IPv6 is switched off in the pod or on the node while ztunnel takes it as available, or the network of the pod is already being removed. The pod is not served, and ztunnel is not Ready while it tries again.'

/** Errors of connections, the narrow ones: they come before messages that share a word with them. */
export const ZTUNNEL_ERRORS: readonly LogMessage[] = [
  [
    /\[::1\]:\d{4,5}.{0,80}(Cannot assign requested address|AddrNotAvailable|os error 99)/i,
    IPV6,
    'Set IPV6_ENABLED=false on ztunnel where the cluster has no IPv6, or net.ipv6.conf.lo.disable_ipv6=0; a pod that is gone frees it after a restart of istio-cni-node',
    AMBIENT,
  ],
  [
    /RBAC rejected/i,
    'An AuthorizationPolicy refused the connection (ztunnel of Istio 1.18 to 1.21 writes it so); the line has the addresses and the identity of the client.',
    'meshctl describe pod POD   # of the destination',
    POLICY,
  ],
  [
    /(SanTrustDomainError|trust domain.{0,40}(mismatch|not allowed))/i,
    'The certificate of the other side is of another trust domain: ztunnel takes only its own, trustDomainAliases of the mesh do not count for it.',
    'Give both meshes the same trust domain, or connect them through a gateway of sidecar mode',
    'https://github.com/istio/istio/issues/58427',
  ],
  [
    /XDS client (connection error|error).{0,300}(cert verification failed|CERTIFICATE_VERIFY_FAILED|UnknownIssuer|invalid peer certificate|unable to get local issuer)/i,
    'ztunnel does not trust the certificate of istiod: the root certificate it has (ConfigMap istio-ca-root-cert) is not of the CA that signed it; the CA was replaced, or another revision of istiod answers. It works with what it knows until then.',
    'Compare ConfigMap istio-ca-root-cert in the namespace of ztunnel with the CA of istiod (Secret cacerts or istio-ca-secret), then restart ztunnel',
    AMBIENT,
  ],
  [
    /XDS client (connection error|error).{0,300}(dns error|failed to lookup address|name resolution|NXDOMAIN)/i,
    'ztunnel cannot resolve the name of istiod: cluster DNS does not answer on this node, or the Service of istiod has another name (XDS_ADDRESS, revision). It works with what it knows until then.',
    'kubectl get svc -n istio-system; compare with XDS_ADDRESS of the DaemonSet ztunnel',
    AMBIENT,
  ],
  [
    /policy rejection: workload (not found|mismatch)/i,
    'No policy refused the connection: it arrived for a pod that this ztunnel does not serve (workload not found: istiod has not announced that address to it; workload mismatch: the address now belongs to another pod than the one that took the connection). Usual for a moment after a pod is replaced.',
    'If it lasts, compare the address with the pods: meshctl ztunnel-config workload',
    SOURCE,
  ],
  [
    /closed due to policy change/i,
    'An open connection was closed because AuthorizationPolicies or PeerAuthentications changed and the new ones no longer allow it.',
    'See what applies now: meshctl ztunnel-config policy',
    POLICY,
  ],
  [
    /unknown network gateway|no gateway address/i,
    'The destination is in another network, and ztunnel has no address of the east-west gateway (network gateway) that leads there.',
    'Check the Gateway of class istio-east-west or istio-remote of that network, its status.addresses, and the label topology.istio.io/network: kubectl get gateway -A',
    NETWORKS,
  ],
  [
    /no service or workload for hostname/i,
    'The tunnel asks for a host name that ztunnel has no Service or ServiceEntry of: its east-west gateway or waypoint names a Service that is not here, or is not exported to this namespace or cluster (istio.io/global).',
    SERVICES,
    NETWORKS,
  ],
  [
    /no endpoints for workload/i,
    'ztunnel found the destination but no address to send to: the workload of a ServiceEntry or WorkloadEntry has no address, or none is ready.',
    'meshctl ztunnel-config workload -o wide',
    SOURCE,
  ],
  [
    /no valid authority pseudo header|invalid CONNECT address|expected method CONNECT/i,
    'Something sent a request to the HBONE port 15008 that is not a tunnel: HBONE is HTTP/2 CONNECT with the address of the destination. A client, a probe or a load balancer calls port 15008 by itself, or another proxy forwards to it.',
    'Find the sender (src.addr) and send to the port of the application instead',
    'https://istio.io/latest/docs/ambient/architecture/hbone/',
  ],
  [
    /no valid (service port in authority|target port)|found, but cannot resolve port/i,
    'The Service exists, but not with this port, or the port has no targetPort on the chosen endpoint (a named targetPort that the pod does not declare).',
    SERVICES,
    SOURCE,
  ],
  [
    /no valid routing destination|found, but has no IP addresses/i,
    'ztunnel knows the destination but has no address for it: a pod without an address yet, or a Service or ServiceEntry without one.',
    'meshctl ztunnel-config workload -o wide',
    SOURCE,
  ],
  [
    /no ip addresses were resolved|no A\/AAAA records|dns response had no valid IP/i,
    'The endpoint is a host name (a ServiceEntry with resolution DNS), and DNS gave no usable address for it.',
    'Ask DNS for that name from the pod, and correct the ServiceEntry or its endpoints',
    'https://istio.io/latest/docs/reference/config/networking/service-entry/',
  ],
  [
    /no service for target address/i,
    'The tunnel is for the address of a Service that ztunnel does not know: it was deleted, or belongs to a namespace or cluster istiod does not watch.',
    SERVICES,
    SOURCE,
  ],
  [
    /recursive call to ourselves/i,
    'The client called one of the ports of ztunnel itself (15001, 15006, 15008) on its own pod: passed on, the connection would come back endlessly.',
    'Correct the port the client calls: meshctl ports POD',
    SOURCE,
  ],
  [
    /unsupported feature/i,
    'The connection needs something this release of ztunnel does not support; the words behind say what.',
    'Compare the releases: meshctl version',
    SOURCE,
  ],
  [
    /ip mismatch/i,
    'The tunnel arrived at another address than the one it asks for: the destination is behind address translation, or the address moved to another pod.',
    'Compare both addresses with the pods: meshctl ztunnel-config workload',
    SOURCE,
  ],
  [
    /failed to drain within the timeout/i,
    'ztunnel or the pod was stopped and this connection was still open when the time for draining was over: it was cut.',
    'Long connections end when a ztunnel is replaced: raise its terminationGracePeriodSeconds, and let the client reconnect',
    AMBIENT,
  ],
  [
    /http2 handshake failed|h2 failed/i,
    'The HTTP/2 connection inside the tunnel failed: the other side went away, refuses streams, or does not speak HBONE.',
    'Read the log of ztunnel, or of the waypoint, on the side of the destination at that time.',
    SOURCE,
  ],
  [
    /invalid peer certificate: (Expired|NotValidYet)|certificate has expired|CertExpired/i,
    'The certificate of the other side is not valid at this time: it was not renewed, or the clock of a node is wrong.',
    'meshctl ztunnel-config certificate -o wide   # days left; compare the clocks of the nodes',
    AMBIENT,
  ],
  [
    /expected SAN|identity verification/i,
    'The other side has a certificate of another identity than istiod announced: another pod took over the address, or a workload runs with another service account than its object says.',
    'Compare the service account of the destination: meshctl ztunnel-config workload',
    AMBIENT,
  ],
  [
    /identity is no longer needed|identity error: forgotten/i,
    'The pod whose certificate was asked for has gone meanwhile: ztunnel dropped the identity.',
    'Nothing is wrong when a pod was just deleted.',
    SOURCE,
  ],
  [
    /Too many open files|os error 24\b/i,
    'ztunnel reached its limit of open files: every connection takes two or more.',
    'Compare the limit it logged at its start (set file descriptor limits) with its connections: meshctl ztunnel-config connections',
    SOURCE,
  ],
  [
    /destination disconnected before all data/i,
    'The destination closed the connection while the client was still sending.',
    'Read the log of the application at that time.',
    SOURCE,
  ],
  [
    /while closing connection|Transport endpoint is not connected|os error 107\b/i,
    'The connection failed only while it was being closed: the other side had gone already.',
    'Nothing is wrong as long as no request failed.',
    SOURCE,
  ],
  [
    /connection tracking failed/i,
    'ztunnel could not enter the connection in its own list, and refused it: the pod was being removed from the mesh.',
    'If it lasts: meshctl check POD',
    SOURCE,
  ],
  [
    /http status: 400/i,
    'The destination side took the tunnel for an invalid one: the address it asks for is not that of a pod or Service it serves. Usual for a moment after a pod or waypoint is replaced.',
    'If it lasts, read the log of ztunnel on the node of the destination.',
    SOURCE,
  ],
  [
    /http status: (404|421)/i,
    'The waypoint or gateway has no listener for the Service the tunnel asks for: istiod has not bound it there.',
    'meshctl waypoint status -n NAMESPACE -o wide',
    'https://istio.io/latest/docs/ambient/usage/troubleshoot-waypoint/',
  ],
  [
    /http status: 504/i,
    'The destination side of the tunnel did not get a connection to the application in time.',
    'meshctl ports POD   # of the destination',
    AMBIENT,
  ],
]
