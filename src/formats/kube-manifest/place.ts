import {isMap, isNode, isScalar, isSeq, type Node, type YAMLMap} from 'yaml'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import {pathSteps} from '../../model/text/object-path.js'
import type {DocumentText} from './document-texts.js'
import {manifestTexts, type NamedObject, objectKey, rootedDocuments, textAt, valueTexts} from './roots.js'
import {linesOf} from './yaml-document.js'

/** A position in a text, counted from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
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

/** The roots of all objects in a text, by key. */
function rootsOf(text: string): ReadonlyMap<string, readonly YAMLMap[]> {
  const all = rootedDocuments(text).flatMap(({roots}) => [...roots])
  return groupedPairs(all.flatMap(([key, maps]) => maps.map(map => [key, map] as const)))
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
 * Tells where a path of an object is in a manifest; a step that is not there gives the place of the last one that is. Every document is
 * read once to learn what is in it, and only the last one asked about is held.
 */
export function placesIn(bytes: Uint8Array): (object: NamedObject, path: string | undefined) => TextPlace | undefined {
  const texts = manifestTexts(bytes)
  const holders = groupedPairs(
    texts.flatMap(({text}, index) => [...rootsOf(text).keys()].map(key => [key, index] as const)),
  )
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

  return (object, path) => {
    const key = objectKey(object)
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

/** Tells where paths of objects in one document stand; the document is read once. */
export function placesInDocument(
  document: DocumentText,
): (object: NamedObject, path: string | undefined) => TextPlace | undefined {
  const parts = valueTexts(document).map(({text, line}) => ({roots: rootsOf(text), place: linesOf(text), line}))
  return (object, path) => {
    const steps = pathSteps(path ?? 'metadata.name')
    for (const {roots, place, line: first} of parts) {
      const [root] = roots.get(objectKey(object)) ?? []
      if (root === undefined) continue
      const {line, column} = place(followed(root, steps).node.range?.[0] ?? 0)
      return {line: first + line - 1, column}
    }
    return undefined
  }
}
