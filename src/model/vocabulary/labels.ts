import type {Vocabulary} from './entry.js'

const LABELS = 'https://istio.io/latest/docs/reference/config/labels/'
const ANNOTATIONS = 'https://istio.io/latest/docs/reference/config/annotations/'
const INJECT = 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/'
const AMBIENT = 'https://istio.io/latest/docs/ambient/usage/add-workloads/'

/** Labels and annotations by which people steer the mesh (istio.io, labels and annotations). */
export const LABEL_WORDS: Vocabulary = {
  'istio-injection': [
    'Label of a namespace: enabled has the sidecars of new pods injected by the default revision, disabled never, whatever the pod says. Pods that exist already are not changed.',
    'meshctl check-inject -n NAMESPACE; restart the workloads after a change',
    INJECT,
  ],
  'istio.io/rev': [
    'Label of a namespace or pod: the revision (or tag) of istiod that injects and configures it. On a namespace it has no effect if istio-injection is set.',
    'meshctl check-inject -n NAMESPACE',
    LABELS,
  ],
  'sidecar.istio.io/inject': [
    'Label (formerly annotation) of a pod: "true" has it injected, "false" not. It belongs on the pod template, not on the Deployment, and its value is a string.',
    'meshctl check-inject POD',
    LABELS,
  ],
  'istio.io/dataplane-mode': [
    'Label of a namespace or pod: ambient puts its pods in the ambient mesh (ztunnel) without a sidecar, none keeps a pod out.',
    'meshctl describe pod POD',
    AMBIENT,
  ],
  'istio.io/use-waypoint': [
    'Label of a namespace, Service or pod: the waypoint its traffic goes through; none means no waypoint.',
    'meshctl waypoint list',
    AMBIENT,
  ],
  'kube-inject': [
    'istioctl kube-inject adds the sidecar to a manifest by hand, before it is applied; the webhook then leaves the pods alone.',
    'meshctl check -f FILE',
    INJECT,
  ],
  'traffic.sidecar.istio.io/excludeOutboundPorts': [
    'Annotation of a pod: outbound TCP to these ports is not captured. It takes effect when the pod is created.',
    'meshctl iptables POD --drift',
    ANNOTATIONS,
  ],
  'traffic.sidecar.istio.io/excludeInboundPorts': [
    'Annotation of a pod: inbound TCP to these ports is not captured: no mTLS, no policy there.',
    'meshctl iptables POD --drift',
    ANNOTATIONS,
  ],
  'traffic.sidecar.istio.io/includeOutboundIPRanges': [
    'Annotation of a pod: only outbound TCP to these ranges is captured; "*" is all, "" nothing.',
    'meshctl iptables POD --drift',
    ANNOTATIONS,
  ],
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': [
    'Annotation of a pod: outbound TCP to these ranges is not captured.',
    'meshctl iptables POD --drift',
    ANNOTATIONS,
  ],
  'proxy.istio.io/config': [
    'Annotation of a pod: settings of its proxy (ProxyConfig as YAML), over those of the mesh.',
    'meshctl proxy-config bootstrap POD',
    ANNOTATIONS,
  ],
  'sidecar.istio.io/rewriteAppHTTPProbers': [
    'Annotation of a pod: whether probes of the kubelet are sent to the agent (port 15020), which asks the application; without it probes fail under STRICT mTLS.',
    'meshctl explain MCT1411',
    ANNOTATIONS,
  ],
}
