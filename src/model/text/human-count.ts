/** A number with its word, in the plural unless there is exactly one: `1 pod`, `3 pods`. */
export function humanCount(count: number, word: string, plural = `${word}s`): string {
  return `${count} ${count === 1 ? word : plural}`
}
