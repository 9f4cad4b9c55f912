import {readService} from '../../formats/kube/kube-service.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'

/** The pod of a source that is about one workload. */
async function onlyPod(source: Source): Promise<Answer<PodModel>> {
  const answer = await source.objects({kind: 'Pod'})
  if (!answer.ok) return answer
  const pod = answer.value.map(readPod).find(found => found !== undefined)
  return pod === undefined ? missing('the workload', 'not-found', `not in ${source.origin.label}`) : answered(pod)
}

/** The pod of that name, as a model. */
export async function readPodObject(source: Source, ref: PodRef): Promise<Answer<PodModel>> {
  if (ref.implied === true && source.traits.complete) return await onlyPod(source)
  if (ref.implied === true) {
    return missing('the pod object', 'not-captured', `${source.origin.label} contains no Kubernetes objects`)
  }
  const answer = await source.objects({kind: 'Pod', namespace: ref.namespace, name: ref.name})
  if (!answer.ok) return answer
  const [first] = answer.value
  const pod = first === undefined ? undefined : readPod(first)
  return pod === undefined
    ? missing(`pod ${podLabel(ref)}`, 'not-found', `not in ${source.origin.label}`)
    : answered(pod)
}

/** The Services of a namespace. */
export async function readServices(source: Source, namespace: string): Promise<Answer<readonly ServiceModel[]>> {
  const answer = await source.objects({kind: 'Service', namespace})
  if (!answer.ok) return answer
  if (answer.value.length === 0 && !source.traits.complete) {
    return missing('Services', 'not-captured', `no Services of namespace ${namespace} in the given files`)
  }
  return answered(answer.value.map(readService))
}
