import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ObjectRef, PodModel} from '../../model/kube/pod.js'
import type {WatchEvents, WatchedChange} from '../../sources/source.js'
import {affectedBy, type ObjectDigests} from './affected.js'
import {type CheckedPods, podKey, podToCheck} from './checked-pods.js'

/** What is due for checking at a moment. */
export interface Due {
  readonly keys: readonly string[]
  /** Workloads whose result may change, those of pods that are gone among them. */
  readonly workloads: readonly ObjectRef[]
  /** True when lists that rules read have changed. */
  readonly stale: boolean
  /** Watches lost since the last time. */
  readonly lost: readonly string[]
}

/** Gathers what watches tell until it is taken. */
export interface DuePods extends WatchEvents {
  everythingIsDue(): void
  /** What is due now; afterwards nothing is. */
  take(): Due
  /** Resolves when something is due. */
  some(): Promise<void>
  counters(): {readonly events: number; readonly watchesLost: number}
}

/** Gathers the changes that concern the pods which `mine` accepts; at first every pod is due. */
export function duePods(pods: CheckedPods, mine: (object: KubeObject) => boolean): DuePods {
  const digests: ObjectDigests = new Map()
  const dirty = new Set<string>()
  const gone: ObjectRef[] = []
  const lost: string[] = []
  const count = {events: 0, watchesLost: 0}
  let [everything, stale] = [true, true]
  let wake: () => void = () => undefined

  const isSome = () => everything || dirty.size > 0 || gone.length > 0 || lost.length > 0

  function namespaceChanged(namespace: string): void {
    stale = true
    for (const key of pods.keys(namespace)) dirty.add(key)
  }

  function podEnded(namespace: string, key: string): void {
    const removed = pods.remove(key)
    if (removed === undefined) return
    dirty.delete(key)
    gone.push(removed.workload)
    if (removed.lastShape) namespaceChanged(namespace)
  }

  function podSeen(pod: PodModel, namespace: string, key: string): void {
    const {changed, newShape} = pods.put(pod)
    if (changed) dirty.add(key)
    if (newShape) namespaceChanged(namespace)
  }

  function podChanged({type, object}: WatchedChange): void {
    if (!mine(object)) return
    const namespace = object.metadata.namespace ?? 'default'
    const key = podKey(namespace, object.metadata.name)
    const pod = type === 'deleted' ? undefined : podToCheck(object)
    if (pod === undefined) podEnded(namespace, key)
    else podSeen(pod, namespace, key)
  }

  function objectChanged(change: WatchedChange): void {
    const affected = affectedBy(change, digests)
    if (affected.of === 'nothing') return
    stale = true
    if (affected.of === 'everything') everything = true
    else if (affected.of === 'namespace') namespaceChanged(affected.namespace)
    else {
      const key = podKey(affected.pod.namespace, affected.pod.name)
      if (pods.get(key) !== undefined) dirty.add(key)
    }
  }

  return {
    changed(change) {
      count.events += 1
      if (change.object.kind === 'Pod') podChanged(change)
      else objectChanged(change)
      if (isSome()) wake()
    },
    lost(kind, why) {
      count.watchesLost += 1
      lost.push(`the watch of ${kind} was lost: ${why}`)
      wake()
    },
    everythingIsDue() {
      everything = true
      stale = true
    },
    take() {
      const keys = everything ? pods.keys() : [...dirty]
      const workloads = [...gone, ...keys.flatMap(key => pods.get(key)?.workload ?? [])]
      const due = {keys, workloads, stale, lost: [...lost]}
      dirty.clear()
      gone.length = 0
      lost.length = 0
      everything = false
      stale = false
      return due
    },
    some: () =>
      new Promise(resolve => {
        wake = resolve
        if (isSome()) resolve()
      }),
    counters: () => count,
  }
}
