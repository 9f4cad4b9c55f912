import {groupedPairs} from '../../model/collections/grouped-by.js'
import {onceByObject} from '../../model/collections/once.js'
import {type LabelIndex, labelIndex} from '../../model/kube/label-index.js'
import {type Labels, requirementsOf} from '../../model/kube/selector.js'
import {selectorMatches} from './label-selection.js'

interface Labelled {
  readonly labels: Labels
}

interface Selecting {
  readonly selector: Labels
}

function pairsOf(labels: Labels): readonly string[] {
  return Object.entries(labels).map(pair => JSON.stringify(pair))
}

const indexOf = onceByObject((items: readonly Labelled[]) => labelIndex(items))

/** The items whose labels a selector selects, in their order. An empty selector selects all. */
export function selectedFrom<T extends Labelled>(selector: Labels, items: readonly T[]): readonly T[] {
  // What an index finds is of the list it was made of.
  return (indexOf(items) as LabelIndex<T>)(requirementsOf(selector))
}

/** The places in a list by the first label an item selects. */
const placesOf = onceByObject((items: readonly Selecting[]) =>
  groupedPairs(
    items.flatMap(({selector}, at) =>
      pairsOf(selector)
        .slice(0, 1)
        .map(pair => [pair, at] as const),
    ),
  ),
)

/** The items whose selector selects the labels, in their order; one without a selector selects nothing. */
export function selecting<T extends Selecting>(labels: Labels, items: readonly T[]): readonly T[] {
  const places = placesOf(items)
  return pairsOf(labels)
    .flatMap(pair => places.get(pair) ?? [])
    .sort((a, b) => a - b)
    .flatMap(at => {
      const item = items[at]
      return item !== undefined && selectorMatches(item.selector, labels) ? [item] : []
    })
}
