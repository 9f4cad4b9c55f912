/** A function that makes the value of a key when it is first asked for, and gives the same one from then on; a promise is kept as it is, failed or not. */
export function onceByKey<V>(): <T extends V>(key: string, make: () => T) => T {
  const made = new Map<string, V>()
  return <T extends V>(key: string, make: () => T): T => {
    // Each key is used for one type only.
    if (made.has(key)) return made.get(key) as T
    const value = make()
    made.set(key, value)
    return value
  }
}
