import {workloadOf} from '../../formats/kube-pod/parse.js'
import type {KubeObject} from '../../model/kube/kube-object.js'

/** `Kind/name.namespace` of a pod's workload; the pod itself if it has no owner. */
export function workloadName(pod: KubeObject): string {
  const {kind, name, namespace} = workloadOf(pod)
  return `${kind}/${name}.${namespace}`
}
