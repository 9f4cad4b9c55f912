import type {LogMessage} from './message.js'

const REDIRECTION = 'https://istio.io/latest/docs/ambient/architecture/traffic-redirection/'
const SOURCE = 'https://github.com/istio/istio/tree/master/cni'
const NOTHING = 'Nothing is wrong.'

/** What istio-cni, agent and plug-in, writes while it starts and works. */
export const CNI_PROGRESS: readonly LogMessage[] = [
  [
    /CNI (version|logging level|install configuration|race repair configuration)/,
    'The CNI agent starts with these settings.',
    NOTHING,
    SOURCE,
  ],
  [/ControlZ available/, "The component's introspection page, on this address of its own pod.", NOTHING, SOURCE],
  [
    /Starting ambient node agent|CNI ambient server|Ambient node agent started/,
    'The ambient part of the CNI agent starts.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /NativeNftables is enabled along with ForceIptablesBinary/,
    'Two settings exclude each other: native nftables is used, and the choice of an iptables binary has no effect.',
    'Remove FORCE_IPTABLES_BINARY from istio-cni.',
    SOURCE,
  ],
  [
    /checking for iptables artifacts|iptables artifacts not found/,
    'The agent uses native nftables only on nodes without rules of an earlier iptables installation.',
    NOTHING,
    SOURCE,
  ],
  [
    /iptables artifacts detected/,
    'Rules or ipsets of an earlier installation are on the node: the agent stays with iptables although native nftables is asked for.',
    'Reboot the node, or delete the ipset istio-inpod-probes-v4 and the ISTIO chains of the node.',
    SOURCE,
  ],
  [
    /creating host (addressSet|ipset)|Adding nftable rules on the host|host network namespace.*component=host/,
    'The agent sets the rules of the node: probes of the kubelet reach ambient pods from 169.254.7.127, which their rules let pass.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /nftables rules programmed|nftables inpod rules creation|using nft rules for inpod|Clean-state detected|Applying iptables chains|Running ip6?tables.*(restore|following input)|Final iptables state|iptables configuration for|Istio (iptables environment|config):/,
    'Redirection rules are set in a pod or on the node; the lines below are the rules or their settings.',
    'Compare with what is expected: meshctl iptables POD --drift',
    REDIRECTION,
  ],
  [
    /listener for CNI plugin events/,
    'The agent takes requests of the plug-in over a socket of the node.',
    NOTHING,
    SOURCE,
  ],
  [
    /kube client started|kubeclient started|sync complete|^starting\b.*controller=|starting CNI sidecar repair/,
    'The component reads objects from the API server.',
    NOTHING,
    SOURCE,
  ],
  [
    /Namespace \S{1,63} is enabled in ambient mesh/,
    'The namespace has the label istio.io/dataplane-mode=ambient: its pods are enrolled.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /Namespace \S{1,63} is disabled from ambient mesh/,
    'The namespace does not enrol pods in ambient mode, unless they have the label themselves.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /sending pod (add )?to ztunnel/,
    'The rules of the pod are set, and ztunnel is asked to open its ports in it.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /removing pod from mesh/,
    'The pod ended or left ambient mode: its rules and the ports of ztunnel are removed.',
    NOTHING,
    REDIRECTION,
  ],
  [
    /ztunnel disconnected/,
    'ztunnel stopped or restarts. Until one is connected again new pods of the mesh do not start, and those there have no proxy.',
    'kubectl get pods -n istio-system -l app=ztunnel -o wide',
    REDIRECTION,
  ],
  [/new ztunnel connected|received hello from ztunnel/, 'A ztunnel is connected to the agent.', NOTHING, REDIRECTION],
  [/update event skipped - pod no longer exists/, 'A pod ended while it was still to be handled.', NOTHING, SOURCE],
  [
    /initialization complete, watching node CNI dir|Copied istio-cni to|wrote kubeconfig file|configuration requires updates|Wrote CNI config|start watching for re-installation/,
    'The agent installs the plug-in on the node and keeps its configuration in place.',
    NOTHING,
    SOURCE,
  ],
]
