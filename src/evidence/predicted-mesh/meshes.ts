import type {MeshPod, SiteCertificate} from '../../analysis/request-path/world.js'
import {madeBy} from '../../formats/envoy-config-dump/made-by.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import {readNamespace} from '../../formats/kube-cluster.js'
import {gatewayProxy} from '../../istiod/gateway-proxy.js'
import type {Message} from '../../istiod/rbac/strings.js'
import type {Workload} from '../../istiod/registry.js'
import type {ProxyPlace} from '../../istiod/scope.js'
import {type IstioState, istioState} from '../../istiod/state.js'
import {translated} from '../../istiod/translate.js'
import {inboundPorts, type Viewpoint} from '../../istiod/viewpoint.js'
import type {Gap} from '../../model/answer.js'
import type {NamespaceModel} from '../../model/injection.js'
import {podLabel} from '../../model/kube-object.js'
import type {PodModel} from '../../model/pod.js'
import {type Overlay, overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {type Mesh, meshPod, readMesh} from '../mesh-world/mesh.js'
import {type ReadSite, readDump, readSite, type SiteEdit} from '../mesh-world/site.js'
import {lentKernel} from './lent-site.js'
import {DEFAULT_SETTINGS, istioObjects, livingPods, meshSettings, workloadOf} from './objects.js'
import {endpointsOfHost, expectedAccounts, strangerAt, tracedEndpoints} from './strangers.js'

/** A sender that records name. */
export interface NamedSender {
  readonly namespace: string
  readonly name: string
  readonly address: string
}

/** A mesh as it is, and as it would be with some objects laid over it. */
export interface TwoMeshes {
  readonly before: Mesh
  readonly after: Mesh
  readonly states: {readonly before: IstioState; readonly after: IstioState}
  readonly strangers: readonly MeshPod[]
  readonly namespaces: ReadonlyMap<string, NamespaceModel>
  readonly gaps: readonly Gap[]
}

interface Basis {
  readonly source: Source
  readonly pods: readonly PodModel[]
  readonly workloads: ReadonlyMap<string, Workload>
  readonly before: IstioState
  readonly after: IstioState
  readonly dumps: readonly Message[]
}

function placeOf(pod: MeshPod): ProxyPlace {
  return {namespace: pod.ref.namespace, labels: pod.labels, gateway: pod.mode === 'gateway' || pod.mode === 'waypoint'}
}

function viewOf(state: IstioState, pod: MeshPod, workload: Workload | undefined): Viewpoint {
  const place = placeOf(pod)
  const ports = place.gateway ? [] : inboundPorts(state, place, name => workload?.portNamed(name))
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

function editFor(basis: Basis, state: IstioState): SiteEdit {
  return (dump, pod) => {
    const workload = basis.workloads.get(podLabel(pod.ref))
    const json = dump as Message
    const edited = translated(json, viewOf(basis.before, pod, workload), viewOf(state, pod, workload), basis.dumps)
    return {json: edited, changed: changedClusters(json, edited)}
  }
}

interface Donor {
  readonly site: ReadSite
  readonly dump: Message
}

function assumed(state: IstioState, pod: MeshPod): SiteCertificate {
  const domain = state.settings.trustDomains[0] ?? 'cluster.local'
  return {
    uriSans: [`spiffe://${domain}/ns/${pod.ref.namespace}/sa/${pod.serviceAccount}`],
    dnsSans: [],
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    roots: [],
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

/** What a pod that was not captured is like, as far as the objects and a captured pod tell. */
function strangerSite(basis: Basis, donor: Donor, state: IstioState, pod: MeshPod): ReadSite {
  const bare = {
    pod,
    proxyGap: undefined,
    kernel: undefined,
    kernelGap: undefined,
    proxy: undefined,
    certificate: undefined,
    madeBy: () => undefined,
    rejected: [],
    evidence: [],
  }
  if (pod.mode !== 'sidecar') return {site: {...bare, pod: {...pod, mode: 'none'}}, gaps: [], notes: []}
  const donated = basis.workloads.get(podLabel(donor.site.site.pod.ref))
  const from = viewOf(basis.before, donor.site.site.pod, donated)
  const json = translated(donor.dump, from, viewOf(state, pod, undefined), basis.dumps)
  const site = {
    ...bare,
    proxy: {...proxyOf(json), address: pod.addresses[0]},
    kernel: lentKernel(donor.site.site, pod),
    madeBy: (pointer: string) => madeBy(json, pointer),
    certificate: assumed(state, pod),
  }
  const note = `${podLabel(pod.ref)} was not captured: its configuration is derived from the objects and that of ${podLabel(donor.site.site.pod.ref)}`
  return {site, gaps: [], notes: [note]}
}

/** A gateway whose configuration was not captured, by its Gateways and VirtualServices. */
function gatewaySite(basis: Basis, donor: Donor, state: IstioState, read: ReadSite): ReadSite {
  const {pod} = read.site
  const from = viewOf(basis.before, donor.site.site.pod, basis.workloads.get(podLabel(donor.site.site.pod.ref)))
  const json = gatewayProxy(donor.dump, from, viewOf(state, pod, basis.workloads.get(podLabel(pod.ref))))
  const note = `${podLabel(pod.ref)}: its configuration was not captured, and is derived from its Gateways and VirtualServices`
  return {
    site: {
      ...read.site,
      proxy: {...proxyOf(json), address: pod.addresses[0]},
      proxyGap: undefined,
      madeBy: pointer => madeBy(json, pointer),
      certificate: read.site.certificate ?? assumed(state, pod),
    },
    gaps: read.gaps,
    notes: [...read.notes, note],
  }
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

/** Reads a mesh twice: as it is, and as istiod would make it with the overlay. Pods that were not captured are derived. */
export async function twoMeshes(
  source: Source,
  overlay: Overlay,
  now: number,
  senders: readonly NamedSender[],
  istioNamespace: string,
): Promise<TwoMeshes> {
  const changed = overlaySource(source, overlay)
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
  const before = istioState(was.objects, {settings, workloads, complete})
  const after = istioState(is.objects, {settings, workloads, complete})
  const byLabel = new Map(workloads.map(each => [podLabel(each), each] as const))
  const basis: Basis = {source, pods, workloads: byLabel, before, after, dumps}
  const strange = new Set(strangers)
  const mesh = (state: IstioState): Promise<Mesh> =>
    readMesh(state === before ? source : changed, now, {
      strangers,
      rootNamespace: settings.rootNamespace,
      backends: (service, port) =>
        endpointsOfHost(
          facts.endpoints,
          `${service.object.name}.${service.object.namespace}.svc.${settings.clusterDomain}`,
          port,
        ),
      speaksHttp: (pod, port) =>
        inboundPorts(before, placeOf(pod), () => undefined).some(each => each.port === port && each.reading === 'http'),
      site: async pod => {
        if (strange.has(pod) && donor !== undefined) return strangerSite(basis, donor, state, pod)
        const read = await readSite(source, pod, state === before ? undefined : editFor(basis, state))
        const unseen = read.site.proxy === undefined && pod.mode === 'gateway'
        return unseen && donor !== undefined ? gatewaySite(basis, donor, state, read) : read
      },
    })
  return {
    before: await mesh(before),
    after: await mesh(after),
    states: {before, after},
    strangers,
    namespaces,
    gaps: [...was.gaps, ...is.gaps.filter(each => !was.gaps.some(old => old.what === each.what))],
  }
}
