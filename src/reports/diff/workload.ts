import {listOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'

/** `Kind/name.namespace` of what made a pod, a Deployment for its ReplicaSet (the pod-template-hash is cut off); the pod itself without owner. */
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
