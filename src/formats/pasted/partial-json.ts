/** A place where JSON was cut: by hand (`...`), or because the text ends. */
export interface JsonCut {
  /** The line of the text, from 1. */
  readonly line: number
  readonly how: 'elided' | 'ends'
}

/** What could be read of JSON that may be cut. */
export interface PartialJson {
  readonly value: unknown
  readonly cuts: readonly JsonCut[]
  /** Where the value ends in the text. */
  readonly end: number
}

const MAX_DEPTH = 400
const MAX_CUTS = 1000

/** An element that was cut in the middle counts only when it is itself a list of resources, or holds one. */
const LISTS =
  /^(configs|(dynamic|static)_\w+|(dynamic|static)[A-Z]\w+|ecds_?[fF]ilters|resources|items|cluster_?[sS]tatuses|listener_?[sS]tatuses|certificates|virtual_?[hH]osts)$/

class NotJson extends Error {}

const STRING = /"(?:[^"\\\n]|\\.)*"/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const SPACE = /[\s\u00a0\ufeff]+/y
/** `...`, `…`, and comments people put where they cut: `// more`, `# ...`, `<snip>`, `[...]` is read as a list with one cut. */
const ELISION = /(?:\.{3,}|…)[^\n,\]}"]*|\/\/[^\n]*|#[^\n]*|<[^>\n]{1,40}>|\/\*[\s\S]*?\*\//y

interface Reading {
  readonly value: unknown
  /** False when the text ended inside. */
  readonly whole: boolean
}

const NOTHING = Symbol('nothing')

/** Reads JSON from a place in a text as far as it goes; with `bare`, members of an object without its braces, up to what can be none. `{...}` and `"key": ...` lose what was cut; the element in which the text ends is lost. */
export function parsePartialJson(text: string, start = 0, bare = false): PartialJson | undefined {
  let at = start
  const cuts: JsonCut[] = []

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return undefined
    at = pattern.lastIndex
    return found[0]
  }

  function cut(how: JsonCut['how']): void {
    if (cuts.length >= MAX_CUTS) throw new NotJson()
    cuts.push({line: text.slice(0, at).split('\n').length, how})
  }

  /** Passes over white space and elisions; true when there was one. */
  function skip(): boolean {
    let elided = false
    for (;;) {
      if (take(SPACE) !== undefined) continue
      if (take(ELISION) === undefined) return elided
      if (!elided) cut('elided')
      elided = true
    }
  }

  function string(): string | undefined {
    const found = take(STRING)
    if (found === undefined) return undefined
    try {
      const value: unknown = JSON.parse(found)
      return typeof value === 'string' ? value : undefined
    } catch {
      return found.slice(1, -1)
    }
  }

  function scalar(): unknown {
    const quoted = string()
    if (quoted !== undefined) return quoted
    const number = take(NUMBER)
    if (number !== undefined) return Number(number)
    const word = take(WORD)
    return word === undefined ? NOTHING : word === 'true' ? true : word === 'false' ? false : null
  }

  function object(depth: number, open = false): Reading {
    const members: [string, unknown][] = []
    if (!open) at++
    for (;;) {
      skip()
      if (at >= text.length) return {value: Object.fromEntries(members), whole: open}
      if (open && !/[",]/.test(text[at] ?? '')) return {value: Object.fromEntries(members), whole: true}
      if (text[at] === ',') {
        at++
        continue
      }
      if (text[at] === '}') {
        at++
        return {value: Object.fromEntries(members), whole: true}
      }
      const key = string()
      if (key === undefined) {
        if (text[at] === '"' && text.indexOf('"', at + 1) < 0) at = text.length
        else throw new NotJson()
        continue
      }
      skip()
      if (at >= text.length) return {value: Object.fromEntries(members), whole: false}
      if (text[at] !== ':') throw new NotJson()
      at++
      if (skip() && /[,}\]]/.test(text[at] ?? '}')) continue
      const read = value(depth + 1, key)
      if (read.whole || read.value !== undefined) members.push([key, read.value])
      if (!read.whole) return {value: Object.fromEntries(members), whole: false}
    }
  }

  /** Of a list of resources the one in which the text ends is lost; of a list inside a resource what is there of it stays. */
  function list(depth: number, key: string | undefined): Reading {
    const items: unknown[] = []
    at++
    for (;;) {
      skip()
      if (at >= text.length) return {value: items, whole: false}
      if (text[at] === ',') {
        at++
        continue
      }
      if (text[at] === ']') {
        at++
        return {value: items, whole: true}
      }
      const read = value(depth + 1)
      const ofResources = depth === 0 || (key !== undefined && LISTS.test(key))
      if (read.whole || (read.value !== undefined && (!ofResources || holdsList(read.value)))) items.push(read.value)
      if (!read.whole) return {value: items, whole: false}
    }
  }

  function value(depth: number, key?: string): Reading {
    if (depth > MAX_DEPTH) throw new NotJson()
    if (at >= text.length) return {value: undefined, whole: false}
    if (text[at] === '{') return object(depth)
    if (text[at] === '[') return list(depth, key)
    const found = scalar()
    if (found !== NOTHING) return {value: found, whole: at < text.length}
    // A string or word that the end of the text cuts.
    if (text[at] === '"' || /^[-\dtfn]\w*$/.test(text.slice(at, at + 8))) {
      at = text.length
      return {value: undefined, whole: false}
    }
    throw new NotJson()
  }

  try {
    skip()
    const read = bare ? object(0, true) : value(0)
    if (!read.whole) cut('ends')
    return read.value === undefined ? undefined : {value: read.value, cuts, end: at}
  } catch (error) {
    if (error instanceof NotJson || error instanceof RangeError) return undefined
    throw error
  }
}

function holdsList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).some(key => LISTS.test(key))
}
