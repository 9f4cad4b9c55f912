import {listOf, textOf, textsOf} from '../../formats/decode.js'
import {readAllowed} from '../../formats/istio/waypoint.js'
import {MANAGED_LABEL, WAYPOINT_FOR_LABEL} from '../../model/istio/mesh-keys.js'
import {allowsNamespace, namedWaypoint, servesTraffic} from '../../model/istio/waypoint.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Labels} from '../../model/kube/selector.js'
import type {RegisteredHost} from '../registry.js'
import type {AmbientObjects} from './objects.js'

// Waypoints as istiod binds them: https://istio.io/latest/docs/ambient/usage/waypoint/

/** Services of waypoints and of east-west gateways have no waypoint themselves. */
const UNBOUND = ['istio.io-mesh-controller', 'istio.io-eastwest-controller']

/** What decides about waypoints: everything but the pods. */
type BesidePods = Omit<AmbientObjects, 'pods'>

/** A waypoint that was ready once: its Gateway has addresses, and keeps them. */
export interface BoundWaypoint {
  readonly name: string
  readonly namespace: string
  readonly gatewayClass: string
  /** `namespace/hostname`, or `/address` where its status names no host. */
  readonly destination: string
  readonly takes: (kind: 'service' | 'workload') => boolean
  readonly allows: (namespace: string) => boolean
}

function destinationOf(gateway: KubeObject): string | undefined {
  const addresses = listOf(gateway, 'status', 'addresses')
  const of = (type: string) => addresses.find(each => textOf(each, 'type') === type)
  const host = textOf(of('Hostname'), 'value')
  if (host !== undefined) return `${gateway.metadata.namespace ?? 'default'}/${host}`
  const ip = textOf(of('IPAddress'), 'value')
  return ip === undefined ? undefined : `/${ip}`
}

function boundWaypoint(gateway: KubeObject, {classes, namespaces}: BesidePods): BoundWaypoint | undefined {
  const destination = destinationOf(gateway)
  const gatewayClass = textOf(gateway, 'spec', 'gatewayClassName') ?? ''
  if (destination === undefined) return undefined
  const byClass = classes.find(({metadata}) => metadata.name === gatewayClass)?.metadata.labels?.[WAYPOINT_FOR_LABEL]
  const traffic = gateway.metadata.labels?.[WAYPOINT_FOR_LABEL] ?? byClass
  const namespace = gateway.metadata.namespace ?? 'default'
  const allowed = readAllowed(gateway)
  return {
    name: gateway.metadata.name,
    namespace,
    gatewayClass,
    destination,
    takes: kind => servesTraffic(traffic, kind),
    allows: from => allowsNamespace(allowed, namespace, from, namespaces.get(from) ?? {}),
  }
}

/** The waypoints that istiod binds. */
export function allWaypoints(objects: BesidePods): readonly BoundWaypoint[] {
  return objects.gateways.map(each => boundWaypoint(each, objects)).filter(each => each !== undefined)
}

/** What a label `istio.io/use-waypoint` can stand on. */
export interface Bindable {
  readonly kind: 'service' | 'workload'
  readonly namespace: string
  readonly labels: Labels
}

/** Finds the waypoint in front of a Service, ServiceEntry or pod: by its own label, else by that of its namespace. */
export function waypointFinder(objects: BesidePods): (target: Bindable) => BoundWaypoint | undefined {
  const all = new Map(allWaypoints(objects).map(each => [`${each.namespace}/${each.name}`, each] as const))
  return ({kind, namespace, labels}) => {
    if (UNBOUND.includes(labels[MANAGED_LABEL] ?? '')) return undefined
    const named = namedWaypoint(labels, objects.namespaces.get(namespace) ?? {}, namespace)
    const found = named === undefined ? undefined : all.get(`${named.namespace}/${named.name}`)
    return found?.takes(kind) === true && found.allows(namespace) ? found : undefined
  }
}

/** The ServiceEntry a host was made of; undefined for a Service. */
export function entryOf({state}: BesidePods, {namespace, name, host}: RegisteredHost): KubeObject | undefined {
  if (name !== host) return undefined
  return state
    .objects('ServiceEntry')
    .find(each => (each.metadata.namespace ?? 'default') === namespace && textsOf(each, 'spec', 'hosts').includes(host))
}

/** Finds the waypoint in front of a host of the registry. */
export function hostWaypoints(objects: BesidePods): (host: RegisteredHost) => BoundWaypoint | undefined {
  const find = waypointFinder(objects)
  return host => {
    const labels = entryOf(objects, host)?.metadata.labels ?? host.labels
    return find({kind: 'service', namespace: host.namespace, labels})
  }
}
