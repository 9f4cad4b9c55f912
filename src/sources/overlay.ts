import {definedFields} from '../model/collections/defined-fields.js'
import {answered} from '../model/evidence/answer.js'
import {UserError} from '../model/evidence/user-error.js'
import {kindOf, kindWord} from '../model/kube/kinds.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {type ObjectRef, objectLabel, objectRefOf} from '../model/kube/pod.js'
import {matchesLabels} from '../model/kube/selector.js'
import type {ObjectQuery, Source} from './source.js'

/** Objects applied to a source: they are added, or replace the object of their kind, namespace and name; deletions are removed. */
export interface Overlay {
  readonly apply: readonly KubeObject[]
  readonly remove: readonly ObjectRef[]
}

/** What a kind is called in a query; kinds of one name in two groups (Gateway) are two. */
function wordOf(kind: string): string {
  const known = kindOf(kind)
  return known === undefined ? kind : kindWord(known)
}

function keyOf({kind, namespace, name}: ObjectRef): string {
  return `${wordOf(kind)}/${namespace}/${name}`
}

/** How many objects a hint names. */
const NAMED = 6

function keyOfObject(object: KubeObject): string {
  return keyOf({...objectRefOf(object), kind: kindWord(object)})
}

function asked(object: KubeObject, {namespace, name, labels}: ObjectQuery): boolean {
  return (
    (namespace === undefined || (object.metadata.namespace ?? 'default') === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (labels === undefined || matchesLabels(labels, object.metadata.labels ?? {}))
  )
}

/** An object that replaces another keeps its time of creation, as it does in a cluster. */
function replacing(old: KubeObject, next: KubeObject): KubeObject {
  const {creationTimestamp, uid} = old.metadata as {creationTimestamp?: unknown; uid?: unknown}
  return {...next, metadata: {...next.metadata, creationTimestamp, uid}}
}

/** The same source with some objects added, replaced or deleted; everything else it answers as before. */
export function overlaySource(source: Source, {apply, remove}: Overlay): Source {
  const gone = new Set(remove.map(keyOf))
  const laid = new Map(apply.map(each => [keyOfObject(each), each]))
  const {pages: _, kinds, manifests, ...rest} = source
  const replaced = (object: KubeObject) => gone.has(keyOfObject(object)) || laid.has(keyOfObject(object))
  return {
    ...rest,
    ...definedFields({
      manifests:
        manifests === undefined
          ? undefined
          : {
              ...manifests,
              objects: async () => [...(await manifests.objects()).filter(each => !replaced(each)), ...apply],
            },
      kinds: kinds === undefined ? undefined : () => [...kinds(), ...apply],
    }),
    objects: async query => {
      const answer = await source.objects(query)
      const mine = [...laid.values()].filter(each => wordOf(kindWord(each)) === wordOf(query.kind))
      if (!answer.ok) return mine.length === 0 ? answer : answered(mine.filter(each => asked(each, query)))
      const had = new Set(answer.value.map(keyOfObject))
      const kept = answer.value
        .filter(each => !gone.has(keyOfObject(each)) || laid.has(keyOfObject(each)))
        .map(each => {
          const next = laid.get(keyOfObject(each))
          return next === undefined ? each : replacing(each, next)
        })
      const fresh = mine.filter(each => !had.has(keyOfObject(each)) && asked(each, query))
      return answered([...kept, ...fresh])
    },
  }
}

/** The objects of a source that an overlay deletes or replaces; those that cannot be read are left out. */
export async function laidAside(source: Source, {apply, remove}: Overlay): Promise<readonly KubeObject[]> {
  const refs = [...apply.map(each => ({...objectRefOf(each), kind: kindWord(each)})), ...remove]
  const found: KubeObject[] = []
  for (const ref of refs) {
    const answer = await source.objects({kind: ref.kind, namespace: ref.namespace, name: ref.name})
    if (answer.ok) found.push(...answer.value.filter(each => keyOfObject(each) === keyOf(ref)))
  }
  return found
}

/** Throws if an object to delete is known not to exist: a misspelt name would otherwise pass for a change without effect. */
export async function refuseAbsent(source: Source, {apply, remove}: Overlay): Promise<void> {
  if (!source.traits.complete) return
  const applied = new Set(apply.map(keyOfObject))
  for (const ref of remove.filter(each => !applied.has(keyOf(each)))) {
    const answer = await source.objects({kind: ref.kind, namespace: ref.namespace})
    if (!answer.ok || answer.value.some(each => keyOfObject(each) === keyOf(ref))) continue
    const others = answer.value.map(({metadata: {name}}) => name).slice(0, NAMED)
    throw new UserError(`cannot delete ${objectLabel(ref)}: ${source.origin.label} has no such object`, {
      hint:
        others.length === 0
          ? `Namespace ${ref.namespace} has no ${ref.kind}.`
          : `${ref.kind} objects of namespace ${ref.namespace}: ${others.join(', ')}.`,
    })
  }
}
