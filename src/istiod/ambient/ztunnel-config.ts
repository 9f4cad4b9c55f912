import {listOf, textOf} from '../../formats/decode.js'
import {own} from '../../model/collections/own.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {ZtunnelDump, ZtunnelEndpoint, ZtunnelService, ZtunnelWorkload} from '../../model/istio/ztunnel.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {RegisteredEndpoint, RegisteredHost, RegisteredPort} from '../registry.js'
import type {AmbientObjects} from './objects.js'
import {ztunnelPolicies} from './policies.js'
import {entryOf, waypointFinder} from './waypoints.js'

// What istiod sends a ztunnel (Istio, workload.proto and authorization.proto), as far as requests depend on it.

const TUNNEL = 'networking.istio.io/tunnel'
const NO_LOCALITY = {region: '', zone: '', subzone: ''}

type Find = ReturnType<typeof waypointFinder>
type KeysFor = ReturnType<typeof ztunnelPolicies>['keysFor']

function bare(trustDomain: string): Omit<ZtunnelWorkload, 'uid' | 'name' | 'namespace' | 'workloadIps'> {
  return {
    hostname: '',
    protocol: 'TCP',
    serviceAccount: '',
    workloadName: '',
    workloadType: 'pod',
    canonicalName: '',
    canonicalRevision: '',
    clusterId: 'Kubernetes',
    trustDomain,
    locality: NO_LOCALITY,
    node: '',
    network: '',
    networkMode: 'Standard',
    status: 'Healthy',
    capacity: 1,
    nativeTunnel: false,
    applicationTunnel: {protocol: ''},
    authorizationPolicies: [],
    services: [],
  }
}

/** A pod: HBONE where its traffic is redirected to ztunnel, or its own proxy speaks it. */
function podWorkload(pod: PodModel, mode: PodMode, trustDomain: string, find: Find, keysFor: KeysFor): ZtunnelWorkload {
  const {namespace, name} = pod.object
  const native = mode !== 'ambient' && pod.labels[TUNNEL] === 'http'
  const waypoint = mode === 'waypoint' ? undefined : find({kind: 'workload', namespace, labels: pod.labels})
  return {
    ...bare(trustDomain),
    uid: `Kubernetes//Pod/${namespace}/${name}`,
    name,
    namespace,
    workloadIps: pod.status?.podIps ?? [],
    ...(waypoint === undefined ? {} : {waypoint: {destination: waypoint.destination}}),
    protocol: mode === 'ambient' || native ? 'HBONE' : 'TCP',
    nativeTunnel: native,
    serviceAccount: pod.serviceAccount,
    workloadName: pod.workload.name,
    canonicalName: pod.labels['service.istio.io/canonical-name'] ?? pod.labels.app ?? pod.workload.name,
    canonicalRevision: pod.labels['service.istio.io/canonical-revision'] ?? pod.labels.version ?? 'latest',
    node: pod.status?.node ?? '',
    networkMode: pod.hostNetwork ? 'HostNetwork' : 'Standard',
    status: pod.status?.ready === true ? 'Healthy' : 'Unhealthy',
    authorizationPolicies: keysFor(namespace, pod.labels),
  }
}

/** An endpoint that is not a pod: an address or a name written in a ServiceEntry or WorkloadEntry. */
function writtenWorkload(host: RegisteredHost, endpoint: RegisteredEndpoint, trustDomain: string): ZtunnelWorkload {
  const isName = parseIp(endpoint.address) === undefined
  const native = endpoint.labels[TUNNEL] === 'http'
  return {
    ...bare(trustDomain),
    uid: `Kubernetes/networking.istio.io/ServiceEntry/${host.namespace}/${host.name}/${endpoint.address}`,
    name: host.name,
    namespace: host.namespace,
    workloadIps: isName ? [] : [endpoint.address],
    hostname: isName ? endpoint.address : '',
    protocol: native ? 'HBONE' : 'TCP',
    nativeTunnel: native,
    serviceAccount: endpoint.serviceAccount ?? '',
    workloadType: 'pod',
  }
}

/** The addresses of a host: of a ServiceEntry without any those istiod gave it (status.addresses). */
function addressesOf(host: RegisteredHost, entry: KubeObject | undefined): readonly string[] {
  if (host.addresses.length > 0 || entry === undefined) return host.addresses
  return listOf(entry, 'status', 'addresses')
    .filter(each => textOf(each, 'host') === host.host)
    .flatMap(each => textOf(each, 'value') ?? [])
}

/** Endpoints of a Service without a selector, as its EndpointSlices list them. */
function listedEndpoints({slices}: AmbientObjects, host: RegisteredHost, {port}: RegisteredPort) {
  const mine = slices.filter(each => each.namespace === host.namespace && each.service === host.name)
  if (mine.length === 0) return undefined
  const ready = mine.flatMap(each => each.ready)
  const names = new Set(ready.map(each => each.portName))
  const alone = names.size === 1
  return ready
    .filter(each => alone || each.port === port)
    .map(
      ({ip, port: target}): RegisteredEndpoint => ({
        address: ip,
        port: target,
        labels: {},
        meshTls: false,
        namespace: host.namespace,
        serviceAccount: undefined,
        ready: true,
      }),
    )
}

interface Registered {
  readonly service: ZtunnelService
  readonly written: readonly ZtunnelWorkload[]
}

/** A host with its endpoints; undefined where they are not known, as if istiod had never sent it. */
function registered(
  objects: AmbientObjects,
  host: RegisteredHost,
  byIp: ReadonlyMap<string, readonly ZtunnelWorkload[]>,
  trustDomain: string,
  find: Find,
): Registered | undefined {
  const endpoints: Record<string, ZtunnelEndpoint> = {}
  const written: ZtunnelWorkload[] = []
  for (const port of host.ports) {
    const found = host.endpoints(port) ?? listedEndpoints(objects, host, port)
    if (found === undefined) return undefined
    for (const endpoint of found) {
      const pods = byIp.get(endpoint.address) ?? []
      const pod = pods.find(
        each => each.namespace === endpoint.namespace && each.serviceAccount === endpoint.serviceAccount,
      )
      const workload = pod ?? pods[0] ?? writtenWorkload(host, endpoint, trustDomain)
      if (pods.length === 0 && !written.some(each => each.uid === workload.uid)) written.push(workload)
      const known = own(endpoints, workload.uid)?.port ?? {}
      endpoints[workload.uid] = {
        workloadUid: workload.uid,
        service: `${host.namespace}/${host.host}`,
        address: null,
        port: {...known, [String(port.port)]: endpoint.port},
      }
    }
  }
  const entry = entryOf(objects, host)
  const labels = entry?.metadata.labels ?? host.labels
  const waypoint = find({kind: 'service', namespace: host.namespace, labels})
  const service: ZtunnelService = {
    name: entry?.metadata.name ?? host.name,
    namespace: host.namespace,
    hostname: host.host,
    vips: addressesOf(host, entry)
      .filter(each => !each.includes('/'))
      .map(each => `/${each}`),
    cidrVips: [],
    ports: Object.fromEntries(
      host.ports.map(({port, target}) => [String(port), typeof target === 'number' ? target : 0]),
    ),
    ...(waypoint === undefined ? {} : {waypoint: {destination: waypoint.destination}}),
    endpoints,
    subjectAltNames: [],
    ipFamilies: '',
    canonical: true,
    visibility: 'Public',
  }
  return {service, written}
}

/** What istiod would send a ztunnel, by the objects: workloads, Services and policies; no certificates and no connections. */
export function ztunnelConfig(objects: AmbientObjects): ZtunnelDump {
  const {state, pods} = objects
  const trustDomain = state.settings.trustDomains[0] ?? 'cluster.local'
  const find = waypointFinder(objects)
  const {policies, keysFor} = ztunnelPolicies(state)
  const ofPods = pods
    .filter(({model}) => (model.status?.podIps ?? []).length > 0)
    .map(({model, mode}) => podWorkload(model, mode, trustDomain, find, keysFor))
  const byIp = new Map<string, readonly ZtunnelWorkload[]>()
  for (const each of ofPods) for (const ip of each.workloadIps) byIp.set(ip, [...(byIp.get(ip) ?? []), each])
  const hosts = state.hosts
    .map(host => registered(objects, host, byIp, trustDomain, find))
    .filter(each => each !== undefined)
  return {
    workloads: [...ofPods, ...hosts.flatMap(each => each.written)],
    services: hosts.map(each => each.service),
    policies,
    identities: [],
    podStates: [],
    version: '',
  }
}
