import type {NamedSets} from './named-sets.js'

/** A place in the words of a rule, of a table with those named sets. */
export interface Cursor {
  readonly words: readonly string[]
  readonly sets: NamedSets
  at: number
}

/** The word at the place, or so many behind it; empty behind the end. */
export function peek(cursor: Cursor, ahead = 0): string {
  return cursor.words[cursor.at + ahead] ?? ''
}

/** Takes one word. */
export function next(cursor: Cursor): string {
  return cursor.words[cursor.at++] ?? ''
}

/** Takes the word if it is the one at the place. */
export function accept(cursor: Cursor, word: string): boolean {
  if (peek(cursor) !== word) return false
  cursor.at++
  return true
}

/** The words from a place on that were taken since. */
export function since(cursor: Cursor, start: number): string {
  return cursor.words.slice(start, cursor.at).join(' ')
}

/** Takes everything to the end of the rule, for statements that are not understood. */
export function rest(cursor: Cursor, start: number): string {
  cursor.at = cursor.words.length
  return since(cursor, start)
}

/** Takes what stands in braces, the closing one too; the words between them. */
export function inBraces(cursor: Cursor): readonly string[] {
  const start = cursor.at
  if (!accept(cursor, '{')) return []
  while (cursor.at < cursor.words.length && !accept(cursor, '}')) cursor.at++
  return cursor.words.slice(start + 1, cursor.at - 1)
}
