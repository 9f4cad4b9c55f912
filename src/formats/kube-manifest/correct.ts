import {type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap} from 'yaml'
import type {PatchStep} from '../../model/finding.js'
import {pointerSteps} from '../../model/text/object-path.js'
import {escapeJson, isUnsafe} from '../../terminal/escape.js'
import {contentStart} from './document-texts.js'
import {manifestTexts, type NamedObject, objectKey, rootedDocuments} from './roots.js'
import {linesOf} from './yaml-document.js'

/** Steps for one object of a manifest. */
export interface Correction {
  readonly object: NamedObject
  readonly steps: readonly PatchStep[]
}

/** A document with its corrections made, comments and all. */
export interface CorrectedDocument {
  readonly line: number
  readonly text: string
  /** The objects that were corrected. */
  readonly objects: readonly NamedObject[]
}

/** Thrown where a step cannot be made; the document is then left unchanged. */
class Impossible extends Error {}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** The value of a map or list; an alias or an anchor on the way would change other places as well. */
function inner(node: Node, step: string): Node | undefined {
  const found = isSeq(node) ? node.get(Number(step), true) : isMap(node) ? node.get(step, true) : undefined
  if (found === undefined) return undefined
  if (!isNode(found) || isAlias(found) || ('anchor' in found && found.anchor !== undefined))
    throw new Impossible('an anchor on the way')
  return found
}

/** The map or list a step is made in; maps that are not there are made when asked for. */
function parentOf(document: Document.Parsed, root: YAMLMap, steps: readonly string[], make: boolean): Node {
  let node: Node = root
  for (const step of steps) {
    const next = inner(node, step)
    if (next !== undefined && !(isScalar(next) && next.value === null)) {
      node = next
      continue
    }
    if (!make || !isMap(node)) throw new Impossible(`no ${step}`)
    const made = document.createNode({}) as YAMLMap
    made.flow = node.flow === true
    node.set(document.createNode(step), made)
    node = made
  }
  return node
}

function make(document: Document.Parsed, root: YAMLMap, {op, path, value}: PatchStep): void {
  const steps = pointerSteps(path)
  const last = steps.at(-1) ?? ''
  const parent = parentOf(document, root, steps.slice(0, -1), op === 'add')
  const held = inner(parent, last)
  if (op === 'test') {
    if (!isScalar(held) || held.value !== value) throw new Impossible(`${path} is not ${JSON.stringify(value)}`)
  } else if (op === 'remove') {
    if (!isMap(parent) || !parent.delete(last)) throw new Impossible(`no ${path}`)
  } else if (op === 'add' && isEmptyMap(value)) {
    if (held === undefined || isScalar(held)) parentOf(document, root, steps, true)
  } else if (isScalar(held) && (typeof value !== 'object' || value === null)) {
    held.value = value
    held.source = ''
    delete held.format
  } else if (isMap(parent))
    parent.set(held === undefined ? document.createNode(last) : last, document.createNode(value))
  else throw new Impossible(`${path} is in no map`)
}

/** Maps a removal left empty are not left behind. */
function withoutEmpty(root: YAMLMap, steps: readonly PatchStep[]): void {
  for (const {op, path} of steps) {
    const above = pointerSteps(path).slice(0, -1)
    const map = op === 'remove' ? root.getIn(above, true) : undefined
    if (isMap(map) && map.items.length === 0) root.deleteIn(above)
  }
}

/** The style of a text, so that what was not changed stays as it was as far as the library can. */
function styleOf(text: string): Parameters<Document['toString']>[0] {
  const indent = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2
  return {
    lineWidth: 0,
    indent: Math.min(Math.max(indent, 1), 8),
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text),
    flowCollectionPadding: /\{ /.test(text),
    singleQuote: /'/.test(text) && !/"/.test(text) ? true : null,
  }
}

/** The text of a document; what a terminal could act on is written as an escape. */
function shown(document: Document.Parsed, text: string): string {
  if (/^\s*\{/.test(text.slice(contentStart(text)))) return escapeJson(`${JSON.stringify(document.toJS(), null, 2)}\n`)
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  if (document.directives !== undefined) document.directives.docStart = null
  return escapeJson(document.toString(styleOf(text)))
}

/** The documents of a manifest in which something is corrected, and nothing else; a step that cannot be made leaves its object unchanged. */
export function correctedIn(bytes: Uint8Array, corrections: readonly Correction[]): readonly CorrectedDocument[] {
  const byKey = new Map(corrections.map(each => [objectKey(each.object), each]))
  return manifestTexts(bytes).flatMap(({text, line}) =>
    rootedDocuments(text).flatMap(({document, roots}): readonly CorrectedDocument[] => {
      const objects = [...roots].flatMap(([key, maps]) => {
        const correction = byKey.get(key)
        if (correction === undefined) return []
        try {
          for (const map of maps) {
            // Tried on a copy first: half a correction is not a correction.
            const copy = map.clone() as YAMLMap
            for (const step of correction.steps) make(document, copy, step)
            for (const step of correction.steps) make(document, map, step)
            withoutEmpty(map, correction.steps)
          }
          return [correction.object]
        } catch (error) {
          if (!(error instanceof Impossible)) throw error
          return []
        }
      })
      if (objects.length === 0) return []
      const start = linesOf(text)(document.contents?.range?.[0] ?? 0).line
      return [{line: line + start - 1, text: shown(document, text), objects}]
    }),
  )
}
