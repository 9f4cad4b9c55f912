import {type Labels, matchesLabels, type Requirement} from './selector.js'

/** Things with labels in namespaces, found by a selector without looking at each: a mesh has thousands of both. */
export interface LabelIndex<T> {
  /** Those of a namespace whose labels meet all requirements, in their order. */
  selected(namespace: string, requirements: readonly Requirement[]): readonly T[]
}

function keep<T>(held: Map<string, T[]>, key: string, each: T): void {
  const list = held.get(key)
  if (list === undefined) held.set(key, [each])
  else list.push(each)
}

/** Indexes by namespace, and within it by each label. */
export function labelIndex<T extends {readonly namespace: string; readonly labels: Labels}>(
  all: readonly T[],
): LabelIndex<T> {
  const byNamespace = new Map<string, T[]>()
  const byLabel = new Map<string, T[]>()
  for (const each of all) {
    keep(byNamespace, each.namespace, each)
    for (const [name, value] of Object.entries(each.labels))
      keep(byLabel, JSON.stringify([each.namespace, name, value]), each)
  }
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
