import type {Difference} from '../analysis/netfilter/drift/drift.js'
import type {PortRow} from '../analysis/ports/port-map.js'
import type {AdminCertificate} from '../model/admin-certificate.js'
import type {ConnectionTable} from '../model/connection.js'
import type {InjectionDecision, InjectionWebhook, InjectorSettings, NamespaceModel} from '../model/injection.js'
import type {DestinationRuleModel, PeerAuthentication} from '../model/istio-policy.js'
import type {
  AuthorizationPolicyModel,
  EnvoyFilterModel,
  RequestAuthenticationModel,
  ServiceEntryModel,
  SidecarModel,
} from '../model/istio-traffic.js'
import type {IstioVersion} from '../model/istio-version.js'
import type {NodeModel} from '../model/kube-node.js'
import type {ServiceModel} from '../model/kube-service.js'
import type {Machine} from '../model/machine.js'
import type {MeshSettings} from '../model/mesh-settings.js'
import type {NetworkPolicyModel} from '../model/network-policy.js'
import type {Container, PodModel, PodStatus} from '../model/pod.js'
import type {PodMode} from '../model/pod-mode.js'
import type {Ruleset} from '../model/ruleset.js'
import type {Labels} from '../model/selector.js'
import type {SocketTable} from '../model/socket.js'
import type {ProxyConnection} from '../model/sync-state.js'

/** The pod a rule looks at: what it is, how it takes part in the mesh, and whether that is so or foreseen. */
export interface Workload {
  readonly pod: PodModel
  readonly mode: PodMode
  /** True when the mode is what injection would make of a template. */
  readonly foreseen: boolean
  readonly version?: IstioVersion
  /** When the evidence was true. */
  readonly at: Date
}

/** What the control plane's replicas say of one proxy. */
export interface ControlPlaneView {
  /** One per replica that knows the proxy. */
  readonly connections: readonly (ProxyConnection & {readonly istiodVersion: string})[]
  readonly istiods: number
  /** Where those istiods run. */
  readonly namespace: string
  /** When this was so. */
  readonly at: Date
}

/** The rules found in a pod fit another release of Istio better than the one they should come from. */
export interface OtherRelease {
  /** The release by the pod's image: `1.31`. */
  readonly told: string
  /** The releases that make such rules, in words. */
  readonly words: string
  /** True when nothing but the release differs. */
  readonly exactly: boolean
}

/** Everything a rule may ask for beside the pod itself; each is fetched once, and its absence is a gap that is shown. */
export interface Facts {
  readonly namespace: NamespaceModel
  readonly services: readonly ServiceModel[]
  /**
   * Of the Services that name a container port this pod lacks: the paths of those ports that some pod or template the Service selects has.
   * A Service whose pods could not be read is left out.
   */
  readonly namedElsewhere: ReadonlyMap<string, ReadonlySet<string>>
  readonly webhooks: readonly InjectionWebhook[]
  readonly injection: InjectionDecision
  /** Of all revisions. */
  readonly injectors: readonly InjectorSettings[]
  readonly mesh: MeshSettings
  readonly peerAuthentications: readonly PeerAuthentication[]
  readonly destinationRules: readonly DestinationRuleModel[]
  readonly authorizationPolicies: readonly AuthorizationPolicyModel[]
  readonly requestAuthentications: readonly RequestAuthenticationModel[]
  readonly serviceEntries: readonly ServiceEntryModel[]
  readonly sidecars: readonly SidecarModel[]
  readonly envoyFilters: readonly EnvoyFilterModel[]
  /** Every name a rule of meshctl goes by: codes, slugs, codes of Istio's analyzers. */
  readonly ruleNames: ReadonlySet<string>
  /** Those of the pod's namespace. */
  readonly networkPolicies: readonly NetworkPolicyModel[]
  readonly nodes: readonly NodeModel[]
  readonly sockets: SocketTable
  readonly ports: readonly PortRow[]
  readonly connections: ConnectionTable
  readonly certificates: {readonly all: readonly AdminCertificate[]; readonly at: Date}
  readonly proxyLog: string
  readonly initLog: string
  readonly controlPlane: ControlPlaneView
  /** Where the proxy looks for istiod, and whether a Service of that name exists (undefined for addresses that are no Service's). */
  readonly discovery: {
    readonly address: string
    readonly from: string
    readonly exists: boolean | undefined
    /** The namespace of that Service, with its labels where they are known. */
    readonly home?: {readonly namespace: string; readonly labels?: Labels}
  }
  /** How the kernel's rules differ from those the pod should have. */
  readonly drift: {
    readonly differences: readonly Difference[]
    readonly via: string
    /** Where they are the rules of another release than the pod's own. */
    readonly otherRelease?: OtherRelease
  }
  /** The rules in the kernel as they are now, and the machine packets are walked on. */
  readonly kernel: {
    readonly rulesets: readonly Ruleset[]
    readonly machine: Machine
    /** What istio-init printed of its settings, where that stands beside the rules. */
    readonly parameters: Readonly<Record<string, string>>
  }
  /** The names of the network interfaces of the pod. */
  readonly interfaces: readonly string[]
  /** The container of the proxy with all that injection gives it, as running pods and `istioctl kube-inject` show it. */
  readonly sidecar: Container
  /** How a pod that exists is doing. */
  readonly status: PodStatus
  readonly cni: {readonly inUse: boolean; readonly because: string}
  /** The release of the CNI plugin, where it makes the rules of the pod. */
  readonly cniRelease: IstioVersion
  /** Namespaces whose pods the CNI plugin leaves alone, and where that stands. */
  readonly cniExcluded: {readonly namespaces: readonly string[]; readonly from: string}
}

export type FactName = keyof Facts

/** What each fact is, for the sentence that says a rule could not be checked and for the documentation. */
export const FACT_WORDS: Readonly<Record<FactName, string>> = {
  namespace: 'the Namespace object',
  services: 'the Services of the namespace',
  namedElsewhere: 'the other pods of the Services',
  webhooks: 'the injection webhooks',
  injection: 'the Namespace and the injection webhooks',
  injectors: "the injector's settings",
  mesh: 'the mesh configuration',
  peerAuthentications: 'the PeerAuthentications',
  destinationRules: 'the DestinationRules',
  authorizationPolicies: 'the AuthorizationPolicies',
  requestAuthentications: 'the RequestAuthentications',
  serviceEntries: 'the ServiceEntries',
  sidecars: 'the Sidecar objects',
  envoyFilters: 'the EnvoyFilters',
  ruleNames: 'the rules of meshctl',
  networkPolicies: 'the NetworkPolicies of the namespace',
  nodes: 'the nodes',
  sockets: 'the listening sockets of the pod',
  ports: 'the listening sockets of the pod and the Services',
  connections: 'the connections of the pod',
  certificates: "Envoy's certificates",
  proxyLog: 'the log of the sidecar',
  initLog: 'the log of istio-init',
  controlPlane: "istiod's view of the proxy",
  discovery: 'the Services of the control plane',
  drift: 'the rules the pod should have',
  kernel: 'the rules in the kernel of the pod',
  interfaces: 'the network interfaces of the pod',
  sidecar: 'the injected sidecar',
  status: 'the status of the pod',
  cni: 'how the rules get into the pod',
  cniRelease: 'the release of the CNI plugin',
  cniExcluded: 'the namespaces the CNI plugin leaves alone',
}
