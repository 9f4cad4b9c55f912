import {workloadOf} from '../../formats/kube-pod/parse.js'
import type {KubeObject} from '../../model/kube-object.js'

/** `Kind/name.namespace` of the workload a pod belongs to; the pod itself without owner. */
export function workloadName(pod: KubeObject): string {
  const {kind, name, namespace} = workloadOf(pod)
  return `${kind}/${name}.${namespace}`
}
