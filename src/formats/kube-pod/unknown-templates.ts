import type {Gap} from '../../model/answer.js'
import {isOfKind, kindOf} from '../../model/kinds.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import {at, listOf, textOf} from '../decode.js'
import {isWorkloadKind} from './parse.js'

/** Objects named one by one of one kind. */
const SHOWN = 3

function isKnown(object: KubeObject): boolean {
  const known = kindOf(object.kind)
  return isWorkloadKind(object.kind) && (known === undefined || isOfKind(object, known))
}

/** True for an object with a pod template where most kinds have it: `spec.template`, or `template` as in PodTemplate. */
function hasTemplate(object: KubeObject): boolean {
  return [at(object, 'spec', 'template', 'spec'), at(object, 'template', 'spec')].some(
    spec => listOf(spec, 'containers').length > 0,
  )
}

/** The gaps for objects with a pod template in an unknown kind: one per kind. */
export function unknownTemplates(objects: readonly KubeObject[]): readonly Gap[] {
  const byKind = new Map<string, string[]>()
  for (const object of objects) {
    if (isKnown(object) || !hasTemplate(object)) continue
    const version = textOf(object, 'apiVersion') ?? ''
    const kind = version.includes('/') ? `${object.kind} (${version})` : object.kind
    const names = byKind.get(kind) ?? []
    byKind.set(kind, names)
    names.push(object.metadata.name)
  }
  return [...byKind]
    .sort(([a], [b]) => byText(a, b))
    .map(([kind, names]): Gap => {
      const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
      return {
        what: `${kind} ${names.slice(0, SHOWN).join(', ')}${more}`,
        reason: 'not-captured',
        detail: 'it carries a pod template, but meshctl does not know which pods this kind makes',
        hint: 'Check the pods or workloads it makes.',
      }
    })
}
