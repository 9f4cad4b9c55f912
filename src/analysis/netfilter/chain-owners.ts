import {own} from '../../model/collections/own.js'
import {everyRule, type Ruleset} from '../../model/kernel/ruleset.js'

/** Whose chains carry a name: a mesh or a runtime inside a pod, or a program of the node. */
export interface ChainOwner {
  readonly name: string
  readonly kind: 'mesh' | 'pod' | 'node'
  /** What such chains do, as a sentence. */
  readonly about: string
}

function mesh(name: string): ChainOwner {
  return {name, kind: 'mesh', about: `They capture traffic for the proxy of ${name}.`}
}

function node(name: string, about: string): ChainOwner {
  return {name, kind: 'node', about}
}

/**
 * Chains that are not Istio's own, by the names their projects give them: linkerd2-proxy-init, consul sdk/iptables, Kuma's transparent proxy,
 * the App Mesh route manager, osm pkg/injector, Docker's embedded DNS, KubeVirt's bindings, and what runs on nodes.
 */
const OWNERS: readonly (readonly [RegExp, ChainOwner])[] = [
  [/^PROXY_INIT_/, mesh('Linkerd')],
  [/^CONSUL_/, mesh('Consul')],
  [/^(KUMA_|MESH_(INBOUND|OUTBOUND|OUTPUT|REDIRECT|IN_REDIRECT|DIVERT|TPROXY)$)/, mesh('Kuma')],
  [/^APPMESH_/, mesh('AWS App Mesh')],
  [/^(OSM_)?PROXY_(INBOUND|IN_REDIRECT|OUTPUT|OUT_REDIRECT|REDIRECT|OUTBOUND)$/, mesh('Open Service Mesh')],
  [/^(TEL_|TELEPRESENCE)/, mesh('Telepresence')],
  [
    /^DOCKER_(OUTPUT|POSTROUTING)/,
    {
      name: 'Docker (its own DNS)',
      kind: 'pod',
      about:
        "They send DNS queries for 127.0.0.11 to Docker's embedded resolver, which listens on random ports of 127.0.0.11. It is not the proxy.",
    },
  ],
  [/^KUBEVIRT_/, {name: 'KubeVirt', kind: 'pod', about: 'They connect the VM in this pod to the network.'}],
  [/^(DOCKER|DOCKER-.*)$/, node('Docker', 'They publish ports of containers and isolate networks.')],
  [/^KUBE-ROUTER|^KUBE-NWPLCY|^KUBE-POD-FW/, node('kube-router', 'They enforce NetworkPolicies.')],
  [/^KUBE-/, node('kube-proxy or the kubelet', 'They translate the addresses of Services to those of pods.')],
  [/^(CNI-|CNI_)/, node('the portmap and bridge CNI plugins', 'They publish host ports of pods and masquerade.')],
  [/^(CILIUM_|OLD_CILIUM_)/, node('Cilium', 'They mark and masquerade traffic of pods.')],
  [/^(cali-|felix-)/, node('Calico', 'They enforce NetworkPolicies and masquerade.')],
  [/^OVN-KUBE-/, node('OVN-Kubernetes', 'They masquerade and publish Services on the node.')],
  [/^(AWS-|AMAZON)/, node('the AWS VPC CNI', 'They choose the source address of traffic that leaves the VPC.')],
  [/^WEAVE/, node('Weave Net', 'They enforce NetworkPolicies and masquerade.')],
  [/^ANTREA/, node('Antrea', 'They masquerade and count traffic of pods.')],
  [/^FLANNEL-/, node('Flannel', 'They masquerade traffic of pods.')],
  [/^(IP-MASQ|GCE-|GKE-)/, node('GKE (ip-masq-agent)', 'They masquerade and guard the metadata server.')],
  [/^ts-(input|forward|postrouting)$/, node('Tailscale', 'They accept and masquerade traffic of the VPN.')],
  [/^LIBVIRT_/, node('libvirt', 'They connect the VMs of this machine.')],
  [/^NETAVARK/, node('Podman (netavark)', 'They publish ports of containers.')],
  [
    /^ISTIO_POSTRT$/,
    node("Istio's CNI agent in ambient mode", "They give the kubelet's probes the source address 169.254.7.127."),
  ],
  [
    /^ztunnel-/,
    node('ambient mode of Istio 1.18 to 1.20', 'They send traffic of ambient pods to ztunnel on the node.'),
  ],
  [/^(ufw6?-|f2b-|IN_public|FWD[IO]?_)/, node('the firewall of the machine', 'They filter traffic of the machine.')],
]

/** Tables of nftables that programs of a node keep, by the names their projects give them, and whose they are. */
const NODE_TABLES: Readonly<Record<string, string>> = {
  'kube-proxy': 'kube-proxy or the kubelet',
  firewalld: 'the firewall of the machine',
  'docker-bridges': 'Docker',
  libvirt_network: 'libvirt',
  netavark: 'Podman (netavark)',
  calico: 'Calico',
  'ovn-kubernetes': 'OVN-Kubernetes',
  'kube-router': 'kube-router',
}

/** Programs of a node that name themselves in the comments of their rules: amazon-vpc-cni-k8s, Calico's Felix, Cilium, Flannel, ip-masq-agent. */
const COMMENTS: readonly (readonly [RegExp, string])[] = [
  [/^AWS[, ]/, 'the AWS VPC CNI'],
  [/^cali:/, 'Calico'],
  [/^cilium[-:]/, 'Cilium'],
  [/^flanneld /, 'Flannel'],
  [/^ip-masq/, 'GKE (ip-masq-agent)'],
]

/** Whose rules these are by their comments. */
function commentOwners(rulesets: readonly Ruleset[]): readonly string[] {
  const comments = everyRule(rulesets).flatMap(({rule}) => rule.comment ?? [])
  return COMMENTS.filter(([pattern]) => comments.some(comment => pattern.test(comment))).map(([, name]) => name)
}

/** Whose chain that is; undefined for Istio's own, the kernel's and unknown ones. */
export function chainOwner(name: string): ChainOwner | undefined {
  return OWNERS.find(([pattern]) => pattern.test(name))?.[1]
}

function chainNames(rulesets: readonly Ruleset[]): readonly string[] {
  return rulesets.flatMap(({tables}) => tables.flatMap(({chains}) => chains.map(({name}) => name)))
}

/** True for the rules of a pod that forwards traffic to a VM in it (KubeVirt's bridge and masquerade bindings). */
export function guestsIn(rulesets: readonly Ruleset[]): boolean {
  return chainNames(rulesets).some(name => chainOwner(name)?.name === 'KubeVirt')
}

/** The mesh whose chains these are where they are not Istio's. */
export function meshOf(rulesets: readonly Ruleset[]): string | undefined {
  const names = chainNames(rulesets)
  if (names.some(isSidecarChain)) return undefined
  return names.map(chainOwner).find(owner => owner?.kind === 'mesh')?.name
}

/** True for the chains of Istio that are in a pod: a sidecar's and, in ambient mode, those of its CNI agent. */
function isSidecarChain(name: string): boolean {
  return /^(ISTIO_(INBOUND|IN_REDIRECT|OUTPUT|REDIRECT|TPROXY|DIVERT|PRERT)|istio-)/.test(name)
}

/** Interfaces that only a node has: bridges of containers and the far ends of the pods' interfaces. */
const NODE_INTERFACE =
  /^(docker0|br-[0-9a-f]{12}|cni0|cbr0|cali[0-9a-f+]|flannel|tunl0|ovn-k8s-|cilium_|lxc[0-9a-f+]|vxlan|weave|antrea-|gke[0-9a-f]|azure0|eni[0-9a-f+]|virbr0|veth)/

function interfaces(rulesets: readonly Ruleset[]): readonly string[] {
  return rulesets.flatMap(({tables}) =>
    tables.flatMap(({chains}) =>
      chains.flatMap(({rules}) =>
        rules.flatMap(({conditions}) =>
          conditions
            .filter(({field}) => field === 'in-interface' || field === 'out-interface')
            .flatMap(({values}) => values),
        ),
      ),
    ),
  )
}

/** Where rules stand when that is not a pod: `chains` and interfaces that only a node (or a machine with containers) has. */
export interface NodeRules {
  readonly signs: readonly string[]
  readonly owners: readonly string[]
  /** True when the chains that capture for a proxy are there as well: a pod with hostNetwork, or a proxy on a VM. */
  readonly captures: boolean
}

/** The table in which istio-cni keeps the rules of a node with native nftables: in a pod it has no chain of postrouting. */
function nativeNodeTables(rulesets: readonly Ruleset[]): readonly string[] {
  const tables = rulesets.flatMap(each => each.tables)
  return tables
    .filter(({name, chains}) => name === 'istio-ambient-nat' && chains.some(({hook}) => hook === 'postrouting'))
    .map(({name}) => `${name} postrouting`)
}

/** The tables of nftables that only programs of a node keep. */
function nodeTables(rulesets: readonly Ruleset[]): readonly string[] {
  const names = rulesets.flatMap(({tables}) => tables.map(({name}) => name))
  return [...new Set(names)].filter(name => own(NODE_TABLES, name) !== undefined)
}

/** Tells a node's rules from a pod's: by chains, tables and interfaces that no pod has; undefined for rules of a pod, or of unknown origin. */
export function nodeRules(rulesets: readonly Ruleset[]): NodeRules | undefined {
  const names = [...new Set(chainNames(rulesets))]
  const chains = names.filter(name => chainOwner(name)?.kind === 'node')
  const devices = [...new Set(interfaces(rulesets))].filter(name => NODE_INTERFACE.test(name))
  const native = nativeNodeTables(rulesets)
  const tables = nodeTables(rulesets)
  if (chains.length + devices.length + native.length + tables.length === 0) return undefined
  const agent = native.length === 0 ? [] : ['ISTIO_POSTRT']
  const ofChains = [...chains, ...agent].map(name => chainOwner(name)?.name ?? '')
  const ofTables = tables.map(name => own(NODE_TABLES, name) ?? '')
  const owners = [...new Set([...ofChains, ...ofTables, ...commentOwners(rulesets)])]
  const captures = names.some(name => isSidecarChain(name) || chainOwner(name)?.kind === 'mesh')
  return {signs: [...chains, ...tables.map(name => `table ${name}`), ...native, ...devices], owners, captures}
}
