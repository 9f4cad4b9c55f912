import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectedFrom} from './label-index.js'

/** Where pods are looked up. */
export interface PodLists {
  pods(): readonly WorkloadConfig[]
  podsIn(namespace: string): readonly WorkloadConfig[]
}

/** The pods a selector means: those of one namespace, or of all. */
export function podsSelected(lists: PodLists, selector: Labels, namespace?: string): readonly WorkloadConfig[] {
  const among = namespace === undefined ? lists.pods() : lists.podsIn(namespace)
  return selectedFrom(selector, among)
}

/** Objects of one kind by the pods they select, for pods that several select. */
export function sharedPods<
  T extends {readonly selector?: Labels; readonly object: {readonly ref: {readonly namespace: string}}},
>(items: readonly T[], lists: PodLists): ReadonlyMap<WorkloadConfig, readonly T[]> {
  const selecting = items.filter(({selector}) => Object.keys(selector ?? {}).length > 0)
  const byPod = groupedPairs(
    selecting.flatMap(item =>
      podsSelected(lists, item.selector ?? {}, item.object.ref.namespace).map(pod => [pod, item] as const),
    ),
  )
  return new Map([...byPod].filter(([, some]) => some.length > 1))
}
