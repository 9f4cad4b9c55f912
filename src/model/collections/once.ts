/** A function that makes its value when it is first called, and gives the same one from then on. */
export function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined
  return () => {
    made ??= {value: make()}
    return made.value
  }
}

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

/** A function of an object that works its value out when it is first asked about that object, and keeps it as long as the object lives. */
export function onceByObject<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, {readonly value: V}>()
  return of => {
    const known = made.get(of) ?? {value: make(of)}
    made.set(of, known)
    return known.value
  }
}
