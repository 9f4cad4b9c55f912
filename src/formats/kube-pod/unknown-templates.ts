import type {Gap} from '../../model/evidence/answer.js'
import {isOfKind, kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {nearestNames} from '../../model/text/nearest.js'
import {byText} from '../../model/text/order.js'
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

/** The API version that was meant, where the one written is a slip of it: app/v1 for apps/v1. */
function meant({kind, ...object}: KubeObject): string | undefined {
  const known = kindOf(kind)?.apiVersion
  const written = textOf(object, 'apiVersion')
  return known === undefined || written === undefined || nearestNames(written, [known])[0] === undefined
    ? undefined
    : known
}

/** The gaps for objects with a pod template in an unknown kind: one per kind. */
export function unknownTemplates(objects: readonly KubeObject[]): readonly Gap[] {
  const byKind = new Map<string, string[]>()
  const slips = new Map<string, string>()
  for (const object of objects) {
    if (isKnown(object) || !hasTemplate(object)) continue
    const version = textOf(object, 'apiVersion') ?? ''
    const kind = version.includes('/') ? `${object.kind} (${version})` : object.kind
    const right = meant(object)
    if (right !== undefined) slips.set(kind, `the API server knows no ${version}: ${object.kind} is in ${right}`)
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
        detail: slips.get(kind) ?? 'it carries a pod template, but meshctl does not know which pods this kind makes',
        hint: slips.has(kind) ? 'Correct apiVersion.' : 'Check the pods or workloads it makes.',
      }
    })
}
