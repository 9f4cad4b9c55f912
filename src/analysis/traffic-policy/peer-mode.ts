import type {MtlsMode, PeerAuthentication} from '../../model/istio/istio-policy.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'

/** The mTLS mode of a pod's port, and the object that sets it; absent for Istio's default. */
export interface PeerMode {
  readonly mode: MtlsMode
  readonly by?: ObjectRef
}

function oldest(policies: readonly PeerAuthentication[]): PeerAuthentication | undefined {
  return [...policies].sort(
    (a, b) => byText(a.createdAt, b.createdAt) || byText(objectLabel(a.object), objectLabel(b.object)),
  )[0]
}

/**
 * The effective mode for a port the application listens on: PERMISSIVE, replaced by the mesh's, the namespace's and the workload's mode as far
 * as set, then by the port's. Of several at one level only the oldest applies; one with a selector in the root namespace is ignored (istio.io, PeerAuthentication).
 */
export function mtlsMode(
  pod: Pick<PodModel, 'object' | 'labels'>,
  port: number,
  policies: readonly PeerAuthentication[],
  rootNamespace: string,
): PeerMode {
  const home = pod.object.namespace
  const own = (namespace: string) => policies.filter(each => each.object.namespace === namespace)
  const levels = [
    oldest(own(rootNamespace).filter(each => each.selector === undefined)),
    home === rootNamespace ? undefined : oldest(own(home).filter(each => each.selector === undefined)),
    home === rootNamespace
      ? undefined
      : oldest(
          own(home).filter(
            each => each.selector !== undefined && matchesLabels(requirementsOf(each.selector), pod.labels),
          ),
        ),
  ]
  let result: PeerMode = {mode: 'PERMISSIVE'}
  for (const level of levels)
    if (level !== undefined && level.mode !== 'UNSET') result = {mode: level.mode, by: level.object}
  const workload = levels[2]
  const atPort = workload?.ports[String(port)]
  return workload !== undefined && atPort !== undefined && atPort !== 'UNSET'
    ? {mode: atPort, by: workload.object}
    : result
}
