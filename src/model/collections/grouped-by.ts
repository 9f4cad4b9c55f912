/** The values of each key, in the given order; the keys in the order of their first value. Linear in the number of pairs. */
export function groupedPairs<K, V>(pairs: Iterable<readonly [K, V]>): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const [key, value] of pairs) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

/** Items by what `keyOf` says of each, as `groupedPairs` does. */
export function groupedBy<K, V>(items: readonly V[], keyOf: (item: V) => K): ReadonlyMap<K, readonly V[]> {
  return groupedPairs(items.map(item => [keyOf(item), item] as const))
}
