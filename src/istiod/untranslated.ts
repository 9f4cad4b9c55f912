import {kindOf} from '../model/kinds.js'
import type {KubeObject} from '../model/kube-object.js'
import {type ObjectRef, objectLabel, objectRefOf} from '../model/pod.js'
import {TRANSLATED_KINDS} from './state.js'
import {untranslatedFields} from './untranslated-fields.js'

/** Objects of a change whose configuration only istiod itself can make. */
export function untranslated(refs: readonly ObjectRef[]): readonly string[] {
  const known: readonly string[] = [...TRANSLATED_KINDS, 'NetworkPolicy']
  return refs.filter(each => !known.includes(kindOf(each.kind)?.kind ?? each.kind)).map(objectLabel)
}

/** Fields of a change whose effect depends on what is not known, as `Kind namespace/name field (what it depends on)`. */
export function openFields(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap(object =>
    untranslatedFields(object).map(({path, why}) => `${objectLabel(objectRefOf(object))} ${path} (${why})`),
  )
}
