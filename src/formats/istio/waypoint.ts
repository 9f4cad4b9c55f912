import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {Waypoint, WaypointCondition} from '../../model/istio/waypoint.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {listOf, textOf} from '../decode.js'

/** The class of Gateways that istiod makes waypoints of (istio.io, "Configure waypoint proxies"). */
const WAYPOINT_CLASS = 'istio-waypoint'

function condition(value: unknown): WaypointCondition {
  const text = (name: string) => textOf(value, name) ?? ''
  return {type: text('type'), status: text('status'), reason: text('reason'), message: text('message')}
}

/** A Gateway of the Gateway API that is a waypoint; undefined for any other. */
export function readWaypoint(object: KubeObject): Waypoint | undefined {
  if (textOf(object, 'spec', 'gatewayClassName') !== WAYPOINT_CLASS) return undefined
  const {name, namespace = 'default', labels = {}} = object.metadata
  return {
    name,
    namespace,
    revision: labels[REVISION_LABEL] ?? 'default',
    traffic: labels['istio.io/waypoint-for'] ?? 'none',
    conditions: listOf(object, 'status', 'conditions').map(condition),
  }
}
