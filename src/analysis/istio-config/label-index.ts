import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectorMatches} from './label-selection.js'

interface Labelled {
  readonly labels: Labels
}

/** The places in a list by label and value. */
type Places = ReadonlyMap<string, readonly number[]>

/** By the labels of the items, and by those they select: an item may have both. */
const [BY_LABELS, BY_SELECTOR] = [new WeakMap<readonly object[], Places>(), new WeakMap<readonly object[], Places>()]

function pairsOf(labels: Labels): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

/** The places of a list by what each item is found under; made once for a list. */
function placesOf<T extends object>(
  kept: WeakMap<readonly object[], Places>,
  items: readonly T[],
  under: (item: T) => readonly string[],
): Places {
  const known = kept.get(items)
  if (known !== undefined) return known
  const places = groupedPairs(items.flatMap((item, at) => under(item).map(pair => [pair, at] as const)))
  kept.set(items, places)
  return places
}

/** The items whose labels a selector selects, in their order: only those that have its rarest label are looked at. An empty selector selects all. */
export function selectedFrom<T extends Labelled>(selector: Labels, items: readonly T[]): readonly T[] {
  const pairs = pairsOf(selector)
  if (pairs.length === 0) return items
  const places = placesOf(BY_LABELS, items, ({labels}) => pairsOf(labels))
  const rarest = pairs
    .map(pair => places.get(pair) ?? [])
    .reduce((least, each) => (each.length < least.length ? each : least))
  return rarest.flatMap(at => {
    const item = items[at]
    return item !== undefined && selectorMatches(selector, item.labels) ? [item] : []
  })
}

/** The items whose selector selects the labels, in their order; one without a selector selects nothing. */
export function selecting<T extends {readonly selector: Labels}>(labels: Labels, items: readonly T[]): readonly T[] {
  const places = placesOf(BY_SELECTOR, items, ({selector}) => pairsOf(selector).slice(0, 1))
  return pairsOf(labels)
    .flatMap(pair => places.get(pair) ?? [])
    .sort((a, b) => a - b)
    .flatMap(at => {
      const item = items[at]
      return item !== undefined && selectorMatches(item.selector, labels) ? [item] : []
    })
}
