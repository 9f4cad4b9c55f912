import type {Authorization} from '../../model/istio/authorization.js'
import {isManagedWaypoint} from '../../model/istio/mesh-keys.js'
import {type Labels, matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'

/** What selects policies for a workload. */
export interface PolicySubject {
  readonly namespace: string
  readonly labels: Labels
}

export const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'

function applies(policy: Authorization, {namespace, labels}: PolicySubject): boolean {
  const gateway = labels[GATEWAY_NAME]
  if (policy.targets.length > 0)
    return (
      gateway !== undefined &&
      policy.object.namespace === namespace &&
      policy.targets.some(each => each.kind === 'Gateway' && each.name === gateway && each.namespace === namespace)
    )
  if (isManagedWaypoint(labels)) return false
  return policy.selector === undefined || matchesLabels(requirementsOf(policy.selector), labels)
}

/**
 * The policies of a workload: those of the root namespace and of its own that select it, oldest first. A waypoint takes only
 * policies with targetRefs, and a sidecar none of those (istio.io, "Authorization Policy", targetRefs).
 */
export function policiesFor(
  subject: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  const aged = [...all].sort((a, b) => byText(a.createdAt, b.createdAt) || byText(a.object.name, b.object.name))
  const of = (namespace: string) => aged.filter(each => each.object.namespace === namespace && applies(each, subject))
  return subject.namespace === rootNamespace ? of(rootNamespace) : [...of(rootNamespace), ...of(subject.namespace)]
}
