import {at, listOf, numberOf, textOf} from '../../formats/decode.js'
import {readLabelSelector} from '../../formats/injection-webhook.js'
import type {KubeObject} from '../../model/kube-object.js'
import {type Labels, matchesLabels} from '../../model/selector.js'
import type {AmbientObjects} from './objects.js'

// Waypoints as istiod binds them: https://istio.io/latest/docs/ambient/usage/waypoint/

const USE_WAYPOINT = 'istio.io/use-waypoint'
const WAYPOINT_FOR = 'istio.io/waypoint-for'
const MANAGED = 'gateway.istio.io/managed'
/** Services of waypoints and of east-west gateways have no waypoint themselves. */
const UNBOUND = ['istio.io-mesh-controller', 'istio.io-eastwest-controller']

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

/** From which namespaces the HBONE listener takes bindings: its own, unless it says otherwise. */
function allowedBy(gateway: KubeObject, namespaces: AmbientObjects['namespaces']): (namespace: string) => boolean {
  const listener = listOf(gateway, 'spec', 'listeners').find(
    each => textOf(each, 'protocol') === 'HBONE' && numberOf(each, 'port') === 15_008,
  )
  const allowed = at(listener, 'allowedRoutes', 'namespaces')
  const from = textOf(allowed, 'from') ?? 'Same'
  if (from === 'All') return () => true
  if (from === 'Selector') {
    const wanted = readLabelSelector(at(allowed, 'selector'))
    return namespace => matchesLabels(wanted, namespaces.get(namespace) ?? {})
  }
  return namespace => namespace === (gateway.metadata.namespace ?? 'default')
}

function boundWaypoint(gateway: KubeObject, {classes, namespaces}: AmbientObjects): BoundWaypoint | undefined {
  const destination = destinationOf(gateway)
  const gatewayClass = textOf(gateway, 'spec', 'gatewayClassName') ?? ''
  if (destination === undefined) return undefined
  const byClass = classes.find(({metadata}) => metadata.name === gatewayClass)?.metadata.labels?.[WAYPOINT_FOR]
  const traffic = gateway.metadata.labels?.[WAYPOINT_FOR] ?? byClass ?? 'service'
  return {
    name: gateway.metadata.name,
    namespace: gateway.metadata.namespace ?? 'default',
    gatewayClass,
    destination,
    takes: kind => traffic === 'all' || traffic === kind,
    allows: allowedBy(gateway, namespaces),
  }
}

/** The waypoints that istiod binds. */
export function allWaypoints(objects: AmbientObjects): readonly BoundWaypoint[] {
  return objects.gateways.map(each => boundWaypoint(each, objects)).filter(each => each !== undefined)
}

/** What a label `istio.io/use-waypoint` can stand on. */
export interface Bindable {
  readonly kind: 'service' | 'workload'
  readonly namespace: string
  readonly labels: Labels
}

/** Finds the waypoint in front of a Service, ServiceEntry or pod: by its own label, else by that of its namespace. */
export function waypointFinder(objects: AmbientObjects): (target: Bindable) => BoundWaypoint | undefined {
  const all = new Map(allWaypoints(objects).map(each => [`${each.namespace}/${each.name}`, each] as const))
  return ({kind, namespace, labels}) => {
    if (UNBOUND.includes(labels[MANAGED] ?? '')) return undefined
    const by = labels[USE_WAYPOINT] === undefined ? (objects.namespaces.get(namespace) ?? {}) : labels
    const name = by[USE_WAYPOINT]
    if (name === undefined || name === 'none') return undefined
    const found = all.get(`${by[`${USE_WAYPOINT}-namespace`] ?? namespace}/${name}`)
    return found?.takes(kind) === true && found.allows(namespace) ? found : undefined
  }
}
