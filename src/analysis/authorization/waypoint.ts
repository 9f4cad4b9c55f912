import type {Authorization, PolicyTarget} from '../../model/istio/authorization.js'
import type {AuthorizationPolicyModel} from '../../model/istio/istio-traffic.js'
import type {WaypointUse} from '../../model/istio/waypoint.js'

/** What a waypoint serves. */
export interface WaypointSubject {
  readonly namespace: string
  readonly waypoint: string
  /** The GatewayClass of the waypoint; Istio's own where it is not known. */
  readonly gatewayClass?: string
  /** The Service or ServiceEntry it serves; empty for a workload. */
  readonly service: string
  readonly serviceNamespace: string
}

/** Whether targetRefs of an object name the Service, the waypoint, or its class from the root namespace. */
export function meansWaypoint(
  {namespace, waypoint, gatewayClass = 'istio-waypoint', service, serviceNamespace}: WaypointSubject,
  targets: readonly PolicyTarget[],
  home: string,
  rootNamespace: string,
): boolean {
  return targets.some(({kind, name}) => {
    if (kind === 'Gateway') return name === waypoint && home === namespace
    if (kind === 'Service' || kind === 'ServiceEntry') return name === service && home === serviceNamespace
    return kind === 'GatewayClass' && name === gatewayClass && home === rootNamespace
  })
}

/** The policies a waypoint enforces for a Service: those whose targetRefs name it, the waypoint, or its class in the root namespace. */
export function policiesAtWaypoint(
  subject: WaypointSubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  return all.filter(({object, targets}) => meansWaypoint(subject, targets, object.namespace, rootNamespace))
}

/** The policies that a waypoint enforces for a Service of a namespace, of those a check lists. */
export function attachedPolicies(
  all: readonly AuthorizationPolicyModel[],
  {name, namespace}: Pick<WaypointUse, 'name' | 'namespace'>,
  service: {readonly name: string; readonly namespace: string},
  rootNamespace: string,
): readonly AuthorizationPolicyModel[] {
  const subject = {namespace, waypoint: name, service: service.name, serviceNamespace: service.namespace}
  return all.filter(({object, targets}) => {
    const named = targets.map(each => {
      const [kind = '', target = ''] = each.split('/')
      return {kind, name: target, namespace: object.namespace}
    })
    return meansWaypoint(subject, named, object.namespace, rootNamespace)
  })
}
