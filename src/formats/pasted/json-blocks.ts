import {type JsonCut, type PartialJson, parsePartialJson} from './partial-json.js'

/** A JSON value found in a text, with the line it begins in and where it was cut. */
export interface JsonBlock {
  readonly value: unknown
  readonly line: number
  readonly cuts: readonly JsonCut[]
}

/** Values beyond this many are not a paste of a person. */
const MAX_BLOCKS = 2000
/** Starts that turn out to be none; beyond this many a text is not a place to look for JSON. */
const MAX_FAILURES = 200
/** A line that may begin a value: an object, a list, or a member without its braces. */
const START = /^[ \t>]*(?:[{[]\s*(?:$|["{[\]}.…])|"[\w@.-]+"\s*:\s*(?:[{["\d]|true|false|null|\.\.\.))/

/** The JSON values in a text, in order, ignoring the text between them: prompts, prose, Markdown, logs. */
export function jsonBlocks(text: string): readonly JsonBlock[] {
  const blocks: JsonBlock[] = []
  let at = 0
  let line = 1
  const fences = [...text.matchAll(/\n[ \t]*(?:```|~~~)/g)].map(({index}) => index)
  let fence = 0
  let failures = 0
  let broken: number | undefined
  while (at < text.length && blocks.length < MAX_BLOCKS && failures < MAX_FAILURES) {
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next
    const raw = text.slice(at, Math.min(end, at + 400))
    const starts = START.test(raw)
    while (fence < fences.length && (fences[fence] ?? 0) < at) fence++
    // A fence ends what is quoted: no string of JSON holds a line break.
    const limit = fences[fence] ?? text.length
    const found = starts ? read(text, at + (/[{["]/.exec(raw)?.index ?? 0), limit) : undefined
    if (found === undefined) {
      if (starts) {
        failures++
        broken ??= line
      }
      at = end + 1
      line++
      continue
    }
    const first = line
    const inside = found.cuts.map(cut => ({...cut, line: cut.line + first - 1}))
    // Behind JSON that could not be read a value may be a piece of it.
    const before = broken === undefined ? [] : [{line: broken, how: 'elided' as const}]
    blocks.push({value: found.value, line, cuts: [...before, ...inside]})
    const stop = Math.max(found.end, at + 1)
    line += text.slice(at, stop).split('\n').length - 1
    at = stop
  }
  return blocks
}

/** A value, or members without braces, as people cut them out of an object: `"key": [...], "other": {...}`. */
function read(text: string, start: number, limit: number): PartialJson | undefined {
  const found = parsePartialJson(text.slice(start, limit), 0, text[start] === '"')
  return found === undefined ? undefined : {...found, end: start + found.end}
}
