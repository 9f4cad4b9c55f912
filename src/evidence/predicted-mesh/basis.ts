import type {MeshPod} from '../../analysis/request-path/world.js'
import {readNamespace} from '../../formats/kube/kube-cluster.js'
import type {Message} from '../../istiod/rbac/strings.js'
import type {Workload} from '../../istiod/registry.js'
import type {ProxyPlace} from '../../istiod/scope.js'
import {type IstioState, istioState} from '../../istiod/state.js'
import {translated} from '../../istiod/translate.js'
import {inboundPorts, type Viewpoint} from '../../istiod/viewpoint.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {NamespaceModel} from '../../model/istio/injection.js'
import type {MeshSettings} from '../../model/istio/mesh-settings.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {type Overlay, overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {DEFAULT_SETTINGS, istioObjects, livingPods, meshSettings, workloadOf} from '../mesh-objects/istio-objects.js'
import {meshPod} from '../mesh-world/mesh.js'
import {type ReadSite, readDump, readSite, type SiteEdit} from '../mesh-world/site.js'
import {touchesAmbient, withEnrolment} from './enrolment.js'
import {expectedAccounts, type StrangerFacts, strangerAt, tracedEndpoints} from './strangers.js'

/** A sender that records name. */
export interface NamedSender {
  readonly namespace: string
  readonly name: string
  readonly address: string
}

/** A captured pod that lends what pods that were not captured have in common with it. */
export interface Donor {
  readonly site: ReadSite
  readonly dump: Message
}

/** What istiod knows before and after a change, and what proxies hold now: all that a prediction rests on. */
export interface Basis {
  readonly before: IstioState
  readonly after: IstioState
  readonly settings: MeshSettings
  /** The change may alter what ztunnels and waypoints have: then the objects decide for them, before and after. */
  readonly ambient: boolean
  /** The source with the change applied. */
  readonly changed: Source
  /** By `name.namespace`. */
  readonly workloads: ReadonlyMap<string, Workload>
  readonly pods: readonly MeshPod[]
  readonly donor: Donor | undefined
  readonly dumps: readonly Message[]
  readonly strangers: readonly MeshPod[]
  readonly facts: StrangerFacts
  readonly namespaces: ReadonlyMap<string, NamespaceModel>
  readonly gaps: readonly Gap[]
}

/** Where the proxy of a pod is. */
export function placeOf(pod: MeshPod): ProxyPlace {
  return {namespace: pod.ref.namespace, labels: pod.labels, gateway: pod.mode === 'gateway' || pod.mode === 'waypoint'}
}

/** What a proxy sees of one state of the mesh. */
export function viewOf(state: IstioState, pod: MeshPod, workload: Workload | undefined): Viewpoint {
  const place = placeOf(pod)
  const ports = place.gateway ? [] : inboundPorts(state, place, name => workload?.portNamed(name), workload?.addresses)
  return {state, place, ports}
}

/** What changes between two translations of one configuration: the names of clusters that are not as they were. */
function changedClusters(before: Message, after: Message): ReadonlySet<string> {
  const of = (dump: Message) => {
    const found = new Map<string, string>()
    for (const config of (dump.configs ?? []) as readonly Message[])
      for (const list of ['dynamic_active_clusters', 'dynamic_endpoint_configs'])
        for (const entry of (config[list] ?? []) as readonly Message[]) {
          const resource = (entry.cluster ?? entry.endpoint_config) as Message | undefined
          const name = (resource?.name ?? resource?.cluster_name) as string | undefined
          if (name !== undefined) found.set(`${list} ${name}`, JSON.stringify(resource))
        }
    return found
  }
  const [old, next] = [of(before), of(after)]
  const keys = new Set([...old.keys(), ...next.keys()])
  return new Set(
    [...keys].filter(each => old.get(each) !== next.get(each)).map(each => each.slice(each.indexOf(' ') + 1)),
  )
}

/** Makes of a configuration read now what istiod would send in `state`. */
export function editFor(basis: Basis, state: IstioState): SiteEdit {
  return (dump, pod) => {
    const workload = basis.workloads.get(podLabel(pod.ref))
    const json = dump as Message
    const edited = translated(json, viewOf(basis.before, pod, workload), viewOf(state, pod, workload), basis.dumps)
    return {json: edited, changed: changedClusters(json, edited)}
  }
}

/** The first captured sidecar with the widest view: it lends what a pod that was not captured has in common with it. */
async function donorOf(source: Source, pods: readonly MeshPod[]): Promise<Donor | undefined> {
  let best: {readonly pod: MeshPod; readonly dump: Message; readonly size: number} | undefined
  for (const pod of pods.filter(each => each.mode === 'sidecar')) {
    const dump = await readDump(source, pod)
    if (!dump.ok) continue
    const size = tracedEndpoints([dump.value as Message]).length
    if (best === undefined || size > best.size) best = {pod, dump: dump.value as Message, size}
  }
  return best === undefined ? undefined : {site: await readSite(source, best.pod), dump: best.dump}
}

async function namespacesOf(source: Source) {
  const answer = await source.objects({kind: 'Namespace'})
  return new Map((answer.ok ? answer.value : []).map(readNamespace).map(each => [each.name, each]))
}

function strangerWorkload(pod: MeshPod): Workload {
  return {
    namespace: pod.ref.namespace,
    name: pod.ref.name,
    addresses: pod.addresses,
    labels: pod.labels,
    serviceAccount: pod.serviceAccount,
    ready: true,
    meshTls: pod.mode === 'sidecar',
    portNamed: () => undefined,
  }
}

/** Reads what a prediction about a change rests on; `senders` are pods that records name. */
export async function basisOf(
  source: Source,
  overlay: Overlay,
  senders: readonly NamedSender[],
  istioNamespace: string,
): Promise<Basis> {
  const laid = overlaySource(source, overlay)
  const ambient = touchesAmbient(overlay)
  const changed = ambient ? await withEnrolment(source, laid) : laid
  const [settings = DEFAULT_SETTINGS, {pods}, was, is, namespaces] = await Promise.all([
    meshSettings(source, istioNamespace),
    livingPods(source),
    istioObjects(source),
    istioObjects(changed),
    namespacesOf(source),
  ])
  const captured = pods.map(meshPod)
  const donor = await donorOf(source, captured)
  const dumps = donor === undefined ? [] : [donor.dump]
  const known = new Set(captured.flatMap(each => each.addresses))
  const plain = istioState(was.objects, {settings, workloads: [], complete: () => false})
  const facts = {
    endpoints: tracedEndpoints(dumps).filter(each => !known.has(each.address)),
    hosts: plain.hosts,
    namespaces,
    accounts: expectedAccounts(dumps),
  }
  const named = senders.filter(each => !known.has(each.address))
  const addresses = new Set([...facts.endpoints.map(each => each.address), ...named.map(each => each.address)])
  const strangers = [...addresses].flatMap(address => {
    const found = strangerAt(
      address,
      named.find(each => each.address === address),
      facts,
    )
    return found === undefined ? [] : [found]
  })
  const workloads = [...pods.map(workloadOf), ...strangers.map(strangerWorkload)]
  const homes = new Set(workloads.map(each => each.namespace))
  const complete = (namespace: string) => homes.has(namespace)
  return {
    before: istioState(was.objects, {settings, workloads, complete}),
    after: istioState(is.objects, {settings, workloads, complete}),
    settings,
    ambient,
    changed,
    workloads: new Map(workloads.map(each => [podLabel(each), each] as const)),
    pods: captured,
    donor,
    dumps,
    strangers,
    facts,
    namespaces,
    gaps: [...was.gaps, ...is.gaps.filter(each => !was.gaps.some(old => old.what === each.what))],
  }
}
