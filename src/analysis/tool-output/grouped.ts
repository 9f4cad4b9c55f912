/** Sentences shown of one text. */
const SHOWN = 20

/** Equal sentences once, the first of many, and how many more there are. */
export function grouped(sentences: readonly string[], what: string): readonly string[] {
  const distinct = [...new Set(sentences)]
  const left = distinct.length - SHOWN
  return left <= 0 ? distinct : [...distinct.slice(0, SHOWN), `and ${left} more ${what}`]
}
