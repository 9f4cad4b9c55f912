/** Runs a task for each item, at most `width` at once, and gives the results in the items' order; the first failure ends it. */
export async function inOrder<T, R>(
  items: readonly T[],
  width: number,
  task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  let failed = false
  async function worker(): Promise<void> {
    while (next < items.length && !failed) {
      const at = next++
      const item = items[at]
      if (item === undefined) continue
      try {
        results[at] = await task(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({length: Math.max(1, Math.min(width, items.length))}, worker))
  return results
}
