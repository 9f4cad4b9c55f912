import type {LogMessage} from './message.js'

const NET = 'https://pkg.go.dev/net'
const K8S = 'https://kubernetes.io/docs/reference/access-authn-authz/'

/** Errors of Go, Rust and the kernel that any component may log; used when no message of its own is known. */
export const GENERIC_MESSAGES: readonly LogMessage[] = [
  [
    /^panic: |^fatal error: (?:all goroutines|concurrent map)|^goroutine \d{1,9} \[[a-z ,0-9]{1,60}\]:$|\[signal SIG[A-Z]+: /,
    'A program written in Go crashed (panic) and ended with exit code 2: istiod, an agent or the application; the first line of its own package below "goroutine" says where. Kubernetes restarts it.',
    'kubectl logs POD --previous for the whole trace. A panic of istiod or the agent is an error in that release: look for it in the issues of istio/istio, and upgrade or report it with the trace',
    'https://go.dev/ref/spec#Handling_panics',
  ],
  [
    /x509: certificate signed by unknown authority/,
    'One side does not trust the certificate of the other: its root CA is not the one that signed it.',
    'Compare the root certificates: meshctl proxy-config rootca-compare POD OTHER',
    NET,
  ],
  [
    /x509: certificate has expired/,
    'A certificate has expired, or a clock is wrong.',
    'meshctl proxy-config secret POD',
    NET,
  ],
  [
    /no such host|server misbehaving|Temporary failure in name resolution/i,
    'A host name could not be resolved: it does not exist, or DNS does not work for this pod.',
    'Check the name, and the DNS of the pod: meshctl explain MCT1313',
    NET,
  ],
  [
    /connection refused/i,
    'The connection was refused: nothing listens on that address and port.',
    'Check that the server runs and its port: meshctl ports POD',
    NET,
  ],
  [
    /i\/o timeout|context deadline exceeded|timed out|Timeout exceeded/i,
    'No answer in time: packets are dropped (NetworkPolicy, firewall, wrong address), or the other side is overloaded.',
    'Look at NetworkPolicies and firewalls on the path: meshctl explain MCT1604',
    NET,
  ],
  [
    /connection reset by peer|broken pipe|unexpected EOF|transport is closing/i,
    'The other side closed the connection. In a mesh: plaintext to a port with STRICT mTLS, an AuthorizationPolicy on TCP, a proxy or application that stopped, or an idle connection.',
    'meshctl describe pod POD   # mTLS and policies of the server; then the access log of its sidecar at that time',
    NET,
  ],
  [/address already in use/i, 'The port is already taken.', 'meshctl ports POD: meshctl explain MCT1508', NET],
  [/no space left on device/i, 'The disk is full.', 'Free space on the node.', NET],
  [
    /too many open files/i,
    'The limit of open files is reached: too many connections, or a leak.',
    'Look at the limits of the container and at its connections.',
    NET,
  ],
  [
    /permission denied|operation not permitted/i,
    'The process may not do this: a capability, the user id or a security policy is missing.',
    'Compare securityContext with what the component needs: meshctl explain NET_ADMIN',
    K8S,
  ],
  [
    /is forbidden|Forbidden|cannot (get|list|watch|create|update|patch) resource/,
    "Kubernetes' RBAC or an admission policy does not allow it; the text after it names the user and the verb.",
    'kubectl auth can-i VERB RESOURCE --as USER',
    K8S,
  ],
  [
    /\bUnauthorized\b/,
    'The API server does not accept the credentials: a token has expired.',
    'Restart the component, so that it reads its token again.',
    K8S,
  ],
  [
    /Insufficient (cpu|memory)|FailedScheduling/i,
    'No node has room for the pod. A sidecar adds its own requests to each pod.',
    'kubectl describe pod POD; sidecar.istio.io/proxyCPU and proxyMemory',
    'https://kubernetes.io/docs/concepts/scheduling-eviction/',
  ],
]
