import {groupedBy, groupedPairs} from '../collections/grouped-by.js'
import {onceByKey} from '../collections/once.js'
import {type Labels, matchesLabels, type Requirement} from './selector.js'

/** Things with labels, found by a selector without looking at each: those whose labels meet all requirements, in their order. */
export type LabelIndex<T> = (requirements: readonly Requirement[]) => readonly T[]

/** Indexes things by each of their labels. */
export function labelIndex<T extends {readonly labels: Labels}>(all: readonly T[]): LabelIndex<T> {
  const byLabel = groupedPairs(
    all.flatMap(each => Object.entries(each.labels).map(pair => [JSON.stringify(pair), each] as const)),
  )
  return requirements => {
    // The shortest of the lists that one required label alone leaves.
    const lists = requirements.flatMap(({key, operator, values}) =>
      operator === 'In' && values.length === 1 ? [byLabel.get(JSON.stringify([key, values[0]])) ?? []] : [],
    )
    const few = lists.sort((a, b) => a.length - b.length)[0] ?? all
    return few.filter(({labels}) => matchesLabels(requirements, labels))
  }
}

/** Indexes things of namespaces: each namespace by itself, when it is first asked for. */
export function labelIndexes<T extends {readonly namespace: string; readonly labels: Labels}>(
  all: readonly T[],
): (namespace: string) => LabelIndex<T> {
  const byNamespace = groupedBy(all, each => each.namespace)
  const once = onceByKey<LabelIndex<T>>()
  return namespace => once(namespace, () => labelIndex(byNamespace.get(namespace) ?? []))
}
