import type {Authorization} from '../../model/authorization.js'

/** What a waypoint stands in front of. */
export interface WaypointSubject {
  readonly namespace: string
  readonly waypoint: string
  readonly service: string
  readonly serviceNamespace: string
}

/** The policies a waypoint enforces for a Service: those whose targetRefs name it, the waypoint, or its class in the root namespace. */
export function policiesAtWaypoint(
  {namespace, waypoint, service, serviceNamespace}: WaypointSubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  return all.filter(({object, targets}) =>
    targets.some(({kind, name}) => {
      if (kind === 'Gateway') return name === waypoint && object.namespace === namespace
      if (kind === 'Service') return name === service && object.namespace === serviceNamespace
      return kind === 'GatewayClass' && name === 'istio-waypoint' && object.namespace === rootNamespace
    }),
  )
}
