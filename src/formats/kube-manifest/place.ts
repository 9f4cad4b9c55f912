import {isMap, isNode, isScalar, isSeq, type Node, parseAllDocuments, type YAMLMap} from 'yaml'
import {pathSteps} from '../../model/object-path.js'
import {type DocumentText, documentTexts, manifestText, tooLarge} from './document-texts.js'
import {jsonTexts} from './json-values.js'
import {itemKinds} from './objects.js'
import {linesOf, MANIFEST_YAML} from './yaml-document.js'

/** A position in a text, counted from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/** What a place is asked for; an empty namespace means an object that has none. */
export interface NamedObject {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Larger documents are not read a second time only to tell a line. */
const MAX_LENGTH = 8 * 1024 * 1024

function textAt(map: YAMLMap, ...keys: readonly string[]): string | undefined {
  const found = map.getIn(keys)
  return typeof found === 'string' ? found : undefined
}

interface Found {
  readonly map: YAMLMap
  readonly kind: string
}

/** The maps of a document that are objects, as the reader of manifests finds them. */
function objectsIn(node: unknown, itemKind?: string): readonly Found[] {
  if (isSeq(node)) return node.items.flatMap(item => objectsIn(item, itemKind))
  if (!isMap(node)) return []
  const kind = textAt(node, 'kind') ?? itemKind
  const items = node.get('items')
  if (isSeq(items) && kind?.endsWith('List') === true) return objectsIn(items, itemKinds({kind}).kind)
  return kind === undefined ? [] : [{map: node, kind}]
}

/** An item of a list by number, or by its name as in `containers[istio-proxy]`. */
function stepInto(node: Node, step: string): Node | undefined {
  if (isMap(node)) {
    const pair = node.items.find(each => (isScalar(each.key) ? String(each.key.value) : '') === step)
    return isNode(pair?.key) && isNode(pair.value) ? pair.value : undefined
  }
  if (!isSeq(node)) return undefined
  const byName = node.items.find(item => isMap(item) && textAt(item, 'name') === step)
  const found = /^\d+$/.test(step) ? node.items[Number(step)] : byName
  return isNode(found) ? found : undefined
}

function keyOf({map, kind}: Found): string {
  const name = textAt(map, 'metadata', 'name') ?? `${textAt(map, 'metadata', 'generateName') ?? ''}?`
  return JSON.stringify([kind, textAt(map, 'metadata', 'namespace') ?? 'default', name])
}

/** The roots of a document's objects by kind, namespace and name. */
function rootsOf(text: string): ReadonlyMap<string, readonly YAMLMap[]> {
  const roots = new Map<string, YAMLMap[]>()
  if (text.length > MAX_LENGTH || tooLarge(text) !== undefined) return roots
  try {
    const documents = parseAllDocuments(text, MANIFEST_YAML)
    for (const document of Array.isArray(documents) ? documents : []) {
      for (const found of document.errors.length > 0 ? [] : objectsIn(document.contents)) {
        const same = roots.get(keyOf(found))
        if (same === undefined) roots.set(keyOf(found), [found.map])
        else same.push(found.map)
      }
    }
  } catch (error) {
    // A text nested beyond the call stack has no places; the reader of manifests has said so.
    if (!(error instanceof RangeError)) throw error
  }
  return roots
}

/** JSON values that follow each other, each by itself: together they are no YAML. */
function valueTexts(document: DocumentText): readonly DocumentText[] {
  const {text, line} = document
  const values = /^\s*[{[]/.test(text) ? jsonTexts(text) : undefined
  if (values === undefined || values.length < 2) return [document]
  const begins = values.map((_, index) => values[index - 1]?.end ?? 0)
  const place = linesOf(text)
  return values.map(({end}, index) => {
    const begin = begins[index] ?? 0
    return {text: text.slice(begin, end), line: line + place(begin).line - 1}
  })
}

/** How far a path leads into an object, and the last value on it. */
function followed(root: YAMLMap, steps: readonly string[]): {readonly depth: number; readonly node: Node} {
  let node: Node = root
  let depth = 0
  for (const step of steps) {
    const next = stepInto(node, step)
    if (next === undefined) break
    node = next
    depth += 1
  }
  return {depth, node}
}

/**
 * Tells where a path of an object stands in a manifest; a step that is not there gives the place of the last one that is. Every document is
 * read once to learn what is in it, and only the last one asked about is held.
 */
export function placesIn(bytes: Uint8Array): (object: NamedObject, path: string | undefined) => TextPlace | undefined {
  const texts = [...documentTexts(manifestText(bytes))].flatMap(valueTexts)
  const holders = new Map<string, number[]>()
  texts.forEach(({text}, index) => {
    for (const key of rootsOf(text).keys()) holders.set(key, [...(holders.get(key) ?? []), index])
  })
  let held:
    | {
        readonly index: number
        readonly roots: ReadonlyMap<string, readonly YAMLMap[]>
        readonly place: ReturnType<typeof linesOf>
      }
    | undefined

  function documentAt(index: number): NonNullable<typeof held> {
    const text = texts[index]?.text ?? ''
    if (held?.index !== index) held = {index, roots: rootsOf(text), place: linesOf(text)}
    return held
  }

  return ({kind, namespace, name}, path) => {
    const key = JSON.stringify([kind, namespace === '' ? 'default' : namespace, name])
    const steps = pathSteps(path ?? 'metadata.name')
    let best: (TextPlace & {readonly depth: number}) | undefined
    for (const index of holders.get(key) ?? []) {
      const {roots, place} = documentAt(index)
      for (const root of roots.get(key) ?? []) {
        const {depth, node} = followed(root, steps)
        if (best !== undefined && depth <= best.depth) continue
        const {line, column} = place(node.range?.[0] ?? 0)
        best = {line: (texts[index]?.line ?? 1) + line - 1, column, depth}
      }
    }
    return best === undefined ? undefined : {line: best.line, column: best.column}
  }
}
