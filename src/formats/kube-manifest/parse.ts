import {isMap, isNode, LineCounter, parseAllDocuments} from 'yaml'
import type {KubeObject} from '../../model/kube-object.js'
import {isObject, textOf} from '../decode.js'
import {wrongFields} from './wrong-fields.js'

/** What went wrong in one document of a manifest, and where. */
export interface ManifestProblem {
  readonly message: string
  readonly line: number
  readonly column: number
}

export interface Manifest {
  readonly objects: readonly KubeObject[]
  readonly problems: readonly ManifestProblem[]
}

/** Kubernetes list kinds leave out apiVersion and kind of their items: the list's own names give them. */
function itemsOf(list: Record<string, unknown>): unknown[] {
  const kind = textOf(list, 'kind') ?? ''
  const apiVersion = textOf(list, 'apiVersion') ?? 'v1'
  const itemKind = kind === 'List' ? undefined : kind.replace(/List$/, '')
  const items = Array.isArray(list.items) ? list.items : []
  return items.map(item => (isObject(item) && itemKind !== undefined ? {apiVersion, kind: itemKind, ...item} : item))
}

function objectsOf(value: unknown): {objects: KubeObject[]; rejected: string[]} {
  if (value === null || value === undefined) return {objects: [], rejected: []}
  if (Array.isArray(value)) return merge(value.map(objectsOf))
  if (isObject(value) && Array.isArray(value.items) && (textOf(value, 'kind') ?? '').endsWith('List')) {
    return merge(itemsOf(value).map(objectsOf))
  }
  if (textOf(value, 'kind') !== undefined && textOf(value, 'metadata', 'name') !== undefined) {
    return {objects: [value as unknown as KubeObject], rejected: []}
  }
  const generate = textOf(value, 'metadata', 'generateName')
  if (isObject(value) && textOf(value, 'kind') !== undefined && generate !== undefined) {
    const metadata = {...(value.metadata as object), name: `${generate}?`}
    return {objects: [{...value, metadata} as unknown as KubeObject], rejected: []}
  }
  return {objects: [], rejected: ['not a Kubernetes object: it has no kind or no metadata.name']}
}

function merge(parts: readonly {objects: KubeObject[]; rejected: string[]}[]): {
  objects: KubeObject[]
  rejected: string[]
} {
  return {objects: parts.flatMap(part => part.objects), rejected: parts.flatMap(part => part.rejected)}
}

function fromJson(text: string): Manifest | undefined {
  try {
    const {objects, rejected} = objectsOf(JSON.parse(text))
    return {objects, problems: rejected.map(message => ({message, line: 1, column: 1}))}
  } catch {
    return undefined
  }
}

/** The library repeats the place in its message; ours has it already. */
function firstSentence(message: string): string {
  if (message.includes('call stack')) return 'it is nested too deeply'
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}

/** Reads manifests: JSON, or YAML of many documents; a bad document becomes a problem with its place and the others are kept. */
export function parseObjects(bytes: Uint8Array, _label: string): Manifest {
  const text = Buffer.from(bytes).toString('utf8')
  const first = text.trimStart()[0]
  const json = first === '{' || first === '[' ? fromJson(text) : undefined
  if (json !== undefined) return json
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {lineCounter: lines, uniqueKeys: true, version: '1.1'})
  const objects: KubeObject[] = []
  const problems: ManifestProblem[] = []
  for (const document of Array.isArray(documents) ? documents : []) {
    const start = lines.linePos(document.range?.[0] ?? 0)
    if (document.errors.length > 0) {
      for (const error of document.errors.slice(0, 3)) {
        const place = error.linePos?.[0] ?? {line: start.line, col: start.col}
        problems.push({message: firstSentence(error.message), line: place.line, column: place.col})
      }
      continue
    }
    if (document.contents === null) continue
    try {
      const {objects: found, rejected} = objectsOf(document.toJS({maxAliasCount: 100}))
      for (const object of found) {
        const wrong = wrongFields(object)
        if (wrong.length === 0) objects.push(object)
        const single = found.length === 1
        for (const {path, message} of wrong.slice(0, 5)) {
          const node = single ? document.getIn(path, true) : undefined
          const place = lines.linePos((isNode(node) ? node.range?.[0] : undefined) ?? document.contents.range?.[0] ?? 0)
          problems.push({
            message: `${object.kind} ${object.metadata.name}: ${message}`,
            line: place.line,
            column: place.col,
          })
        }
      }
      const place = isMap(document.contents) ? lines.linePos(document.contents.range?.[0] ?? 0) : start
      for (const message of rejected) problems.push({message, line: place.line, column: place.col})
    } catch (error) {
      problems.push({message: firstSentence((error as Error).message), line: start.line, column: start.col})
    }
  }
  return {objects, problems}
}
