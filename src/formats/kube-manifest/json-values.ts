/** A duplicate key of an object, and the position of the second one. */
export interface RepeatedName {
  readonly name: string
  readonly offset: number
}

/** One value of a text of concatenated JSON values. */
export interface JsonText {
  readonly start: number
  readonly end: number
  readonly repeated: readonly RepeatedName[]
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const BRACE = 0x7b
const COMMA = 0x2c
const COLON = 0x3a
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d, 0xfeff])
/** Maximum number of recorded positions. */
const MAX_REPEATED = 10

function endOfString(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return text.length
}

/** The object or array that begins at `start`; undefined when it does not end. Brackets are not matched: JSON.parse does that. */
function valueAt(text: string, start: number): JsonText | undefined {
  const repeated: RepeatedName[] = []
  /** The keys so far of every open object; undefined for arrays. */
  const open: (Set<string> | undefined)[] = []
  let named = false
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (named && names !== undefined) {
        const name = text.slice(at + 1, end)
        if (names.has(name) && repeated.length < MAX_REPEATED) repeated.push({name, offset: at})
        names.add(name)
      }
      named = false
      at = end
    } else if (OPEN.has(code)) {
      open.push(code === BRACE ? new Set() : undefined)
      named = code === BRACE
    } else if (CLOSE.has(code)) {
      open.pop()
      if (open.length === 0) return {start, end: at + 1, repeated}
    } else if (code === COMMA) named = open.at(-1) !== undefined
    else if (code === COLON) named = false
  }
  return undefined
}

/** Splits a text into its concatenated JSON objects and arrays (kubectl accepts several in one file); undefined if it contains anything else. */
export function jsonTexts(text: string): readonly JsonText[] | undefined {
  const values: JsonText[] = []
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (BLANK.has(code)) {
      at += 1
      continue
    }
    const value = OPEN.has(code) ? valueAt(text, at) : undefined
    if (value === undefined) return undefined
    values.push(value)
    at = value.end
  }
  return values
}
