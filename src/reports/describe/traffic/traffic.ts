import {podMode} from '../../../analysis/pod-mode/pod-mode.js'
import {istioProtocol} from '../../../analysis/ports/istio-protocol.js'
import {type BoundPort, boundPorts} from '../../../analysis/ports/service-ports.js'
import {mtlsMode, type PeerMode} from '../../../analysis/traffic-policy/peer-mode.js'
import {type ComparedRule, comparePresence} from '../../../analysis/traffic-policy/presence.js'
import {
  type DestinationRuleForService,
  destinationRulesForService,
  mustReachProxy,
  resolvesToService,
  type VirtualServiceForService,
  virtualServicesForService,
} from '../../../analysis/traffic-policy/service-objects.js'
import {isAttached} from '../../../istiod/ambient/http-route.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Gap} from '../../../model/evidence/answer.js'
import type {PodMode} from '../../../model/istio/pod-mode.js'
import type {ServiceModel, ServicePort} from '../../../model/kube/kube-service.js'
import {type ObjectRef, objectRefOf, type PodModel} from '../../../model/kube/pod.js'
import type {Source} from '../../../sources/source.js'
import {type Exposure, exposures} from './exposure.js'
import type {DetectedPort, ProxyRule, ProxyView} from './in-proxy.js'
import {type MeshObjects, shortName} from './mesh-objects.js'
import {type ServiceWaypoint, serviceWaypoint} from './service-waypoint.js'

/** What enforces policies between clients and the application: a proxy, a gateway, or nothing; `unknown` if there is no pod. */
export type PolicyEnforcer = 'proxy' | 'gateway' | 'none' | 'unknown'

/** What enforces policies for a pod of that mode. */
export function enforcerOf(mode: PodMode | 'unknown'): PolicyEnforcer {
  if (mode === 'gateway' || mode === 'waypoint') return 'gateway'
  return mode === 'sidecar' || mode === 'ambient' ? 'proxy' : 'none'
}

/** A port of a Service in a pod: its declared protocol, the protocol the proxy assumes, and its mTLS mode. */
export interface DescribedPort {
  readonly port: ServicePort
  readonly target: number | undefined
  readonly protocol: string
  readonly detected?: DetectedPort
  /** True when the proxy has no filter chain for it. */
  readonly unserved: boolean
  /** Absent if the policies could not be read or the pod has no proxy. */
  readonly mtls?: PeerMode
}

/** A Service and all that routes traffic to it; lists that could not be read are absent. */
export interface ServiceDescription {
  /** Workloads of manifests whose pods it would select, when there is no pod. */
  readonly templates?: readonly ObjectRef[]
  readonly service: ServiceModel
  readonly guard: PolicyEnforcer
  readonly ports: readonly DescribedPort[]
  readonly destinationRules?: readonly DestinationRuleForService[]
  readonly virtualServices?: readonly VirtualServiceForService[]
  readonly exposed: readonly Exposure[]
  /** Absent for a Service without one. */
  readonly waypoint?: ServiceWaypoint
  /** HTTPRoutes attached to it; read for Services of the ambient mesh, where the waypoint applies them. */
  readonly httpRoutes: readonly ObjectRef[]
  /** Its pods are in ambient mode: clients in ambient mode apply no route of their own. */
  readonly ambient: boolean
  /** Objects compared with the proxy's metadata. */
  readonly inProxy: {
    readonly destinationRules: readonly ComparedRule[]
    readonly virtualServices: readonly ComparedRule[]
  }
}

/** The input to the description of a Service. */
export interface TrafficFacts {
  readonly source: Source
  readonly objects: MeshObjects
  /** The proxy whose metadata is compared with the objects. */
  readonly view: ProxyView | undefined
  /** What enforces policies for the pods; a gateway has its own TLS settings and does not receive mesh-internal rules. */
  readonly guard: PolicyEnforcer
  readonly gaps: Gap[]
}

/** The ports of a Service as declared, when there is no pod to resolve named target ports. */
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
      detected,
      mtls: mode,
    }
  })
}

async function attachedRoutes(source: Source, {object}: ServiceModel, gaps: Gap[]): Promise<readonly ObjectRef[]> {
  const answer = await source.objects({kind: 'HTTPRoute', namespace: object.namespace})
  if (!answer.ok) {
    gaps.push(answer.gap)
    return []
  }
  return answer.value.filter(each => isAttached(each, object)).map(objectRefOf)
}

/** Envoy's metadata for origins other than DestinationRule and VirtualService, such as an HTTPRoute. */
const OTHER_KIND = '<unknown>'

/** The objects a proxy uses for the host of a Service; other kinds cannot be compared and are added to the gaps. */
function usedFor(
  rules: readonly ProxyRule[] | undefined,
  host: string,
  service: ServiceModel,
  {objects, gaps}: TrafficFacts,
) {
  const {name, namespace} = service.object
  const means = (each: string) => !each.startsWith('*') && resolvesToService(each, namespace, service, objects.domain)
  const used = rules?.filter(({hosts}) => hosts.includes(host) || hosts.some(means)).map(({rule}) => rule)
  if (used?.includes(OTHER_KIND) === true) {
    const what = `routes of other kinds for ${name}.${namespace}, such as HTTPRoutes`
    gaps.push({what, reason: 'not-applicable', detail: 'the proxy has some, but only Istio objects are compared'})
  }
  return used?.filter(rule => rule !== OTHER_KIND)
}

/** True if the proxy receives no rules for clients of the Service: it is a gateway, or its Sidecar resource excludes the Service. */
function outOfScope({view, guard}: TrafficFacts, host: string): boolean {
  return guard === 'gateway' || view?.hosts.has(host) === false
}

/** Describes everything that routes traffic to a Service, for these pods of it. */
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
      : destinationRulesForService(service, pods, objects.destinationRules, objects.domain)
  const routes =
    objects.virtualServices === undefined
      ? undefined
      : virtualServicesForService(service, objects.virtualServices, objects.domain)
  const blind = outOfScope(facts, host)
  const inMesh = routes?.filter(
    ({gateways, virtualService}) => gateways.includes('mesh') && virtualService.hosts.length > 0,
  )
  const home = service.object.namespace
  const given = (routes ?? [])
    .filter(each => mustReachProxy(each, service, home, objects.domain))
    .map(each => shortName(each.virtualService.object))
  const [onlyRule] = rules ?? []
  const waypoint = await serviceWaypoint(objects, service, source.traits.complete)
  const ambient = pods.length > 0 && pods.every(pod => podMode(pod) === 'ambient')
  return {
    service,
    guard: facts.guard,
    ports: describedPorts(service, pods[0], facts),
    destinationRules: rules,
    virtualServices: routes,
    ...definedFields({waypoint}),
    ambient,
    httpRoutes: ambient ? await attachedRoutes(source, service, gaps) : [],
    exposed: await exposures(source, routes?.map(each => each.virtualService) ?? [], objects.gateways, gaps),
    inProxy: {
      destinationRules: comparePresence({
        byObjects: rules?.map(({rule}) => shortName(rule.object)),
        existing: (objects.destinationRules ?? []).map(each => shortName(each.object)),
        byProxy: usedFor(view?.destinationRules, host, service, facts),
        // DestinationRules for one host are merged and the metadata names only one; those of another namespace apply to clients there.
        mayLack: () => blind || (rules?.length ?? 0) > 1 || onlyRule?.rule.object.namespace !== home,
      }),
      virtualServices: comparePresence({
        byObjects: (facts.guard === 'gateway' ? routes : inMesh)?.map(each => shortName(each.virtualService.object)),
        existing: (objects.virtualServices ?? []).map(each => shortName(each.object)),
        byProxy: usedFor(view?.virtualServices, host, service, facts),
        mayLack: name => blind || !given.includes(name),
      }),
    },
  }
}
