import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {
  allowsNamespace,
  namedWaypoint,
  servesTraffic,
  type Waypoint,
  type WaypointTarget,
  type WaypointUse,
} from '../../model/istio/waypoint.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import type {ObjectCache} from '../mesh-objects/object-cache.js'

/** How a waypoint serves a target by its Gateway; undefined where that leaves it to its pods. */
function refusedBy(
  {allowed, namespace, traffic}: Waypoint,
  {kind, object}: WaypointTarget,
  home: Labels,
): 'refused' | 'other-traffic' | undefined {
  if (!servesTraffic(traffic, kind)) return 'other-traffic'
  return allowsNamespace(allowed, namespace, object.namespace, home) ? undefined : 'refused'
}

/** Whether the Service of a waypoint has a ready pod. */
async function stateOfPods(
  objects: ObjectCache,
  {name, namespace}: Pick<WaypointUse, 'name' | 'namespace'>,
): Promise<WaypointUse['state']> {
  const slices = await objects.list('endpointSlices', namespace)
  const own = slices.ok ? slices.value.filter(each => each.namespace === namespace && each.service === name) : []
  if (own.length === 0) return 'unknown'
  return own.some(({ready}) => ready.length > 0) ? 'ready' : 'not-ready'
}

/**
 * The waypoint that the labels of a target, else of its Namespace, name; undefined without one (istio.io, "Configure waypoint proxies").
 * Where objects may be missing (`complete` is false), a namespace without any Service says nothing about its waypoints, and the Service that istiod makes
 * for a Gateway is in no manifest.
 */
export async function waypointUse(
  objects: ObjectCache,
  target: WaypointTarget,
  complete: boolean,
): Promise<Answer<WaypointUse | undefined>> {
  const home = target.object.namespace
  const namespaces = await objects.namespace(home)
  const own = target.labels[WAYPOINT_LABEL] !== undefined
  if (!own && !namespaces.ok) return namespaces
  const homeLabels = namespaces.ok ? namespaces.value.labels : {}
  const found = namedWaypoint(target.labels, homeLabels, home)
  if (found === undefined) return answered(undefined)
  const {name, namespace} = found
  const [gateways, services] = await Promise.all([
    objects.list('waypointGateways', ''),
    objects.list('services', namespace),
  ])
  const gateway = gateways.ok
    ? gateways.value.find(each => each.name === name && each.namespace === namespace)
    : undefined
  const named = {
    name,
    namespace,
    by: own ? objectLabel(target.object) : `Namespace ${home}`,
    ...definedFields({gateway}),
  }
  const refused = gateway === undefined ? undefined : refusedBy(gateway, target, homeLabels)
  if (refused !== undefined) return answered({...named, state: refused})
  if (!services.ok) return answered({...named, state: 'unknown'})
  const exists = services.value.some(({object}) => object.namespace === namespace && object.name === name)
  const mayBeElsewhere = !complete && (services.value.length === 0 || gateway !== undefined)
  if (!exists && mayBeElsewhere) return answered({...named, state: 'unknown'})
  return answered({...named, state: exists ? await stateOfPods(objects, named) : 'missing'})
}
