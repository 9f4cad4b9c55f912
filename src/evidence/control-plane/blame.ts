import type {Rejection} from '../../analysis/sync-reason/rejection.js'
import {textMapOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'
import {matchesLabels, requirementsOf} from '../../model/selector.js'
import type {Source} from '../../sources/source.js'

/** The pod a rejected resource was meant for: where its policies live and what selects it. */
export interface Refuser {
  readonly namespace: string
  readonly rootNamespace: string
  readonly labels: Readonly<Record<string, string>>
}

function label({kind, metadata}: KubeObject): string {
  return `${kind} ${metadata.name}.${metadata.namespace ?? ''}`
}

/** True when the object can apply to the pod: in its namespace or the root one, and selecting it when it selects at all. */
function applies(object: KubeObject, refuser: Refuser): boolean {
  const namespace = object.metadata.namespace ?? ''
  if (namespace !== refuser.namespace && namespace !== refuser.rootNamespace) return false
  const selector = {
    ...textMapOf(object, 'spec', 'selector', 'matchLabels'),
    ...textMapOf(object, 'spec', 'workloadSelector', 'labels'),
  }
  return matchesLabels(requirementsOf(selector), refuser.labels)
}

function fits(object: KubeObject, rejection: Rejection, refuser: Refuser): boolean {
  const {kind, host} = rejection.origin ?? {}
  if (kind === 'DestinationRule' && host !== undefined) {
    const wanted = textOf(object, 'spec', 'host') ?? ''
    return (
      host === wanted || host.startsWith(`${wanted}.`) || (wanted.startsWith('*.') && host.endsWith(wanted.slice(1)))
    )
  }
  if (!applies(object, refuser)) return false
  if (kind !== 'EnvoyFilter') return true
  return (
    rejection.resource === undefined || JSON.stringify(object.spec ?? {}).includes(JSON.stringify(rejection.resource))
  )
}

/**
 * The Istio object a rejected resource was made from: by name when exactly those that fit are known, else only its kind;
 * undefined when neither the resource nor Envoy's words point anywhere.
 */
export async function blame(source: Source, rejection: Rejection, refuser: Refuser): Promise<string | undefined> {
  const kind = rejection.origin?.kind
  if (kind === undefined) return undefined
  const objects = await source.objects({kind})
  if (!objects.ok) return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind} (those are not captured here)`
  const found = objects.value.filter(object => fits(object, rejection, refuser))
  if (found.length === 0) return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind} (none of those known fits)`
  return found.length === 1 ? label(found[0] as KubeObject) : `one of ${found.slice(0, 4).map(label).join(', ')}`
}
