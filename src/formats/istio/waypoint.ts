import {definedFields} from '../../model/collections/defined-fields.js'
import {REVISION_LABEL, WAYPOINT_FOR_LABEL} from '../../model/istio/mesh-keys.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import type {AllowedNamespaces, Waypoint, WaypointCondition} from '../../model/istio/waypoint.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {at, listOf, numberOf, textOf} from '../decode.js'
import {readLabelSelector} from './injection-webhook.js'

/** The class of Gateways that istiod makes waypoints of (istio.io, "Configure waypoint proxies"). */
const WAYPOINT_CLASS = 'istio-waypoint'

function condition(value: unknown): WaypointCondition {
  const text = (name: string) => textOf(value, name) ?? ''
  return {type: text('type'), status: text('status'), reason: text('reason'), message: text('message')}
}

/** The namespaces the HBONE listener of a waypoint takes bindings from: its own, unless it says otherwise. */
export function readAllowed(gateway: KubeObject): AllowedNamespaces {
  const listener = listOf(gateway, 'spec', 'listeners').find(
    each => textOf(each, 'protocol') === 'HBONE' && numberOf(each, 'port') === HBONE_PORT,
  )
  const allowed = at(listener, 'allowedRoutes', 'namespaces')
  const from = textOf(allowed, 'from')
  if (from === 'Selector') return {from, selector: readLabelSelector(at(allowed, 'selector'))}
  return {from: from === 'All' ? 'All' : 'Same'}
}

/** A Gateway of the Gateway API that is a waypoint; undefined for any other. */
export function readWaypoint(object: KubeObject): Waypoint | undefined {
  if (textOf(object, 'spec', 'gatewayClassName') !== WAYPOINT_CLASS) return undefined
  const {name, namespace = 'default', labels = {}, annotations = {}} = object.metadata
  return {
    name,
    namespace,
    revision: labels[REVISION_LABEL] ?? 'default',
    ...definedFields({traffic: labels[WAYPOINT_FOR_LABEL]}),
    allowed: readAllowed(object),
    serviceAccount: annotations['gateway.istio.io/service-account'] ?? name,
    conditions: listOf(object, 'status', 'conditions').map(condition),
  }
}
