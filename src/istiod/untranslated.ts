import {kindOf} from '../model/kube/kinds.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {type ObjectRef, objectLabel, objectRefOf} from '../model/kube/pod.js'
import {TRANSLATED_KINDS} from './state.js'
import {untranslatedFields} from './untranslated-fields.js'

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

/** Fields of a change whose effect depends on what is not known, as `Kind namespace/name field (what it depends on)`. */
export function openFields(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap(object =>
    untranslatedFields(object).map(({path, why}) => `${objectLabel(objectRefOf(object))} ${path} (${why})`),
  )
}
