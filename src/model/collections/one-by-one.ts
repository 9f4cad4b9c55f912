/** Runs calls with the same key one after the other, whether the one before succeeds or fails; other keys do not wait. */
export function oneByOneByKey(): <T>(key: string, ask: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, ask) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(ask, ask)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
