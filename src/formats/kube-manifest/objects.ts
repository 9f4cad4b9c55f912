import type {KubeObject} from '../../model/kube/kube-object.js'
import {at, isObject, textOf} from '../decode.js'
import {templateObjects} from './template.js'

export type ObjectPath = readonly (string | number)[]

/** An object of a document, or why it is not an object; both with the path to it. */
export type Candidate =
  | {readonly path: ObjectPath; readonly object: KubeObject}
  | {readonly path: ObjectPath; readonly rejected: string}

interface ListKinds {
  readonly apiVersion?: string
  readonly kind?: string
}

/** Lists of one kind (PodList) leave out apiVersion and kind of their items: the list's own names give them. */
export function itemKinds(list: unknown): ListKinds {
  const kind = textOf(list, 'kind') ?? ''
  return kind === 'List' ? {} : {apiVersion: textOf(list, 'apiVersion') ?? 'v1', kind: kind.replace(/List$/, '')}
}

/** What kustomize itself reads; it is never sent to a cluster. */
function isBuildFile(value: unknown): boolean {
  return (textOf(value, 'apiVersion') ?? '').startsWith('kustomize.config.k8s.io/')
}

function sort(value: unknown): string {
  return Array.isArray(value) ? 'a list' : isObject(value) ? 'a map' : JSON.stringify(value)
}

function named(value: Readonly<Record<string, unknown>>, path: ObjectPath): Candidate {
  const reject = (rejected: string, ...where: readonly string[]) => ({path: [...path, ...where], rejected})
  const kind = at(value, 'kind')
  if (kind === undefined) return reject('not a Kubernetes object: it has no kind')
  if (typeof kind !== 'string') return reject(`kind must be a string, not ${sort(kind)}`, 'kind')
  const metadata = at(value, 'metadata')
  if (metadata !== undefined && !isObject(metadata)) {
    return reject(`${kind}: metadata must be a map, not ${sort(metadata)}`, 'metadata')
  }
  const name = at(metadata, 'name')
  if (name !== undefined && typeof name !== 'string') {
    return reject(`${kind}: metadata.name must be a string, not ${sort(name)} (quote it)`, 'metadata', 'name')
  }
  if (name !== undefined) return {path, object: value as unknown as KubeObject}
  const generate = textOf(metadata, 'generateName')
  if (generate === undefined) return reject(`${kind}: it has no metadata.name`)
  return {path, object: {...value, metadata: {...metadata, name: `${generate}?`}} as unknown as KubeObject}
}

/** The objects in the value of a document: itself, the items of a List, the items of a bare list, the objects of a Template. */
export function candidates(value: unknown, path: ObjectPath = [], kinds: ListKinds = {}): readonly Candidate[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => candidates(item, [...path, index], kinds))
  if (!isObject(value)) return [{path, rejected: `not a Kubernetes object: ${sort(value).slice(0, 60)}`}]
  if (isBuildFile(value)) return []
  const kind = textOf(value, 'kind') ?? ''
  if (kind.endsWith('List') && (Array.isArray(value.items) || value.items === null)) {
    return candidates(value.items, [...path, 'items'], itemKinds(value))
  }
  const inTemplate = templateObjects(value)
  if (inTemplate !== undefined) return candidates(inTemplate, [...path, 'objects'])
  return [named({...kinds, ...value}, path)]
}
