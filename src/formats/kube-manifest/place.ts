import {isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap} from 'yaml'
import {pathSteps} from '../../model/object-path.js'

/** A position in a text, counted from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

export interface NamedObject {
  readonly kind: string
  readonly name: string
}

/** Larger files are not read a second time only to tell a line. */
const MAX_BYTES = 8 * 1024 * 1024

function textAt(map: YAMLMap, ...keys: readonly string[]): string | undefined {
  const found = map.getIn(keys)
  return typeof found === 'string' ? found : undefined
}

function objectsIn(node: unknown): readonly YAMLMap[] {
  if (isSeq(node)) return node.items.flatMap(objectsIn)
  if (!isMap(node)) return []
  const items = node.get('items')
  return isSeq(items) && (textAt(node, 'kind') ?? '').endsWith('List') ? items.items.flatMap(objectsIn) : [node]
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

/** Tells where a path of an object stands in a manifest, which is read once; a step that is not there gives the place of the last one that is. */
export function placesIn(bytes: Uint8Array): (object: NamedObject, path: string | undefined) => TextPlace | undefined {
  if (bytes.length > MAX_BYTES) return () => undefined
  const lines = new LineCounter()
  const text = Buffer.from(bytes).toString('utf8')
  const documents = parseAllDocuments(text, {lineCounter: lines, version: '1.1', logLevel: 'silent'})
  const sound = Array.isArray(documents) ? documents.filter(document => document.errors.length === 0) : []
  const all = sound.flatMap(document => objectsIn(document.contents))
  return (object, path) => {
    const root = all.find(map => textAt(map, 'kind') === object.kind && textAt(map, 'metadata', 'name') === object.name)
    if (root === undefined) return undefined
    let node: Node = root
    for (const step of pathSteps(path ?? 'metadata.name')) {
      const next = stepInto(node, step)
      if (next === undefined) break
      node = next
    }
    const {line, col} = lines.linePos(node.range?.[0] ?? 0)
    return {line, column: col}
  }
}
