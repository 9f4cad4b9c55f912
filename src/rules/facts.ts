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

/** The pod a rule checks, and how it takes part in the mesh: observed, or predicted for a template. */
export interface Workload {
  readonly pod: PodModel
  readonly mode: PodMode
  /** True when the mode is the predicted result of injecting a template. */
  readonly predicted: boolean
  readonly version?: IstioVersion
  /** When the evidence was collected. */
  readonly at: Date
}

/** What the istiod replicas report about one proxy. */
export interface ControlPlaneView {
  /** One per replica that knows the proxy. */
  readonly connections: readonly (ProxyConnection & {readonly istiodVersion: string})[]
  readonly istiods: number
  /** The namespace of those istiods. */
  readonly namespace: string
  /** When istiod reported it. */
  readonly at: Date
}

/** The kernel rules of a pod match another Istio release better than the pod's own. */
export interface OtherRelease {
  /** The release by the pod's image: `1.31`. */
  readonly declaredVersion: string
  /** The releases that generate such rules: `Istio 1.24 or earlier`. */
  readonly text: string
  /** True when nothing but the release differs. */
  readonly exactly: boolean
}

/** The evidence a rule may use besides the pod; each is fetched once, and a missing one is reported as not checked. */
export interface Facts {
  readonly namespace: NamespaceModel
  readonly services: readonly ServiceModel[]
  /**
   * For Services with a named targetPort that this pod lacks: the paths of those ports that another selected pod or template has.
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
  /** Every name of every rule: codes, slugs, codes of Istio's analyzers. */
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
  /** The discovery address, and whether its Service exists (undefined for an address that is not a Service). */
  readonly discovery: {
    readonly address: string
    readonly from: string
    readonly exists: boolean | undefined
    /** The namespace of that Service, with its labels where they are known. */
    readonly home?: {readonly namespace: string; readonly labels?: Labels}
  }
  /** How the kernel rules differ from the expected rules. */
  readonly drift: {
    readonly differences: readonly Difference[]
    readonly via: string
    /** Set when they are the rules of another release. */
    readonly otherRelease?: OtherRelease
  }
  /** The current kernel rules, and the network namespace packets are simulated in. */
  readonly kernel: {
    readonly rulesets: readonly Ruleset[]
    readonly machine: Machine
    /** The settings istio-init logged, if they were captured with the rules. */
    readonly parameters: Readonly<Record<string, string>>
  }
  /** The names of the network interfaces of the pod. */
  readonly interfaces: readonly string[]
  /** The container of the proxy with all that injection gives it, as running pods and `istioctl kube-inject` show it. */
  readonly sidecar: Container
  /** The status of an existing pod. */
  readonly status: PodStatus
  readonly cni: {readonly inUse: boolean; readonly because: string}
  /** The release of the CNI plugin, when it sets up the rules of the pod. */
  readonly cniRelease: IstioVersion
  /** Namespaces excluded by the CNI plugin, and where that is configured. */
  readonly cniExcluded: {readonly namespaces: readonly string[]; readonly from: string}
}

export type FactName = keyof Facts

/** What each fact is called in the reasons for unchecked rules and in the documentation. */
export const FACT_LABELS: Readonly<Record<FactName, string>> = {
  namespace: 'Namespace object',
  services: 'Services of the namespace',
  namedElsewhere: 'other pods selected by the Services',
  webhooks: 'injection webhooks',
  injection: 'Namespace and injection webhooks',
  injectors: 'injector settings',
  mesh: 'mesh configuration',
  peerAuthentications: 'PeerAuthentications',
  destinationRules: 'DestinationRules',
  authorizationPolicies: 'AuthorizationPolicies',
  requestAuthentications: 'RequestAuthentications',
  serviceEntries: 'ServiceEntries',
  sidecars: 'Sidecar resources',
  envoyFilters: 'EnvoyFilters',
  ruleNames: 'meshctl rules',
  networkPolicies: 'NetworkPolicies of the namespace',
  nodes: 'nodes',
  sockets: 'listening sockets of the pod',
  ports: 'listening sockets of the pod and Services',
  connections: 'open connections of the pod',
  certificates: 'Envoy certificates',
  proxyLog: 'sidecar log',
  initLog: 'istio-init log',
  controlPlane: 'sync status in istiod',
  discovery: 'control plane Services',
  drift: 'expected iptables rules',
  kernel: 'iptables rules in the kernel',
  interfaces: 'network interfaces of the pod',
  sidecar: 'injected sidecar container',
  status: 'pod status',
  cni: 'whether the CNI plugin is used',
  cniRelease: 'CNI plugin release',
  cniExcluded: 'namespaces excluded by the CNI plugin',
}
