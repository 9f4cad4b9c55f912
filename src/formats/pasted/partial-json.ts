import {definedFields} from '../../model/collections/defined-fields.js'
import {isObject, textOf} from '../decode.js'

/** A place where JSON was cut: by hand (`...`), or because the text ends. */
export interface JsonCut {
  /** The line of the text, from 1. */
  readonly line: number
  readonly how: 'elided' | 'ends'
  /** The named entry that is lost because the text ends in it, such as `web of dynamic_warming_clusters`. */
  readonly within?: string
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
  /^(configs|bootstrap|clusters|listeners|secrets|(dynamic|static)_\w+|(dynamic|static)[A-Z]\w+|ecds_?[fF]ilters|resources|items|nftables|cluster_?[sS]tatuses|listener_?[sS]tatuses|certificates|virtual_?[hH]osts)$/

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

/** How far a text was read, and the cuts found on the way. */
interface Cursor {
  readonly text: string
  at: number
  readonly cuts: JsonCut[]
  /** Set once the end of the text cost an entry of a list of resources its place in it. */
  within?: string
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (found === null) return undefined
  cursor.at = pattern.lastIndex
  return found[0]
}

function cut({text, at, cuts, within}: Cursor, how: JsonCut['how']): void {
  if (cuts.length >= MAX_CUTS) throw new NotJson()
  cuts.push({line: text.slice(0, at).split('\n').length, how, ...definedFields({within})})
}

/** The name of an entry, its own or that of the resource in it (`{"cluster": {"name": ...}}`). */
function nameOf(value: unknown, depth = 0): string | undefined {
  if (!isObject(value) || depth > 2) return undefined
  const own = textOf(value, 'name')
  if (own !== undefined) return own
  return Object.values(value)
    .map(inner => nameOf(inner, depth + 1))
    .find(name => name !== undefined)
}

/** Skips white space and elisions; true when there was an elision. */
function skip(cursor: Cursor): boolean {
  let elided = false
  for (;;) {
    if (take(cursor, SPACE) !== undefined) continue
    if (take(cursor, ELISION) === undefined) return elided
    if (!elided) cut(cursor, 'elided')
    elided = true
  }
}

/** The next character; empty at the end of the text. */
function next({text, at}: Cursor): string {
  return text[at] ?? ''
}

/** Skips one character if it is the next one. */
function passed(cursor: Cursor, character: string): boolean {
  if (next(cursor) !== character) return false
  cursor.at++
  return true
}

function readString(cursor: Cursor): string | undefined {
  const found = take(cursor, STRING)
  if (found === undefined) return undefined
  try {
    const value: unknown = JSON.parse(found)
    return typeof value === 'string' ? value : undefined
  } catch {
    return found.slice(1, -1)
  }
}

function readScalar(cursor: Cursor): unknown {
  const quoted = readString(cursor)
  if (quoted !== undefined) return quoted
  const number = take(cursor, NUMBER)
  if (number !== undefined) return Number(number)
  const word = take(cursor, WORD)
  return word === undefined ? NOTHING : word === 'true' ? true : word === 'false' ? false : null
}

/** Moves to the end of the text if it cuts a key. */
function skipCutKey(cursor: Cursor): void {
  if (next(cursor) !== '"' || cursor.text.indexOf('"', cursor.at + 1) >= 0) throw new NotJson()
  cursor.at = cursor.text.length
}

/** The members of an object up to its `}`; of `bare` members up to the first text that cannot be one. */
function readMembers(cursor: Cursor, depth: number, bare: boolean): Reading {
  const members: [string, unknown][] = []
  const reading = (whole: boolean): Reading => ({value: Object.fromEntries(members), whole})
  for (;;) {
    skip(cursor)
    if (cursor.at >= cursor.text.length) return reading(bare)
    if (bare && !/[",]/.test(next(cursor))) return reading(true)
    if (passed(cursor, ',')) continue
    if (passed(cursor, '}')) return reading(true)
    const key = readString(cursor)
    if (key === undefined) {
      skipCutKey(cursor)
      continue
    }
    skip(cursor)
    if (cursor.at >= cursor.text.length) return reading(false)
    if (!passed(cursor, ':')) throw new NotJson()
    if (skip(cursor) && /[,}\]]/.test(next(cursor) || '}')) continue
    const read = readValue(cursor, depth + 1, key)
    if (read.whole || read.value !== undefined) members.push([key, read.value])
    if (!read.whole) return reading(false)
  }
}

/** Of a list of resources the one in which the text ends is lost; of a list inside a resource what is there of it stays. */
function readItems(cursor: Cursor, depth: number, key: string | undefined): Reading {
  const items: unknown[] = []
  const ofResources = depth === 0 || (key !== undefined && LISTS.test(key))
  for (;;) {
    skip(cursor)
    if (cursor.at >= cursor.text.length) return {value: items, whole: false}
    if (passed(cursor, ',')) continue
    if (passed(cursor, ']')) return {value: items, whole: true}
    const read = readValue(cursor, depth + 1)
    if (read.whole || (read.value !== undefined && (!ofResources || holdsList(read.value)))) items.push(read.value)
    if (read.whole) continue
    const name = ofResources && items.at(-1) !== read.value ? nameOf(read.value) : undefined
    if (name !== undefined) cursor.within ??= key === undefined ? name : `${name} of ${key}`
    return {value: items, whole: false}
  }
}

function readValue(cursor: Cursor, depth: number, key?: string): Reading {
  if (depth > MAX_DEPTH) throw new NotJson()
  if (cursor.at >= cursor.text.length) return {value: undefined, whole: false}
  if (passed(cursor, '{')) return readMembers(cursor, depth, false)
  if (passed(cursor, '[')) return readItems(cursor, depth, key)
  const found = readScalar(cursor)
  if (found !== NOTHING) return {value: found, whole: cursor.at < cursor.text.length}
  // The end of the text cuts a string or a word.
  if (next(cursor) === '"' || /^[-\dtfn]\w*$/.test(cursor.text.slice(cursor.at, cursor.at + 8))) {
    cursor.at = cursor.text.length
    return {value: undefined, whole: false}
  }
  throw new NotJson()
}

/** Reads JSON from a place in a text as far as it goes; with `bare`, members of an object without its braces, up to the first text that cannot be one. `{...}` and `"key": ...` lose what was cut; the element in which the text ends is lost. */
export function parsePartialJson(text: string, start = 0, bare = false): PartialJson | undefined {
  const cursor: Cursor = {text, at: start, cuts: []}
  try {
    skip(cursor)
    const read = bare ? readMembers(cursor, 0, true) : readValue(cursor, 0)
    if (!read.whole) cut(cursor, 'ends')
    return read.value === undefined ? undefined : {value: read.value, cuts: cursor.cuts, end: cursor.at}
  } catch (error) {
    if (error instanceof NotJson || error instanceof RangeError) return undefined
    throw error
  }
}

function holdsList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).some(key => LISTS.test(key))
}
