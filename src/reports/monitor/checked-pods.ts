import type {InjectionPrediction} from '../../evidence/injection/prediction.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {hasEnded, type ObjectRef, objectLabel, type PodModel} from '../../model/kube/pod.js'
import {type Aggregator, createAggregator} from '../check/evaluate/aggregator.js'
import type {RuleOutcome} from '../check/evaluate/check-pod.js'

/** A pod as it was last checked. */
interface CheckedPod {
  readonly pod: PodModel
  /** What rules read of it, as text. */
  readonly digest: string
  /** What rules about other pods and Services read of it: labels, workload and ports. */
  readonly shape: string
  outcomes?: readonly RuleOutcome[]
  injection?: InjectionPrediction | undefined
}

/** The pods that are checked, each with its latest outcomes. */
export interface CheckedPods {
  /** Takes a pod as it is now; says whether rules read something new of it, and whether its namespace has a new shape of pods. */
  put(pod: PodModel): {readonly changed: boolean; readonly newShape: boolean}
  /** Drops a pod; says its workload, and whether it was the last of its shape. */
  remove(key: string): {readonly workload: ObjectRef; readonly lastShape: boolean} | undefined
  get(key: string): PodModel | undefined
  keys(namespace?: string): readonly string[]
  checked(key: string, outcomes: readonly RuleOutcome[], injection: InjectionPrediction | undefined): void
  /** The outcomes of the pods of these workloads; of all without a list. */
  aggregated(workloads?: ReadonlySet<string>): Aggregator
  readonly size: number
}

/** The key of a pod: its namespace and name. */
export function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

function shapeOf({object, workload, labels, containers}: PodModel): string {
  const ports = containers.map(({name, ports}) => [name, ports])
  return `${object.namespace}\u0000${JSON.stringify([objectLabel(workload), labels, ports])}`
}

/** An empty set of pods. */
export function checkedPods(): CheckedPods {
  const pods = new Map<string, CheckedPod>()
  const shapes = new Map<string, number>()

  function count(shape: string, by: 1 | -1): number {
    const now = (shapes.get(shape) ?? 0) + by
    if (now <= 0) shapes.delete(shape)
    else shapes.set(shape, now)
    return now
  }

  function remove(key: string) {
    const known = pods.get(key)
    if (known === undefined) return undefined
    pods.delete(key)
    return {workload: known.pod.workload, lastShape: count(known.shape, -1) <= 0}
  }

  return {
    put(pod) {
      const key = podKey(pod.object.namespace, pod.object.name)
      const digest = JSON.stringify(pod)
      const known = pods.get(key)
      if (known?.digest === digest) return {changed: false, newShape: false}
      const shape = shapeOf(pod)
      const newShape = known?.shape !== shape && count(shape, 1) === 1
      if (known !== undefined && known.shape !== shape) count(known.shape, -1)
      pods.set(key, {...known, pod, digest, shape})
      return {changed: true, newShape}
    },
    remove,
    get: key => pods.get(key)?.pod,
    keys: namespace =>
      [...pods].flatMap(([key, {pod}]) => (namespace === undefined || pod.object.namespace === namespace ? [key] : [])),
    checked(key, outcomes, injection) {
      const known = pods.get(key)
      if (known !== undefined) Object.assign(known, {outcomes, injection})
    },
    aggregated(workloads) {
      const aggregator = createAggregator()
      for (const {pod, outcomes, injection} of pods.values())
        if (outcomes !== undefined && (workloads === undefined || workloads.has(objectLabel(pod.workload))))
          aggregator.add(pod, outcomes, injection)
      return aggregator
    },
    get size() {
      return pods.size
    },
  }
}

/** The pod to check; undefined for one that has ended, which check does not judge. */
export function podToCheck(object: KubeObject): PodModel | undefined {
  const pod = readPod(object)
  return hasEnded(pod?.status?.phase) ? undefined : pod
}
