import {numberOf, textOf} from '../../../formats/decode.js'
import {controllerOf, isWorkloadKind, readPod} from '../../../formats/kube-pod/parse.js'
import {boundedMap} from '../../../model/collections/bounded-map.js'
import type {KubeEvent} from '../../../model/kube/kube-event.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../../model/kube/pod.js'
import {matchesLabels, parseSelector} from '../../../model/kube/selector.js'
import type {Source} from '../../../sources/source.js'
import type {Target} from '../../../sources/subject.js'

/** Owners above the object an event is about: a Deployment above a ReplicaSet, a CronJob above a Job. */
const LEVELS = 2

/** Objects of events followed to their workloads concurrently. */
const AT_ONCE = 8

async function objectOfRef(source: Source, {kind, namespace, name}: ObjectRef): Promise<KubeObject | undefined> {
  const answer = await source.objects({kind, namespace, name})
  return answer.ok ? answer.value.find(each => each.kind === kind && each.metadata.name === name) : undefined
}

/** The topmost workload an object belongs to, as far as it can be read. */
async function topmost(source: Source, ref: ObjectRef): Promise<KubeObject | undefined> {
  let found = await objectOfRef(source, ref)
  for (let level = 0; level < LEVELS && found !== undefined; level += 1) {
    const controller = controllerOf(found)
    const [kind, name] = [textOf(controller, 'kind') ?? '', textOf(controller, 'name') ?? '']
    const above = isWorkloadKind(kind) ? await objectOfRef(source, {kind, namespace: ref.namespace, name}) : undefined
    if (above === undefined) return found
    found = above
  }
  return found
}

/** The workloads that events say no pod can be created for (reason FailedCreate, kube-controller-manager) and that have none among the pods listed. */
export async function podlessWorkloads(
  source: Source,
  events: readonly KubeEvent[],
  withPods: ReadonlySet<string>,
  {selector}: Target,
): Promise<readonly PodModel[]> {
  const labels = selector === undefined ? [] : parseSelector(selector)
  const about = new Map(
    events
      .filter(({warning, reason, about: {kind}}) => warning && reason === 'FailedCreate' && isWorkloadKind(kind))
      .map(event => [objectLabel(event.about), event.about]),
  )
  const found = new Map<string, PodModel>()
  for (const object of await boundedMap([...about.values()], AT_ONCE, ref => topmost(source, ref))) {
    const pod = object === undefined ? undefined : readPod(object)
    if (pod === undefined || numberOf(object, 'spec', 'replicas') === 0) continue
    const name = objectLabel(pod.workload)
    if (!withPods.has(name) && matchesLabels(labels, pod.labels)) found.set(name, pod)
  }
  return [...found.values()]
}
