import {attachedPolicies} from '../../../analysis/authorization/waypoint.js'
import {waypointUse} from '../../../evidence/ambient/waypoint-use.js'
import type {AuthorizationPolicyModel} from '../../../model/istio/istio-traffic.js'
import type {WaypointUse} from '../../../model/istio/waypoint.js'
import type {ServiceModel} from '../../../model/kube/kube-service.js'
import type {MeshObjects} from './mesh-objects.js'

/** The waypoint in front of a Service, for requests of the ambient mesh. */
export interface ServiceWaypoint extends Omit<WaypointUse, 'gateway' | 'by'> {
  /** Policies attached to the Service or to the waypoint by targetRefs. */
  readonly policies: readonly AuthorizationPolicyModel[]
}

/** The waypoint that labels of a Service, else of its Namespace, name; undefined without one. */
export async function serviceWaypoint(
  {cache, authorizationPolicies = [], rootNamespace}: MeshObjects,
  {object, labels}: ServiceModel,
  complete: boolean,
): Promise<ServiceWaypoint | undefined> {
  const use = await waypointUse(cache, {kind: 'service', object, labels}, complete)
  if (!use.ok || use.value === undefined) return undefined
  const {name, namespace, state} = use.value
  const policies = attachedPolicies(authorizationPolicies, use.value, object, rootNamespace)
  return {name, namespace, state, policies}
}
