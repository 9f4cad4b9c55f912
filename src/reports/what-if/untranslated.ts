import {TRANSLATED_KINDS} from '../../istiod/state.js'
import {kindOf} from '../../model/kinds.js'
import {type ObjectRef, objectLabel} from '../../model/pod.js'

/** Objects of a change whose configuration only istiod itself can make. */
export function untranslated(refs: readonly ObjectRef[]): readonly string[] {
  const known: readonly string[] = TRANSLATED_KINDS
  return refs.filter(each => !known.includes(kindOf(each.kind)?.kind ?? each.kind)).map(objectLabel)
}
