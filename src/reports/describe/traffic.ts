import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {type BoundPort, boundPorts} from '../../analysis/ports/service-ports.js'
import {mtlsMode, type PeerMode} from '../../analysis/traffic-policy/peer-mode.js'
import {type StandingRule, standings} from '../../analysis/traffic-policy/standing.js'
import {
  meansService,
  surelyGiven,
  type TouchingDestinationRule,
  type TouchingVirtualService,
  touchingDestinationRules,
  touchingVirtualServices,
} from '../../analysis/traffic-policy/touching.js'
import type {Gap} from '../../model/answer.js'
import type {ServiceModel, ServicePort} from '../../model/kube-service.js'
import type {PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import type {Source} from '../../sources/source.js'
import {type Exposure, exposures} from './exposure.js'
import type {DetectedPort, ProxyRule, ProxyView} from './in-proxy.js'
import {type MeshObjects, shortName} from './mesh-objects.js'

/** What stands between callers and the application: a proxy of the mesh, a gateway, or nothing; `unknown` without any pod to tell. */
export type Guard = 'proxy' | 'gateway' | 'none' | 'unknown'

/** Who receives for a pod of that mode. */
export function guardOf(mode: PodMode | 'unknown'): Guard {
  if (mode === 'gateway' || mode === 'waypoint') return 'gateway'
  return mode === 'sidecar' || mode === 'ambient' ? 'proxy' : 'none'
}

/** A port of a Service in a pod: what its name promises, what the proxy takes it for, and the mTLS mode there. */
export interface DescribedPort {
  readonly port: ServicePort
  readonly target: number | undefined
  readonly protocol: string
  readonly detected?: DetectedPort
  /** True when the proxy has no filter chain for it. */
  readonly unserved: boolean
  /** Absent when the policies could not be read or no proxy guards the pod. */
  readonly mtls?: PeerMode
}

/** A Service and all that leads traffic to it; lists that could not be read are absent. */
export interface ServiceDescription {
  readonly service: ServiceModel
  readonly guard: Guard
  readonly ports: readonly DescribedPort[]
  readonly destinationRules?: readonly TouchingDestinationRule[]
  readonly virtualServices?: readonly TouchingVirtualService[]
  readonly exposed: readonly Exposure[]
  /** The rules by the objects and by the proxy's metadata. */
  readonly inProxy: {
    readonly destinationRules: readonly StandingRule[]
    readonly virtualServices: readonly StandingRule[]
  }
}

/** What the description of a Service rests on. */
export interface TrafficFacts {
  readonly source: Source
  readonly objects: MeshObjects
  /** The proxy whose metadata is laid beside the objects. */
  readonly view: ProxyView | undefined
  /** Who receives for the pods: a gateway has TLS of its own and is not given rules for the mesh. */
  readonly guard: Guard
  readonly gaps: Gap[]
}

/** The ports of a Service as they stand in it, when no pod shows where they lead. */
function unbound(service: ServiceModel): readonly BoundPort[] {
  return service.ports.map(port => ({
    service,
    port,
    target: typeof port.target === 'number' ? port.target : undefined,
  }))
}

function describedPorts(
  service: ServiceModel,
  pod: PodModel | undefined,
  {objects, view, guard}: TrafficFacts,
): readonly DescribedPort[] {
  return (pod === undefined ? unbound(service) : boundPorts(pod, [service])).map(({port, target}): DescribedPort => {
    const detected = view?.inbound?.find(each => each.port === target)
    const peers = objects.peerAuthentications
    const mode =
      pod === undefined || peers === undefined || guard !== 'proxy' || target === undefined
        ? undefined
        : mtlsMode(pod, target, peers, objects.rootNamespace)
    return {
      port,
      target,
      protocol: istioProtocol(port),
      unserved:
        view?.inbound !== undefined && detected === undefined && port.protocol === 'TCP' && target !== undefined,
      ...(detected === undefined ? {} : {detected}),
      ...(mode === undefined ? {} : {mtls: mode}),
    }
  })
}

/** Origins that are no DestinationRule or VirtualService, such as an HTTPRoute: Envoy's metadata says no more than that. */
const OTHER_KIND = '<unknown>'

/** The rules a proxy uses for the host of a Service; those of another kind are noted, since they cannot be compared. */
function usedFor(
  rules: readonly ProxyRule[] | undefined,
  host: string,
  service: ServiceModel,
  {objects, gaps}: TrafficFacts,
) {
  const {name, namespace} = service.object
  const means = (each: string) => !each.startsWith('*') && meansService(each, namespace, service, objects.domain)
  const used = rules?.filter(({hosts}) => hosts.includes(host) || hosts.some(means)).map(({rule}) => rule)
  if (used?.includes(OTHER_KIND) === true) {
    const what = `rules of other kinds for ${name}.${namespace}, such as HTTPRoutes`
    gaps.push({what, reason: 'not-applicable', detail: 'the proxy has some, and only Istio objects are compared'})
  }
  return used?.filter(rule => rule !== OTHER_KIND)
}

/** True when the proxy looked at is not given rules for callers of the Service at all: a gateway, or a Sidecar scope without it. */
function outOfScope({view, guard}: TrafficFacts, host: string): boolean {
  return guard === 'gateway' || view?.hosts.has(host) === false
}

/** Everything that leads traffic to a Service, seen for these pods of it. */
export async function describeTraffic(
  service: ServiceModel,
  pods: readonly PodModel[],
  facts: TrafficFacts,
): Promise<ServiceDescription> {
  const {source, objects, view, gaps} = facts
  const host = `${service.object.name}.${service.object.namespace}.svc.${objects.domain}`
  const rules =
    objects.destinationRules === undefined
      ? undefined
      : touchingDestinationRules(service, pods, objects.destinationRules, objects.domain)
  const routes =
    objects.virtualServices === undefined
      ? undefined
      : touchingVirtualServices(service, objects.virtualServices, objects.domain)
  const blind = outOfScope(facts, host)
  const inMesh = routes?.filter(
    ({gateways, virtualService}) => gateways.includes('mesh') && virtualService.hosts.length > 0,
  )
  const home = service.object.namespace
  const given = (routes ?? [])
    .filter(each => surelyGiven(each, service, home, objects.domain))
    .map(each => shortName(each.virtualService.object))
  const [onlyRule] = rules ?? []
  return {
    service,
    guard: facts.guard,
    ports: describedPorts(service, pods[0], facts),
    ...(rules === undefined ? {} : {destinationRules: rules}),
    ...(routes === undefined ? {} : {virtualServices: routes}),
    exposed: await exposures(source, routes?.map(each => each.virtualService) ?? [], objects.gateways, gaps),
    inProxy: {
      destinationRules: standings({
        byObjects: rules?.map(({rule}) => shortName(rule.object)),
        existing: (objects.destinationRules ?? []).map(each => shortName(each.object)),
        byProxy: usedFor(view?.destinationRules, host, service, facts),
        // Rules for one host are merged, and the metadata names but one of them; another namespace's are for callers there.
        mayLack: () => blind || (rules?.length ?? 0) > 1 || onlyRule?.rule.object.namespace !== home,
      }),
      virtualServices: standings({
        byObjects: (facts.guard === 'gateway' ? routes : inMesh)?.map(each => shortName(each.virtualService.object)),
        existing: (objects.virtualServices ?? []).map(each => shortName(each.object)),
        byProxy: usedFor(view?.virtualServices, host, service, facts),
        mayLack: name => blind || !given.includes(name),
      }),
    },
  }
}
