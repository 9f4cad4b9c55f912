import type {SidecarModel} from '../model/istio/istio-traffic.js'
import type {PodModel} from '../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'

/** True when the ingress of a Sidecar resource of the pod makes the proxy connect to loopback for that port. */
export function ingressUsesLoopback(port: number, pod: PodModel, sidecars: readonly SidecarModel[]): boolean {
  return sidecars
    .filter(
      ({object, selector}) =>
        object.namespace === pod.object.namespace && matchesLabels(requirementsOf(selector ?? {}), pod.labels),
    )
    .some(({ingress}) =>
      ingress.some(
        ({endpoint}) => /^(127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(endpoint) && endpoint.endsWith(`:${port}`),
      ),
    )
}
