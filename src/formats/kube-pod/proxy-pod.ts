import type {KubeObject} from '../../model/kube/kube-object.js'
import {hasEnded, revisionOf} from '../../model/kube/pod.js'
import {listOf, textOf} from '../decode.js'

/** True for a pod that runs Istio's proxy: as a container, a native sidecar, or as the whole gateway. */
export function hasProxy(pod: KubeObject): boolean {
  const all = [...listOf(pod, 'spec', 'containers'), ...listOf(pod, 'spec', 'initContainers')]
  return all.some(container => textOf(container, 'name') === 'istio-proxy')
}

/** True for a pod whose containers have all ended and will not be restarted. */
export function podHasEnded(pod: KubeObject): boolean {
  return hasEnded(textOf(pod, 'status', 'phase'))
}

/** True for a pod that should be talking to istiod now: neither ended nor being deleted. */
export function isAlive(pod: KubeObject): boolean {
  return !podHasEnded(pod) && textOf(pod, 'metadata', 'deletionTimestamp') === undefined
}

/** The revision of the control plane a pod was injected for; `default` where nothing names one. */
export function podRevision({metadata: {annotations = {}, labels = {}}}: KubeObject): string {
  return revisionOf({annotations, labels}) ?? 'default'
}
