import type {LogMessage} from './message.js'

const SOURCE = 'https://github.com/istio/ztunnel'
const NOTHING = 'Nothing is wrong.'

/** What ztunnel writes while it starts and works, the debug level included. */
export const ZTUNNEL_PROGRESS: readonly LogMessage[] = [
  [/version: version\.BuildInfo/, 'ztunnel starts: its version and how it was built.', NOTHING, SOURCE],
  [
    /set file descriptor limits/,
    'How many files and sockets ztunnel may have open: two or more for each connection.',
    NOTHING,
    SOURCE,
  ],
  [/running with config/, 'The configuration ztunnel starts with; it goes on in the lines below.', NOTHING, SOURCE],
  [
    /creating ztunnel self-proxy listener/,
    'ztunnel opens HBONE for itself, for its metrics and its readiness.',
    NOTHING,
    SOURCE,
  ],
  [
    /listener established/,
    'ztunnel opened a port: in its own pod (15000 admin, 15020 metrics, 15021 readiness), or in a pod it serves (15001 outbound, 15006 plaintext, 15008 HBONE).',
    NOTHING,
    SOURCE,
  ],
  [/starting local DNS server/, 'ztunnel answers the DNS queries of a pod on port 15053.', NOTHING, SOURCE],
  [/Starting ztunnel inbound listener task/, 'ztunnel takes HBONE connections for its own pod.', NOTHING, SOURCE],
  [
    /Task '[^']{1,40}' complete .*still awaiting/,
    'A part of ztunnel is ready; it becomes Ready when all are.',
    'If it stays so: the state manager waits for istiod, the workload proxy manager for the CNI agent.',
    SOURCE,
  ],
  [
    /Task '[^']{1,40}' complete .*marking server ready/,
    'The last part of ztunnel is ready: its pod becomes Ready.',
    NOTHING,
    SOURCE,
  ],
  [/Stream established/, 'ztunnel is connected to istiod and gets workloads and policies.', NOTHING, SOURCE],
  [
    /handling RBAC update/,
    'istiod sent a policy: an AuthorizationPolicy, or a PeerAuthentication as a DENY (its name then begins with converted_peer_authentication_ or is istio_converted_static_strict).',
    'See the policies ztunnel has: meshctl ztunnel-config policy',
    SOURCE,
  ],
  [
    /handling RBAC delete/,
    'istiod took a policy back.',
    'See the policies ztunnel has: meshctl ztunnel-config policy',
    SOURCE,
  ],
  [/handling new stream/, 'The CNI agent of the node is connected: it hands over the pods to serve.', NOTHING, SOURCE],
  [/received snapshot sent/, 'The CNI agent has handed over all pods that were in ambient mode.', NOTHING, SOURCE],
  [
    /process stream ended with eof/,
    'The connection of the CNI agent ended: the agent stopped or restarts. Pods keep working; new ones are not served until it is back.',
    'kubectl get pods -n istio-system -l k8s-app=istio-cni-node -o wide',
    SOURCE,
  ],
  [/new log filter is/, 'The log level was changed.', 'Put it back: meshctl ztunnel-config log --reset', SOURCE],
  [/root cert directory changed/, 'The root certificate of istiod was replaced, and is loaded.', NOTHING, SOURCE],
  [
    /(allow|deny) policy match/,
    'The policy that decided about a connection.',
    'See it: meshctl ztunnel-config policy -o json',
    SOURCE,
  ],
  [/no allow policies, allow/, 'No ALLOW policy applies to the pod: the connection is allowed.', NOTHING, SOURCE],
  [
    /accepted TLS connection|accepted connection/,
    'An HBONE connection arrived; its peer is identified by its certificate.',
    NOTHING,
    SOURCE,
  ],
  [
    /proxying to \S{1,100} using/,
    'ztunnel of Istio 1.18 to 1.21 passes a connection on, through a tunnel or, on the same node, directly.',
    NOTHING,
    SOURCE,
  ],
  [/connected to: /, 'ztunnel reached the application for a connection it took.', NOTHING, SOURCE],
  [/connection (started|completed)/, 'A connection begins or ends; the access log says how it ended.', NOTHING, SOURCE],
  [
    /(wait for|got sub, waiting for) workload/,
    'ztunnel looks up the pod it works for among what istiod sent.',
    'If no "connection" follows, ztunnel does not know the pod: meshctl proxy-status',
    SOURCE,
  ],
  [
    /fetch (address|workload)/,
    'ztunnel looks up an address among what istiod sent, and asks istiod where it is missing.',
    NOTHING,
    SOURCE,
  ],
  [
    /built request to/,
    'ztunnel knows where the connection goes: to a pod, a waypoint, or on in plaintext.',
    NOTHING,
    SOURCE,
  ],
  [/fetching cert/, 'ztunnel takes the certificate of the pod for a handshake.', NOTHING, SOURCE],
  [
    /idle (timeout|connection)|ConnectionMeta|found existing conn|initial attempt|re-using connection|pool conn|using connection/,
    'HBONE connections between the same two identities are kept and used again.',
    NOTHING,
    SOURCE,
  ],
  [
    /ALPN protocol|decided upon suite|Using ciphersuite|encrypted extensions|Not resuming|No cached session|binding client connection|CertificateRequest|Attempting client auth|client connection bound|settings ACK|^(send|received)\b|frame=/,
    'A step of the TLS or HTTP/2 protocol inside an HBONE connection.',
    NOTHING,
    SOURCE,
  ],
]
