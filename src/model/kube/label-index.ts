import {groupedBy, groupedPairs} from '../collections/grouped-by.js'
import {type Labels, matchesLabels, type Requirement} from './selector.js'

/** Things with labels in namespaces, found by a selector without looking at each: a mesh has thousands of both. */
export interface LabelIndex<T> {
  /** Those of a namespace whose labels meet all requirements, in their order. */
  selected(namespace: string, requirements: readonly Requirement[]): readonly T[]
}

/** Indexes by namespace, and within it by each label. */
export function labelIndex<T extends {readonly namespace: string; readonly labels: Labels}>(
  all: readonly T[],
): LabelIndex<T> {
  const byNamespace = groupedBy(all, ({namespace}) => namespace)
  const byLabel = groupedPairs(
    all.flatMap(each =>
      Object.entries(each.labels).map(
        ([name, value]) => [JSON.stringify([each.namespace, name, value]), each] as const,
      ),
    ),
  )
  return {
    selected(namespace, requirements) {
      // The shortest of the lists that one required label alone leaves.
      const lists = requirements.flatMap(({key, operator, values}) =>
        operator === 'In' && values.length === 1
          ? [byLabel.get(JSON.stringify([namespace, key, values[0]])) ?? []]
          : [],
      )
      const few = lists.sort((a, b) => a.length - b.length)[0] ?? byNamespace.get(namespace) ?? []
      return few.filter(({labels}) => matchesLabels(requirements, labels))
    },
  }
}
