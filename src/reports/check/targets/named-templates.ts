import {readPod} from '../../../formats/kube-pod/parse.js'
import {kindOf} from '../../../model/kinds.js'
import type {KubeObject} from '../../../model/kube-object.js'
import {objectLabel, objectRefOf} from '../../../model/pod.js'

/** The objects in files for `deploy/web`, `web` or `web.shop`: the pods of that workload if present, else the workload itself. */
export function namedTemplates(
  objects: readonly KubeObject[],
  name: string,
  namespace: string | undefined,
): readonly KubeObject[] {
  const [first = '', rest] = name.split('/')
  const kind = rest === undefined ? undefined : kindOf(first)?.kind
  const workloadName = rest ?? first
  const named = objects.filter(({kind: own, metadata}) => {
    const home = metadata.namespace ?? 'default'
    if (kind !== undefined && own !== kind) return false
    if (workloadName === `${metadata.name}.${home}`) return true
    return workloadName === metadata.name && (namespace === undefined || home === namespace)
  })
  const labels = named.map(object => objectLabel(objectRefOf(object)))
  const pods = objects.filter(object => {
    const pod = readPod(object)
    return pod?.exists === true && labels.includes(objectLabel(pod.workload))
  })
  return pods.length > 0 ? pods : named
}
