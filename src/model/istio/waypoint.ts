import type {ObjectRef} from '../kube/pod.js'
import {type Labels, matchesLabels, type Requirement} from '../kube/selector.js'
import {WAYPOINT_LABEL, WAYPOINT_NAMESPACE_LABEL} from './mesh-keys.js'

/** A condition of the status of an object, as its controller wrote it. */
export interface WaypointCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** From which namespaces bindings are taken (Gateway API, `allowedRoutes.namespaces` of a listener). */
export type AllowedNamespaces =
  | {readonly from: 'Same' | 'All'}
  | {readonly from: 'Selector'; readonly selector: readonly Requirement[]}

/** Whether bindings from a namespace are taken by a Gateway of the namespace `home`. */
export function allowsNamespace(allowed: AllowedNamespaces, home: string, namespace: string, labels: Labels): boolean {
  if (allowed.from === 'Selector') return matchesLabels(allowed.selector, labels)
  return allowed.from === 'All' || namespace === home
}

/** Whether a waypoint takes requests for Services or for pods by its label istio.io/waypoint-for; without it those for Services. */
export function servesTraffic(traffic: string | undefined, kind: WaypointTarget['kind']): boolean {
  return traffic === 'all' || (traffic ?? 'service') === kind
}

/** The waypoint that the labels of an object of the namespace `home`, else those of that namespace, name; undefined for none. */
export function namedWaypoint(
  labels: Labels,
  namespaceLabels: Labels,
  home: string,
): {readonly name: string; readonly namespace: string} | undefined {
  const by = labels[WAYPOINT_LABEL] === undefined ? namespaceLabels : labels
  const name = by[WAYPOINT_LABEL]
  return name === undefined || name === 'none' ? undefined : {name, namespace: by[WAYPOINT_NAMESPACE_LABEL] ?? home}
}

/** A waypoint as its Gateway declares it. */
export interface Waypoint {
  readonly name: string
  readonly namespace: string
  readonly revision: string
  /** What it serves: `service`, `workload`, `all` or `none` (label istio.io/waypoint-for); without it Services. */
  readonly traffic?: string
  readonly allowed: AllowedNamespaces
  /** The service account of its pods: the name of the Gateway, unless an annotation names another (istiod's template of waypoints). */
  readonly serviceAccount: string
  readonly conditions: readonly WaypointCondition[]
}

/** Something whose label istio.io/use-waypoint counts, for its own requests: a Service by its address, a pod by its. */
export interface WaypointTarget {
  readonly kind: 'service' | 'workload'
  readonly object: ObjectRef
  readonly labels: Labels
}

/** How a waypoint that a label names serves the target; `unknown` where its Service or endpoints could not be read. */
export type WaypointState =
  | 'ready'
  | 'not-ready'
  /** No such waypoint: istiod binds nothing, requests go directly to the pods. */
  | 'missing'
  /** It takes no bindings from the namespace of the target: not bound either. */
  | 'refused'
  /** It serves other traffic than that of the target: not bound either. */
  | 'other-traffic'
  | 'unknown'

/** The waypoint that a label names for a target. */
export interface WaypointUse {
  readonly name: string
  readonly namespace: string
  /** The object that has the label: `Service web`, `Namespace shop`. */
  readonly by: string
  /** Its Gateway; absent where that was not read. */
  readonly gateway?: Waypoint
  readonly state: WaypointState
}

/** Whether istiod binds the target to the waypoint, so that requests of the ambient mesh go through it. */
export function isBound({state}: WaypointUse): boolean {
  return !['missing', 'refused', 'other-traffic'].includes(state)
}
