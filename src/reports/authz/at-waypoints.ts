import {GATEWAY_NAME} from '../../analysis/authorization/applying.js'
import {policiesAtWaypoint} from '../../analysis/authorization/waypoint.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import type {BoundWaypoint} from '../../istiod/ambient/waypoints.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import type {Authorization} from '../../model/istio/authorization.js'

/** The policies a waypoint applies to requests for one host. */
export interface WaypointPolicies {
  /** `NAME.NAMESPACE` of the waypoint. */
  readonly waypoint: string
  readonly host: string
  readonly policies: readonly Authorization[]
}

function policiesFor({state}: PresentState, waypoint: BoundWaypoint, host?: RegisteredHost): readonly Authorization[] {
  const subject = {
    namespace: waypoint.namespace,
    waypoint: waypoint.name,
    gatewayClass: waypoint.gatewayClass,
    service: host?.name ?? '',
    serviceNamespace: host?.namespace ?? '',
  }
  return policiesAtWaypoint(subject, state.authorizations, state.settings.rootNamespace)
}

/** What the waypoints in front of a pod's Services apply to clients in ambient mode. */
export function policiesBefore(present: PresentState, {addresses}: MeshPod): readonly WaypointPolicies[] {
  const serves = (host: RegisteredHost) =>
    host.ports.some(port => host.endpoints(port)?.some(({address}) => addresses.includes(address)))
  return present.state.hosts.filter(serves).flatMap(host => {
    const waypoint = present.waypointOf(host)
    if (waypoint === undefined) return []
    const policies = policiesFor(present, waypoint, host)
    const name = `${waypoint.name}.${waypoint.namespace}`
    return policies.length === 0 ? [] : [{waypoint: name, host: host.host, policies}]
  })
}

/** The policies that istiod sends to the pods of a waypoint: of its Gateway and class, and of every host bound to it. */
export function policiesOfWaypoint(present: PresentState, {ref, labels}: MeshPod): readonly Authorization[] {
  const bound = present.state.hosts.flatMap(host => {
    const waypoint = present.waypointOf(host)
    const own = waypoint?.name === labels[GATEWAY_NAME] && waypoint?.namespace === ref.namespace
    return own && waypoint !== undefined ? policiesFor(present, waypoint, host) : []
  })
  return [...new Set(bound)]
}
