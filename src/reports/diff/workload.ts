import {listOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'

/** `Kind/name.namespace` of a pod's workload: the Deployment of a ReplicaSet (without the pod-template-hash), or the pod itself if it has no owner. */
export function workloadOf(pod: KubeObject): string {
  const namespace = pod.metadata.namespace ?? 'default'
  const owner = listOf(pod, 'metadata', 'ownerReferences').find(each => textOf(each, 'kind') !== undefined)
  if (owner === undefined) return `Pod/${pod.metadata.name}.${namespace}`
  const kind = textOf(owner, 'kind') ?? ''
  const name = textOf(owner, 'name') ?? ''
  const hash = pod.metadata.labels?.['pod-template-hash']
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    return `Deployment/${name.slice(0, -hash.length - 1)}.${namespace}`
  }
  return `${kind}/${name}.${namespace}`
}
