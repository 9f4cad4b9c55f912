import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
} from 'yaml'
import {contentStart} from './document-texts.js'
import {isTooDeep} from './nesting.js'
import type {ObjectPath} from './objects.js'
import {kubectlTags} from './yaml-tags.js'

/** How manifests are read: YAML 1.1, as kubectl reads it (`kubectl create --dry-run=client` is the judge), names that come twice are looked for here. */
export const MANIFEST_YAML = {
  version: '1.1',
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
  customTags: kubectlTags,
} as const

/** A mistake in a text, counted in characters from its start. */
export interface TextMistake {
  readonly message: string
  readonly offset: number
}

/** A YAML document as its value, with the way from a path in it to a place in the text; or what is wrong with it. */
export interface YamlDocument {
  readonly value: unknown
  readonly mistakes: readonly TextMistake[]
  /** Where the value at a path begins, or the nearest above it that is there. */
  offsetOf(path: ObjectPath): number
}

/** Uses of one anchor within another are multiplied: more than this is treated as a bomb. */
const MAX_ALIAS_COUNT = 1000
/** Finding the anchor of an alias costs a walk over the document. */
const MAX_ALIASES = 5000
const MAX_MISTAKES = 3
/** What the call stack holds is the limit. */
export const TOO_DEEP = 'it is nested too deeply'

/** The library repeats the place in its message; ours has it already. */
function sentence(error: unknown): string {
  const message = (error as Error).message
  if (/call stack|nested too deep/i.test(message)) return TOO_DEEP
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}

/** A word alone on its line where a field must be: the colon is missing, which the library tells in terms of its own. */
function withoutColon(
  text: string,
  {code, pos: [offset]}: {code: string; pos: readonly [number, number]},
): string | undefined {
  if (!['MULTILINE_IMPLICIT_KEY', 'MISSING_CHAR', 'BLOCK_AS_IMPLICIT_KEY'].includes(code)) return undefined
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const [, word] = /^[ \t]*(?:- )?([\w.-]{1,80})[ \t]*$/.exec(text.slice(start, end < 0 ? text.length : end)) ?? []
  return word === undefined ? undefined : `"${word}" has no colon after it`
}

/** Names that come twice in a map, aliases of nothing or of what they are in: what the library does not ask, or asks in quadratic time. */
function slips(document: Document.Parsed): readonly TextMistake[] {
  const found: TextMistake[] = []
  const anchors = new Map<string, 'open' | 'closed'>()
  let aliases = 0
  const slip = (message: string, node: Node) => found.push({message, offset: node.range?.[0] ?? 0})

  function visit(node: unknown): void {
    if (isAlias(node)) {
      aliases += 1
      const state = anchors.get(node.source)
      if (state === undefined) slip(`alias *${node.source} has no anchor before it in this document`, node)
      if (state === 'open') slip(`alias *${node.source} is recursive`, node)
      return
    }
    if (!isNode(node)) return
    const anchor = 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) anchors.set(anchor, 'open')
    if (isSeq(node)) node.items.forEach(visit)
    if (isMap(node)) {
      const names = new Set<unknown>()
      for (const {key, value} of node.items) {
        const name = isScalar(key) ? key.value : undefined
        if (isScalar(key) && names.has(name) && name !== '<<') slip(`${JSON.stringify(name)} is a duplicate key`, key)
        names.add(name)
        visit(key)
        visit(value)
      }
    }
    if (anchor !== undefined) anchors.set(anchor, 'closed')
  }

  visit(document.contents)
  if (aliases > MAX_ALIASES) found.unshift({message: `it has more than ${MAX_ALIASES} aliases`, offset: 0})
  return found
}

function read(document: Document.Parsed, text: string): YamlDocument {
  const start = document.contents?.range?.[0] ?? document.range[0]
  const offsetOf = (path: ObjectPath): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return start
  }
  const refused = (mistakes: readonly TextMistake[]): YamlDocument => ({value: undefined, mistakes, offsetOf})
  const errors = document.errors.map(error => ({
    message: withoutColon(text, error) ?? sentence(error),
    offset: error.pos[0],
  }))
  const deep = errors.filter(({message}) => message === TOO_DEEP).slice(0, 1)
  if (errors.length > 0) return refused(deep.length > 0 ? deep : errors.slice(0, MAX_MISTAKES))
  try {
    const wrong = slips(document)
    if (wrong.length > 0) return refused(wrong.slice(0, MAX_MISTAKES))
    return {value: document.toJS({maxAliasCount: MAX_ALIAS_COUNT}) as unknown, mistakes: [], offsetOf}
  } catch (error) {
    return refused([{message: sentence(error), offset: start}])
  }
}

function unread(message: string, text: string): YamlDocument {
  return {value: undefined, mistakes: [{message, offset: contentStart(text)}], offsetOf: () => 0}
}

/** The one document in a text that is not nested too deeply, read as manifests are. */
export function yamlDocument(text: string): YamlDocument {
  return read(parseDocument(text, MANIFEST_YAML), text)
}

/** The documents in a text that is meant to be one; never throws. */
export function yamlDocuments(text: string): readonly YamlDocument[] {
  if (isTooDeep(text)) return [unread(TOO_DEEP, text)]
  try {
    const documents = parseAllDocuments(text, MANIFEST_YAML)
    return Array.isArray(documents) ? documents.map(document => read(document as Document.Parsed, text)) : []
  } catch (error) {
    return [unread(sentence(error), text)]
  }
}

/** Tells line and column of an offset, both counted from 1. */
export function linesOf(text: string): (offset: number) => {readonly line: number; readonly column: number} {
  const counter = new LineCounter()
  counter.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1)
  return offset => {
    const {line, col} = counter.linePos(offset)
    return {line, column: col}
  }
}

/** How one document of settings is read: pretty errors and unique keys of the library cost the square of how many there are. */
const SETTINGS_YAML = {merge: true, prettyErrors: false, uniqueKeys: false, logLevel: 'silent'} as const

/** Reads one YAML (or JSON) document as plain data; what is wrong with it comes back as a sentence with its place. */
export function readDocument(text: string): {readonly value: unknown; readonly problem?: string} {
  if (isTooDeep(text)) return {value: undefined, problem: TOO_DEEP}
  const {value, mistakes} = read(parseDocument(text, SETTINGS_YAML), text)
  const [first] = mistakes
  if (first === undefined) return {value}
  const {line, column} = linesOf(text)(first.offset)
  return {value: undefined, problem: `${first.message} at line ${line}, column ${column}`}
}
