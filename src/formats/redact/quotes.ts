/** Longer values are cut off here. */
const MAX_VALUE = 64 * 1024
const MAX_SLASHES = 100

/** What a quote is: its backslashes and the character, as written in JSON in JSON. */
export interface Quote {
  readonly slashes: number
  readonly mark: string
  readonly end: number
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'" || char === '`'
}

/** The quote that begins at a place; undefined when there is none. */
export function quoteAt(text: string, at: number): Quote | undefined {
  let slashes = 0
  while (text[at + slashes] === '\\' && slashes < MAX_SLASHES) slashes += 1
  const mark = text[at + slashes]
  return mark !== undefined && isQuote(mark) ? {slashes, mark, end: at + slashes + 1} : undefined
}

/** The quote that ends just before a place. */
export function quoteBefore(text: string, at: number): Quote | undefined {
  const mark = text[at - 1]
  if (mark === undefined || !isQuote(mark)) return undefined
  let slashes = 0
  while (text[at - 2 - slashes] === '\\' && slashes < MAX_SLASHES) slashes += 1
  return {slashes, mark, end: at}
}

/** True for the two quotes around one text. */
export function isSame(a: Quote | undefined, b: Quote | undefined): boolean {
  return a !== undefined && b !== undefined && a.slashes === b.slashes && a.mark === b.mark
}

/** Where a quoted value ends, before its closing quote: the same mark behind as many backslashes; the end of its line without one. */
export function endOfQuoted(text: string, {slashes, mark, end}: Quote): number {
  const limit = Math.min(text.length, end + MAX_VALUE)
  for (let at = end; at < limit; at++) {
    const char = text[at]
    if (char === '\n' && slashes === 0 && mark !== '`') return at
    if (char !== mark) continue
    let before = 0
    while (at - 1 - before >= end && text[at - 1 - before] === '\\') before += 1
    if (before <= slashes) return at - before
  }
  return limit
}
