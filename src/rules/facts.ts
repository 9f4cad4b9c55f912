import type {RuleDifference} from '../analysis/netfilter/drift/drift.js'
import type {ModeFact} from '../analysis/pod-mode/mode-evidence.js'
import type {PortRow} from '../analysis/ports/port-map.js'
import {MESH_OBJECTS, type MeshObjectLists, type MeshObjectName} from '../formats/kube/mesh-objects.js'
import type {AdminCertificate} from '../model/envoy/admin-certificate.js'
import type {PendingResource} from '../model/envoy/pending-resource.js'
import type {InjectionDecision, InjectorSettings, NamespaceModel} from '../model/istio/injection.js'
import type {IstioVersion} from '../model/istio/istio-version.js'
import type {MeshSettings} from '../model/istio/mesh-settings.js'
import type {PodMode} from '../model/istio/pod-mode.js'
import type {ProxyConnection} from '../model/istio/sync-state.js'
import type {WaypointTarget, WaypointUse} from '../model/istio/waypoint.js'
import type {ConnectionTable} from '../model/kernel/connection.js'
import type {NetworkNamespace} from '../model/kernel/network-namespace.js'
import type {Ruleset} from '../model/kernel/ruleset.js'
import type {SocketTable} from '../model/kernel/socket.js'
import type {Container, PodModel, PodStatus} from '../model/kube/pod.js'
import type {Labels} from '../model/kube/selector.js'

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

/** A pod of a DaemonSet on a node. */
export interface NodeAgent {
  readonly name: string
  readonly node: string
  readonly ready: boolean
  /** Why a container of it does not run: `CrashLoopBackOff`. */
  readonly waiting?: string
}

/** The ztunnel and the istio-cni agent of a node; the agent is `unknown` where the mesh has none by the usual label. */
export interface NodeAgents {
  readonly node: string
  readonly ztunnel: NodeAgent | 'missing'
  readonly cni: NodeAgent | 'missing' | 'unknown'
}

/** What may have a waypoint in front, and the one it has. */
export interface PodWaypoint {
  readonly target: WaypointTarget
  readonly use?: WaypointUse
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
  /** The releases that generate such rules: `Istio 1.18 to 1.24`. */
  readonly text: string
  /** True when nothing but the release differs. */
  readonly exactly: boolean
}

/** The address the proxy connects to istiod at. */
export interface DiscoveryAddress {
  readonly address: string
  readonly from: string
  /** Whether a Service of that name exists; undefined for an address that is not a Service. */
  readonly exists: boolean | undefined
  /** The namespace of that Service, with its labels where they are known. */
  readonly home?: {readonly namespace: string; readonly labels?: Labels}
}

/** How the kernel rules differ from the expected rules. */
export interface RulesDrift {
  readonly differences: readonly RuleDifference[]
  readonly via: string
  /** Set when they are the rules of another release. */
  readonly otherRelease?: OtherRelease
}

/** The current kernel rules, and the network namespace packets are simulated in. */
export interface KernelRules {
  readonly rulesets: readonly Ruleset[]
  readonly machine: NetworkNamespace
  /** The settings istio-init logged, if they were captured with the rules. */
  readonly parameters: Readonly<Record<string, string>>
}

/** A fact with its own fetcher: its type, and its name in the reasons for unchecked rules. */
function fact<T>(label: string): {readonly label: string; readonly value?: T} {
  return {label}
}

/** The evidence rules may use besides the pod and the objects of MESH_OBJECTS, one row each; `reports/check/facts` has the fetchers. */
const FETCHED_FACTS = {
  namespace: fact<NamespaceModel>('Namespace object'),
  /**
   * For Services with a named targetPort that this pod lacks: the paths of those ports that another selected pod or template has.
   * A Service whose pods could not be read is left out.
   */
  namedElsewhere: fact<ReadonlyMap<string, ReadonlySet<string>>>('other pods selected by the Services'),
  injection: fact<InjectionDecision>('Namespace and injection webhooks'),
  /** Of all revisions. */
  injectors: fact<readonly InjectorSettings[]>('injector settings'),
  mesh: fact<MeshSettings>('mesh configuration'),
  /** Every name of every rule: codes, slugs, codes of Istio's analyzers. */
  ruleNames: fact<ReadonlySet<string>>('meshctl rules'),
  sockets: fact<SocketTable>('listening sockets of the pod'),
  ports: fact<readonly PortRow[]>('listening sockets of the pod, and Services'),
  connections: fact<ConnectionTable>('open connections of the pod'),
  certificates: fact<{readonly all: readonly AdminCertificate[]; readonly at: Date}>('Envoy certificates'),
  /** Secrets that Envoy asked for and has not received. */
  pendingSecrets: fact<readonly PendingResource[]>('secrets Envoy waits for'),
  proxyLog: fact<string>('sidecar log'),
  initLog: fact<string>('istio-init log'),
  controlPlane: fact<ControlPlaneView>('sync status in istiod'),
  discovery: fact<DiscoveryAddress>('control plane Services'),
  drift: fact<RulesDrift>('expected iptables rules'),
  kernel: fact<KernelRules>('iptables rules in the kernel'),
  /** The names of the network interfaces of the pod. */
  interfaces: fact<readonly string[]>('network interfaces of the pod'),
  /** The container of the proxy with all that injection gives it, as running pods and `istioctl kube-inject` show it. */
  sidecar: fact<Container>('injected sidecar container'),
  /** The waypoints of the Services that select the pod, and of its own address. */
  waypoints: fact<readonly PodWaypoint[]>('waypoints of the pod and its Services'),
  /** What serves ambient pods on the pod's node; `none` for a pod that is not in ambient mode and need not be. */
  nodeAgents: fact<NodeAgents | 'none'>('ztunnel and istio-cni on the node of the pod'),
  /** How the pod takes part in the mesh, by all that was read. */
  membership: fact<ModeFact>('kernel rules, sockets and ztunnel of the pod'),
  /** The status of an existing pod. */
  status: fact<PodStatus>('pod status'),
  cni: fact<{readonly inUse: boolean; readonly because: string}>('whether the CNI plugin is used'),
  /** The release of the CNI plugin, when it sets up the rules of the pod. */
  cniRelease: fact<IstioVersion>('CNI plugin release'),
  /** Namespaces excluded by the CNI plugin, and where that is configured. */
  cniExcluded: fact<{readonly namespaces: readonly string[]; readonly from: string}>(
    'namespaces excluded by the CNI plugin',
  ),
} as const

export type FetchedFactName = keyof typeof FETCHED_FACTS

type FetchedFacts = {
  readonly [N in FetchedFactName]: NonNullable<(typeof FETCHED_FACTS)[N]['value']>
}

/** The evidence a rule may use besides the pod; each is fetched once, and a missing one is reported as not checked. */
export type Facts = MeshObjectLists & FetchedFacts

export type FactName = MeshObjectName | FetchedFactName

/** What each fact is called in the reasons for unchecked rules and in the documentation. */
export const FACT_LABELS = Object.fromEntries(
  [...Object.entries(MESH_OBJECTS), ...Object.entries(FETCHED_FACTS)].map(([name, {label}]) => [name, label]),
) as Readonly<Record<FactName, string>>

/** True for a fact that is a list of objects, read by the row of that name. */
export function isObjectFact(name: FactName): name is MeshObjectName {
  return Object.hasOwn(MESH_OBJECTS, name)
}
