import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {isHttpLike, istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts, declaredPorts, selects} from '../../analysis/ports/service-ports.js'
import {type MeshPod, type MeshWorld, type Site, SiteNeeded} from '../../analysis/request-path/world.js'
import {readAuthorization} from '../../formats/istio/authorization.js'
import {type EndpointSlice, readEndpointSlice} from '../../formats/kube/kube-endpoints.js'
import {readService} from '../../formats/kube/kube-service.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {once, onceByKey} from '../../model/collections/once.js'
import type {IpPort} from '../../model/envoy/request.js'
import {answered, type Gap, gapSentence} from '../../model/evidence/answer.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {appContainers, isOver, type PodModel} from '../../model/kube/pod.js'
import {objectPages} from '../../sources/object-pages.js'
import type {Source} from '../../sources/source.js'
import {readZtunnel} from '../ambient/read-ztunnel.js'
import {ztunnelObjects} from '../ambient/ztunnels.js'
import {computedKernel} from '../kernel/computed-kernel.js'
import {istioConfigMaps} from '../mesh-objects/istio-config-maps.js'
import {noted} from '../provenance.js'
import {readAmbientObjects} from './ambient-objects.js'
import {type ByObjects, byObjects, waypointByObjects} from './by-objects.js'
import {policedNetwork, type ReadNetwork} from './policed-network.js'
import {readRoutes} from './routed-services.js'
import {clusterIpsOf} from './service-names.js'
import {type ReadSite, readSite} from './site.js'
import {ztunnelOutages} from './ztunnel-outages.js'
import {type BeyondObjects, ztunnelStrangers} from './ztunnel-strangers.js'

/** The pods and Services of a mesh, and the evidence of the pods on request paths. */
export interface Mesh {
  readonly pods: readonly MeshPod[]
  readonly services: readonly ServiceModel[]
  readonly world: MeshWorld
  readonly gaps: () => readonly Gap[]
  readonly notes: () => readonly string[]
  /** Runs a simulation; reads the pods it needs and runs it again. */
  readonly follow: <T>(run: () => T) => Promise<T>
}

interface Objects {
  readonly pods: readonly PodModel[]
  readonly services: readonly ServiceModel[]
  /** None where they could not be listed: then the pods alone tell the endpoints. */
  readonly slices: readonly EndpointSlice[]
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
}

async function everyObject<T>(
  source: Source,
  kind: string,
  read: Parameters<typeof objectPages<T>>[2],
  gaps: Gap[],
): Promise<readonly T[]> {
  let found: T[] = []
  for await (const page of objectPages(source, {kind}, read)) {
    if (!page.ok) {
      gaps.push(page.gap)
      return []
    }
    if (page.value.begins) found = []
    found.push(...page.value.items)
  }
  return found
}

/** What is known of a mesh besides its objects: pods that were not captured, endpoints, and what their sites are like. */
export interface MeshExtras {
  readonly strangers: readonly MeshPod[]
  readonly backends: (service: ServiceModel, port: number) => readonly IpPort[] | undefined
  readonly speaksHttp: (pod: MeshPod, port: number) => boolean
  /** Undefined for a pod that is read as any other. */
  readonly site: (pod: MeshPod) => Promise<ReadSite | undefined>
  /** Addresses that Services had before a change and have no more. */
  readonly formerAddresses: ReadonlySet<string>
  /** Pods of namespaces without objects are taken from what ztunnel knows. */
  readonly pastObjects: boolean
  /** NetworkPolicies stop connections; not where only a change of them is looked at. */
  readonly networkPolicies: boolean
  /** Where the control plane's ConfigMaps are. */
  readonly istioNamespace: string
  /** The root namespace where it is known already; the ConfigMap is not read then. */
  readonly rootNamespace: string | undefined
}

const NOTHING_MORE: Omit<MeshExtras, 'site'> = {
  istioNamespace: 'istio-system',
  rootNamespace: undefined,
  strangers: [],
  formerAddresses: new Set(),
  pastObjects: false,
  networkPolicies: false,
  backends: () => undefined,
  speaksHttp: () => false,
}

/** Namespaces with Services whose pods the source does not hold. */
async function unseenNamespaces(source: Source, {pods, services}: Objects): Promise<ReadonlySet<string>> {
  const seen = new Set(pods.map(each => each.object.namespace))
  const names = [...new Set(services.map(each => each.object.namespace))].filter(each => !seen.has(each))
  const answers = await Promise.all(
    names.map(async namespace => ({namespace, answer: await source.objects({kind: 'Pod', namespace})})),
  )
  return new Set(answers.flatMap(({namespace, answer}) => (answer.ok ? [] : [namespace])))
}

async function readObjects(source: Source): Promise<Objects> {
  const gaps: Gap[] = []
  const pods = await everyObject(source, 'Pod', readPod, gaps)
  const services = await everyObject(source, 'Service', readService, gaps)
  const unlisted: Gap[] = []
  const slices = await everyObject(source, 'EndpointSlice', readEndpointSlice, unlisted)
  const notes = unlisted.map(gap => `the ready pods of a Service are assumed to be its endpoints: ${gapSentence(gap)}`)
  return {
    pods: pods.filter(each => each !== undefined).filter(each => !isOver(each)),
    services,
    slices: slices.filter(each => each !== undefined),
    gaps,
    notes,
  }
}

/** A pod as others see it. */
export function meshPod(pod: PodModel): MeshPod {
  return {
    ref: {namespace: pod.object.namespace, name: pod.object.name},
    workload: pod.workload.name,
    addresses: pod.status?.podIps ?? [],
    ...definedFields({
      nodeIp: pod.status?.hostIp === undefined ? undefined : pod.status.hostIp,
      node: pod.status?.node === undefined ? undefined : pod.status.node,
    }),
    mode: podMode(pod),
    serviceAccount: pod.serviceAccount,
    labels: pod.labels,
    ports: declaredPorts(pod)
      .filter(each => each.protocol === 'TCP')
      .map(each => each.port),
    hostNetwork: pod.hostNetwork,
  }
}

/** Endpoints of a Service port that belong to no pod of the source: pods that were not captured, addresses written by hand. */
function endpointsElsewhere(
  {pods, slices}: Objects,
  {object, ports}: ServiceModel,
  port: number,
): readonly IpPort[] | undefined {
  const own = slices.filter(each => each.namespace === object.namespace && each.service === object.name)
  if (own.length === 0) return undefined
  const name = ports.find(each => each.port === port)?.name ?? ''
  const known = new Set(pods.flatMap(pod => pod.status?.podIps ?? []))
  return own
    .flatMap(each => each.ready)
    .filter(({ip, portName}) => portName === name && !known.has(ip))
    .map(({ip, port: behind}) => ({ip, port: behind}))
}

/** The ready endpoints of a Service port: its pods as they are, and what its EndpointSlices list besides. */
function backendsOf(objects: Objects, service: ServiceModel, port: number): readonly IpPort[] | undefined {
  const elsewhere = endpointsElsewhere(objects, service, port)
  if (Object.keys(service.selector).length === 0) return elsewhere
  const own = objects.pods
    .filter(pod => selects(service, pod) && (pod.status?.ready === true || service.publishesNotReady))
    .flatMap(pod => {
      const target = boundPorts(pod, [service]).find(each => each.port.port === port)?.target
      const [ip] = pod.status?.podIps ?? []
      return target === undefined || ip === undefined ? [] : [{ip, port: target}]
    })
  return [...own, ...(elsewhere ?? [])]
}

function httpPorts(pod: PodModel, services: readonly ServiceModel[]): ReadonlySet<number> {
  const declared = boundPorts(pod, services)
    .filter(({port}) => isHttpLike(istioProtocol(port)))
    .flatMap(({target}) => (target === undefined ? [] : [target]))
  const probed = appContainers(pod)
    .flatMap(({probes}) => probes)
    .flatMap(({handler, port}) => (handler === 'httpGet' && typeof port === 'number' ? [port] : []))
  return new Set([...declared, ...probed])
}

type ZtunnelReader = (ref: PodRef) => Promise<{
  readonly dump: ZtunnelDump | undefined
  readonly evidence: Site['evidence']
}>

/** Reads what a ztunnel knows once for all pods of its node, each of which rests on that evidence. */
function ztunnelReader(source: Source): ZtunnelReader {
  const once = onceByKey<ReturnType<ZtunnelReader>>()
  return ref =>
    once(podLabel(ref), async () => {
      const here = noted(source)
      return {dump: await readZtunnel(here, ref), evidence: here.ledger.uses()}
    })
}

/** The pods and Service addresses that only ztunnel reports, in namespaces of which no pod was read. */
async function beyondObjects(ztunnelOf: ZtunnelReader, captured: readonly MeshPod[]): Promise<BeyondObjects> {
  const ztunnels = captured.filter(({mode}) => mode === 'ztunnel')
  const read = await Promise.all(ztunnels.map(({ref}) => ztunnelOf(ref)))
  const seen = new Set(captured.map(({ref}) => ref.namespace))
  return ztunnelStrangers(
    read.flatMap(({dump}) => dump ?? []),
    seen,
  )
}

/** Nodes of ambient pods that have no ztunnel, in a mesh of which every pod was read and that has one elsewhere. */
function withoutZtunnel(pods: readonly MeshPod[], complete: boolean): readonly string[] {
  const served = new Set(pods.filter(({mode}) => mode === 'ztunnel').map(({node}) => node))
  if (!complete || served.size === 0) return []
  const nodes = pods.flatMap(({mode, node}) => (mode === 'ambient' && node !== undefined ? [node] : []))
  return [...new Set(nodes)].filter(node => !served.has(node))
}

function strangerSite(pod: MeshPod, dump: ZtunnelDump): ReadSite {
  const gap = `${podLabel(pod.ref)} was not captured`
  const view = pod.mode === 'ambient' ? {ztunnel: dump} : {neighbour: dump}
  const site = {
    pod,
    ...view,
    proxy: undefined,
    proxyGap: gap,
    kernel: undefined,
    kernelGap: gap,
    certificate: undefined,
  }
  const note = `${gap}: what ztunnel knows of it is used`
  return {site: {...site, madeBy: () => undefined, rejected: [], evidence: []}, gaps: [], notes: [note]}
}

/** Rules that could not be read are those that istio-cni or istio-init sets. */
function withKernel(read: ReadSite, model: PodModel | undefined): ReadSite {
  const {pod, kernel} = read.site
  const mode = pod.mode === 'ambient' || pod.mode === 'sidecar' ? pod.mode : undefined
  if (mode === undefined || kernel !== undefined || model === undefined) return read
  const by = mode === 'ambient' ? 'istio-cni' : 'injection'
  const assumed = `the rules of ${podLabel(pod.ref)} could not be read: those that ${by} sets are assumed`
  return {...read, site: {...read.site, kernel: computedKernel(model, mode)}, notes: [...read.notes, assumed]}
}

/** A pod's site, with what the ztunnel of its node knows where the pod is ambient; what could not be read is made by the objects. */
async function withZtunnel(
  source: Source,
  pod: MeshPod,
  pods: readonly MeshPod[],
  ztunnelOf: ZtunnelReader,
  expected: () => Promise<ByObjects>,
  model: PodModel | undefined,
): Promise<ReadSite> {
  if (pod.knownTo !== undefined) return strangerSite(pod, pod.knownTo)
  const seen = await readSite(source, pod)
  const read = pod.mode === 'ambient' ? withKernel(seen, model) : seen
  if (pod.mode === 'waypoint' && read.site.proxy === undefined) {
    const json = (await expected()).waypoint(pod)
    return json === undefined ? read : waypointByObjects(read, json)
  }
  const serving = pods.find(({mode, nodeIp}) => mode === 'ztunnel' && nodeIp === pod.nodeIp)?.ref
  const unread = pod.mode === 'sidecar' && read.site.proxy === undefined
  const ambientHere = unread && pods.some(({mode}) => mode === 'ambient')
  if (pod.mode !== 'ambient' && !ambientHere) return read
  const {dump, evidence} = serving === undefined ? {dump: undefined, evidence: []} : await ztunnelOf(serving)
  const ztunnel = dump ?? (await expected()).ztunnel
  const derived = dump === undefined
  const unasked = `${serving === undefined ? `the ztunnel of ${podLabel(pod.ref)}` : podLabel(serving)} was not read: what istiod sends a ztunnel by the objects is assumed`
  if (unread) {
    const note = `the configuration of ${podLabel(pod.ref)} could not be read: what istiod makes of the objects is assumed`
    const notes = [...read.notes, note, ...(derived ? [unasked] : [])]
    return withKernel({...read, site: {...read.site, neighbour: ztunnel, byObjects: derived}, notes}, model)
  }
  return {
    ...read,
    site: {...read.site, ztunnel, byObjects: derived, evidence: [...read.site.evidence, ...evidence]},
    notes: [...read.notes, ...(derived ? [unasked] : [])],
  }
}

/** Reads the pods and Services of a source; other evidence of a pod is read when a request first enters it. */
export async function readMesh(source: Source, now: number, extras: Partial<MeshExtras> = {}): Promise<Mesh> {
  const {strangers, backends, speaksHttp, istioNamespace, rootNamespace} = {...NOTHING_MORE, ...extras}
  const objects = await readObjects(source)
  const unseen = await unseenNamespaces(source, objects)
  const captured = objects.pods.map(meshPod)
  const ztunnelOf = ztunnelReader(source)
  const beyond =
    extras.pastObjects === true ? await beyondObjects(ztunnelOf, captured) : {pods: [], behind: () => undefined}
  const pods = [...captured, ...strangers, ...beyond.pods]
  const expected = once(async () => byObjects((await readAmbientObjects(source, istioNamespace)).objects))
  const models = new Map(objects.pods.map((model, i) => [captured[i], model] as const))
  const siteOf = async (pod: MeshPod) =>
    (await extras.site?.(pod)) ?? (await withZtunnel(source, pod, pods, ztunnelOf, expected, models.get(pod)))
  const byAddress = new Map(pods.flatMap(pod => (pod.hostNetwork ? [] : pod.addresses.map(ip => [ip, pod] as const))))
  const byClusterIp = new Map(objects.services.flatMap(each => each.clusterIps.map(ip => [ip, each] as const)))
  const endpoints = new Set(objects.slices.flatMap(({ready}) => ready.map(({ip}) => ip)))
  const waypoints = pods.some(({mode}) => mode === 'ambient' || mode === 'waypoint')
  const authorizations = waypoints ? await everyObject(source, 'AuthorizationPolicy', readAuthorization, []) : []
  // Only the policies of ambient pods are decided by objects; sidecars have them in their configuration.
  const known = authorizations.length === 0 || rootNamespace !== undefined
  const settings = known ? undefined : await istioConfigMaps(source, istioNamespace).mesh()
  const ambient = waypoints ? await ztunnelObjects(source) : answered([])
  const routeOf = waypoints ? await readRoutes(source, objects.services) : () => undefined
  const http = new Map<MeshPod, ReadonlySet<number>>()
  const sites = new Map<string, Site>()
  const gaps: Gap[] = [...objects.gaps]
  const notes = [...objects.notes]
  if (settings?.ok === false)
    notes.push(`the mesh configuration was not read: root namespace ${istioNamespace} is assumed`)
  const podAt = (ip: string) => byAddress.get(ip)
  const policed: ReadNetwork =
    extras.networkPolicies === true
      ? await policedNetwork(source, {models: objects.pods, podAt, modelOf: pod => models.get(pod)})
      : {notes: []}
  notes.push(...policed.notes)
  const world: MeshWorld = {
    ...definedFields({networkBlock: policed.blocks}),
    podAt,
    hostPodAt: (ip, port) =>
      pods.find(({hostNetwork, addresses, ports}) => hostNetwork && addresses.includes(ip) && ports.includes(port)),
    isEndpoint: ip => endpoints.has(ip),
    wasService: ip => extras.formerAddresses?.has(ip) === true,
    serviceAt: ip => byClusterIp.get(ip),
    addressesOf: name => clusterIpsOf(objects.services, name),
    beyondObjects: beyond.behind,
    backends: (service, port) =>
      unseen.has(service.object.namespace)
        ? (backends(service, port) ?? endpointsElsewhere(objects, service, port))
        : backendsOf(objects, service, port),
    speaksHttp: (pod, port) => {
      const model = models.get(pod)
      if (model === undefined) return speaksHttp(pod, port)
      const known = http.get(pod) ?? httpPorts(model, objects.services)
      http.set(pod, known)
      return known.has(port)
    },
    site: pod => {
      const known = sites.get(podLabel(pod.ref))
      if (known === undefined) throw new SiteNeeded(pod)
      return known
    },
    routeOf,
    nodesWithoutZtunnel: withoutZtunnel(captured, source.traits.complete && objects.gaps.length === 0),
    ztunnelOutages: ambient.ok ? ztunnelOutages(ambient.value) : [],
    authorizations,
    rootNamespace: rootNamespace ?? (settings?.ok === true ? settings.value.rootNamespace : istioNamespace),
    complete: source.traits.complete && objects.gaps.length === 0,
    now,
  }
  const follow = async <T>(run: () => T): Promise<T> => {
    for (;;) {
      try {
        return run()
      } catch (error) {
        if (!(error instanceof SiteNeeded) || sites.has(podLabel(error.pod.ref))) throw error
        const read = await siteOf(error.pod)
        sites.set(podLabel(error.pod.ref), read.site)
        gaps.push(...read.gaps)
        notes.push(...read.notes)
      }
    }
  }
  return {pods, services: objects.services, world, gaps: () => gaps, notes: () => [...new Set(notes)], follow}
}
