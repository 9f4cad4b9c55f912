import {isManagedWaypoint} from '../../model/istio/mesh-keys.js'
import type {KubeObject} from '../../model/kube/kube-object.js'

/** True for a pod of the DaemonSet ztunnel (its chart labels the pods app=ztunnel). */
export function isZtunnel(pod: KubeObject): boolean {
  return pod.metadata.labels?.app === 'ztunnel'
}

/** True for a pod of a waypoint (istiod labels what it makes for a Gateway of class istio-waypoint). */
export function isWaypointPod(pod: KubeObject): boolean {
  return isManagedWaypoint(pod.metadata.labels ?? {})
}

/** True for a pod of the istio-cni agent (its chart labels the pods k8s-app=istio-cni-node). */
export function isCniAgent(pod: KubeObject): boolean {
  return pod.metadata.labels?.['k8s-app'] === 'istio-cni-node'
}
