/** Maps items with at most `limit` in parallel, results in order; the first failure is thrown after the running ones have ended. */
export async function boundedMap<T, R>(
  items: readonly T[],
  limit: number,
  use: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  let failure: {readonly error: unknown} | undefined
  async function worker(): Promise<void> {
    while (next < items.length && failure === undefined) {
      const index = next++
      const item = items[index] as T
      try {
        results[index] = await use(item, index)
      } catch (error) {
        failure ??= {error}
      }
    }
  }
  await Promise.all(Array.from({length: Math.min(limit, items.length)}, worker))
  if (failure !== undefined) throw failure.error
  return results
}
