import {kindOf} from '../model/kube/kinds.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {type ObjectRef, objectLabel, objectRefOf} from '../model/kube/pod.js'
import {TRANSLATED_KINDS} from './state.js'
import {TIME, type UntranslatedField, untranslatedFields} from './untranslated-fields.js'

/** Kinds that count when they are made or changed: labels of ambient mode, routes of waypoints. */
const APPLIED_KINDS = ['Namespace', 'Pod', 'HTTPRoute', 'GatewayClass']

/** Objects of a change, applied or deleted, whose configuration only istiod itself can make. */
export function untranslated(applied: readonly ObjectRef[], removed: readonly ObjectRef[]): readonly string[] {
  const known: readonly string[] = [...TRANSLATED_KINDS, 'NetworkPolicy']
  const isForeign = (kinds: readonly string[]) => (ref: ObjectRef) =>
    !kinds.includes(kindOf(ref.kind)?.kind ?? ref.kind)
  return [
    ...applied.filter(isForeign([...known, ...APPLIED_KINDS])),
    ...removed.filter(isForeign([...known, 'HTTPRoute'])),
  ].map(objectLabel)
}

/**
 * Fields of a change whose effect depends on what is not known, as `Kind namespace/name field (what it depends on)`: of the objects it applies,
 * and of those it deletes or replaces, whose effect ends.
 */
export function openFields(objects: readonly KubeObject[], laidAside: readonly KubeObject[] = []): readonly string[] {
  const named = (object: KubeObject, {path, why}: UntranslatedField) =>
    `${objectLabel(objectRefOf(object))} ${path} (${why})`
  const applied = objects.flatMap(object => untranslatedFields(object).map(each => named(object, each)))
  const ended = laidAside.flatMap(object =>
    untranslatedFields(object)
      .filter(({why}) => why !== TIME)
      .map(each => named(object, each)),
  )
  return [...new Set([...applied, ...ended])]
}
