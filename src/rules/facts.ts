import type {Difference} from '../analysis/netfilter/drift/drift.js'
import type {PortRow} from '../analysis/ports/port-map.js'
import {MESH_OBJECTS, type MeshObjectLists, type MeshObjectName} from '../formats/mesh-objects.js'
import type {AdminCertificate} from '../model/admin-certificate.js'
import type {ConnectionTable} from '../model/connection.js'
import type {InjectionDecision, InjectorSettings, NamespaceModel} from '../model/injection.js'
import type {IstioVersion} from '../model/istio-version.js'
import type {Machine} from '../model/machine.js'
import type {MeshSettings} from '../model/mesh-settings.js'
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

/** Where the proxy looks for istiod. */
export interface DiscoveryAddress {
  readonly address: string
  readonly from: string
  /** Whether a Service of that name exists; undefined for addresses that are no Service's. */
  readonly exists: boolean | undefined
  /** The namespace of that Service, with its labels where they are known. */
  readonly home?: {readonly namespace: string; readonly labels?: Labels}
}

/** How the kernel's rules differ from those the pod should have. */
export interface RulesDrift {
  readonly differences: readonly Difference[]
  readonly via: string
  /** Where they are the rules of another release than the pod's own. */
  readonly otherRelease?: OtherRelease
}

/** The rules in the kernel as they are now, and the machine packets are walked on. */
export interface KernelRules {
  readonly rulesets: readonly Ruleset[]
  readonly machine: Machine
  /** What istio-init printed of its settings, where that stands beside the rules. */
  readonly parameters: Readonly<Record<string, string>>
}

/** A fact with a fetcher of its own: its type, and what it is called where it could not be had. */
function fact<T>(label: string): {readonly label: string; readonly value?: T} {
  return {label}
}

/** What rules may ask for beside the pod and the objects of MESH_OBJECTS, one row each; `reports/check/facts` has the fetchers. */
const FETCHED_FACTS = {
  namespace: fact<NamespaceModel>('the Namespace object'),
  /**
   * Of the Services that name a container port this pod lacks: the paths of those ports that some pod or template the Service selects has.
   * A Service whose pods could not be read is left out.
   */
  namedElsewhere: fact<ReadonlyMap<string, ReadonlySet<string>>>('the other pods of the Services'),
  injection: fact<InjectionDecision>('the Namespace and the injection webhooks'),
  /** Of all revisions. */
  injectors: fact<readonly InjectorSettings[]>("the injector's settings"),
  mesh: fact<MeshSettings>('the mesh configuration'),
  /** Every name a rule of meshctl goes by: codes, slugs, codes of Istio's analyzers. */
  ruleNames: fact<ReadonlySet<string>>('the rules of meshctl'),
  sockets: fact<SocketTable>('the listening sockets of the pod'),
  ports: fact<readonly PortRow[]>('the listening sockets of the pod and the Services'),
  connections: fact<ConnectionTable>('the connections of the pod'),
  certificates: fact<{readonly all: readonly AdminCertificate[]; readonly at: Date}>("Envoy's certificates"),
  proxyLog: fact<string>('the log of the sidecar'),
  initLog: fact<string>('the log of istio-init'),
  controlPlane: fact<ControlPlaneView>("istiod's view of the proxy"),
  discovery: fact<DiscoveryAddress>('the Services of the control plane'),
  drift: fact<RulesDrift>('the rules the pod should have'),
  kernel: fact<KernelRules>('the rules in the kernel of the pod'),
  /** The names of the network interfaces of the pod. */
  interfaces: fact<readonly string[]>('the network interfaces of the pod'),
  /** The container of the proxy with all that injection gives it, as running pods and `istioctl kube-inject` show it. */
  sidecar: fact<Container>('the injected sidecar'),
  /** How a pod that exists is doing. */
  status: fact<PodStatus>('the status of the pod'),
  cni: fact<{readonly inUse: boolean; readonly because: string}>('how the rules get into the pod'),
  /** The release of the CNI plugin, where it makes the rules of the pod. */
  cniRelease: fact<IstioVersion>('the release of the CNI plugin'),
  /** Namespaces whose pods the CNI plugin leaves alone, and where that stands. */
  cniExcluded: fact<{readonly namespaces: readonly string[]; readonly from: string}>(
    'the namespaces the CNI plugin leaves alone',
  ),
} as const

export type FetchedFactName = keyof typeof FETCHED_FACTS

type FetchedFacts = {
  readonly [N in FetchedFactName]: NonNullable<(typeof FETCHED_FACTS)[N]['value']>
}

/** Everything a rule may ask for beside the pod itself; each is fetched once, and its absence is a gap that is shown. */
export type Facts = MeshObjectLists & FetchedFacts

export type FactName = MeshObjectName | FetchedFactName

/** What each fact is, for the sentence that says a rule could not be checked and for the documentation. */
export const FACT_LABELS = Object.fromEntries(
  [...Object.entries(MESH_OBJECTS), ...Object.entries(FETCHED_FACTS)].map(([name, {label}]) => [name, label]),
) as Readonly<Record<FactName, string>>

/** True for a fact that is a list of objects, read by the row of that name. */
export function isObjectFact(name: FactName): name is MeshObjectName {
  return Object.hasOwn(MESH_OBJECTS, name)
}
