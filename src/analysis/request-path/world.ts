import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {EvidenceUse} from '../../model/evidence/provenance.js'
import type {Authorization} from '../../model/istio/authorization.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import type {KernelListener, NetworkNamespace} from '../../model/kernel/network-namespace.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import type {CompiledRules} from '../netfilter/packet-walk/compile.js'
import type {ProxyTraits} from '../netfilter/proxy-traits.js'
import type {NetworkBlock} from '../traffic-policy/network-block.js'

/** A pod as its object describes it. */
export interface MeshPod {
  readonly ref: PodRef
  /** The name of the workload that owns it, as a person would name it. */
  readonly workload: string
  readonly addresses: readonly string[]
  /** Address of the node it runs on. */
  readonly nodeIp?: string
  readonly node?: string
  readonly mode: PodMode
  readonly serviceAccount: string
  readonly labels: Labels
  /** TCP ports its application declares. */
  readonly ports: readonly number[]
  /** Shares the network of its node: the kernel rules of a pod do not apply to it. */
  readonly hostNetwork: boolean
  /** The ztunnel that alone reports the pod: no object of it was read, and whether it has a sidecar is not known. */
  readonly knownTo?: ZtunnelDump
}

/** The rules of a pod's kernel, ready for packets. */
export interface SiteKernel {
  readonly rules: CompiledRules
  readonly machine: NetworkNamespace
  readonly traits: ProxyTraits
  /** False where the rules that lead answers back to ztunnel are missing in an ambient pod. */
  readonly marksAnswers: boolean
  /** DNS queries of the application are redirected to the agent (DNS capture). */
  readonly capturesDns: boolean
  /** The source of the rules; says when they are not the kernel's current rules. */
  readonly from: 'live' | 'log' | 'text' | 'computed'
}

/** The listening sockets of a pod. */
export interface SiteSockets {
  readonly listeners: readonly KernelListener[]
  /** False where lines of the listing could not be parsed: what is missing may be among them. */
  readonly complete: boolean
}

/** The certificate a proxy shows to its peers. Times are milliseconds since 1970. */
export interface SiteCertificate {
  readonly uriSans: readonly string[]
  readonly dnsSans: readonly string[]
  readonly validFrom: number
  readonly validTo: number
  /** Serial numbers of the roots it trusts. */
  readonly roots: readonly string[]
}

/** The evidence of a pod on the path; each part undefined, with the reason, when it could not be read. */
export interface Site {
  readonly pod: MeshPod
  readonly proxy: EnvoyProxy | undefined
  readonly proxyGap: string | undefined
  /** What the ztunnel of an ambient pod knows. */
  readonly ztunnel?: ZtunnelDump | undefined
  /** What the ztunnel of its node knows, for a pod with a sidecar whose own configuration was not read. */
  readonly neighbour?: ZtunnelDump | undefined
  /** True where what its ztunnel, or the Envoy of this waypoint, has was not read: what istiod makes of the objects is assumed. */
  readonly byObjects?: boolean
  readonly kernel: SiteKernel | undefined
  /** The listening sockets of the pod, and whether all of them could be read; absent where none could. */
  readonly sockets?: SiteSockets | undefined
  readonly kernelGap: string | undefined
  readonly certificate: SiteCertificate | undefined
  /** The Istio object that generated a config entry, by the JSON pointer of the entry. */
  readonly madeBy: (pointer: string) => ObjectRef | undefined
  /** Resources that Envoy rejected: it keeps the previous version. */
  readonly rejected: readonly string[]
  /** Where each piece of evidence of the pod came from, and when. */
  readonly evidence: readonly EvidenceUse[]
}

/** A time in which no ztunnel took new connections on a node. Times are milliseconds since 1970. */
export interface ZtunnelOutage {
  readonly node: string
  readonly ztunnel: string
  readonly from: number
  /** Absent where it lasts. */
  readonly to?: number
}

/** The mesh around a request. */
export interface MeshWorld {
  readonly podAt: (ip: string) => MeshPod | undefined
  /** The pod in the network of its node that declares the port of a node's address. */
  readonly hostPodAt: (ip: string, port: number) => MeshPod | undefined
  /** An endpoint of a Service has the address; of a pod that was not captured there may be nothing else. */
  readonly isEndpoint: (ip: string) => boolean
  /** Whether a Service had the address before the change that is predicted, and none has it now. */
  readonly wasService: (ip: string) => boolean
  readonly serviceAt: (ip: string) => ServiceModel | undefined
  /** The addresses DNS of the cluster gives for a name of a Service with a cluster IP; undefined for any other name. */
  readonly addressesOf: (name: string) => readonly string[] | undefined
  /** The endpoints behind a Service address that only ztunnel reports; undefined for any other address. */
  readonly beyondObjects: (to: IpPort) => readonly IpPort[] | undefined
  /** Ready endpoints of a Service port as kube-proxy uses them; undefined when the endpoints are not known. */
  readonly backends: (service: ServiceModel, port: number) => readonly IpPort[] | undefined
  /** A Service or probe declares that this port of the pod speaks HTTP. */
  readonly speaksHttp: (pod: MeshPod, port: number) => boolean
  /** The evidence of the pod; throws `SiteNeeded` for one that was not read yet. */
  readonly site: (pod: MeshPod) => Site
  /** True when all objects of the cluster are known: any other address is external. */
  readonly complete: boolean
  /** The NetworkPolicies that stop a connection from an address to a port of another; absent where there are none or they are not asked for. */
  readonly networkBlock?: ((from: string, to: IpPort) => NetworkBlock | undefined) | undefined
  /** The AuthorizationPolicies of the mesh; none where they could not be read. */
  readonly authorizations: readonly Authorization[]
  readonly rootNamespace: string
  /** The status routes answer a path of a Service with, or the route that may send it elsewhere; undefined where it goes to its pods. */
  readonly routeOf: (service: ServiceModel, path: string | undefined) => number | string | undefined
  readonly ztunnelOutages: readonly ZtunnelOutage[]
  /** Nodes on which no pod of ztunnel is; none where pods could not all be read. */
  readonly nodesWithoutZtunnel: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** When the request was sent, where a recording says. */
  readonly sentAt?: number | undefined
}

/** Thrown when a path enters a pod that was not read yet; the caller reads it and restarts. */
export class SiteNeeded extends Error {
  readonly pod: MeshPod

  constructor(pod: MeshPod) {
    super(`${pod.ref.name}.${pod.ref.namespace} was not read yet`)
    this.name = 'SiteNeeded'
    this.pod = pod
  }
}
