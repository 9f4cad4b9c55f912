import {patchesType} from '../../analysis/sync-reason/patched-type.js'
import type {Rejection} from '../../analysis/sync-reason/rejection.js'
import {listOf, textMapOf, textOf} from '../../formats/decode.js'
import {GAP_REASONS} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'

/** The pod whose Envoy rejected a resource: its namespace, the root namespace, and its labels. */
export interface RejectingProxy {
  readonly namespace: string
  readonly rootNamespace: string
  readonly labels: Readonly<Record<string, string>>
}

function label({kind, metadata}: KubeObject): string {
  return `${kind} ${metadata.name}.${metadata.namespace ?? ''}`
}

/** True when the object can apply to the pod: in its namespace or the root one, and selecting it when it selects at all. */
function applies(object: KubeObject, rejectingProxy: RejectingProxy): boolean {
  const namespace = object.metadata.namespace ?? ''
  if (namespace !== rejectingProxy.namespace && namespace !== rejectingProxy.rootNamespace) return false
  const selector = {
    ...textMapOf(object, 'spec', 'selector', 'matchLabels'),
    ...textMapOf(object, 'spec', 'workloadSelector', 'labels'),
  }
  return matchesLabels(requirementsOf(selector), rejectingProxy.labels)
}

function fits(object: KubeObject, rejection: Rejection, rejectingProxy: RejectingProxy): boolean {
  const {kind, host} = rejection.origin ?? {}
  if (kind === 'DestinationRule' && host !== undefined) {
    const wanted = textOf(object, 'spec', 'host') ?? ''
    return (
      host === wanted || host.startsWith(`${wanted}.`) || (wanted.startsWith('*.') && host.endsWith(wanted.slice(1)))
    )
  }
  if (!applies(object, rejectingProxy)) return false
  if (kind !== 'EnvoyFilter') return true
  return (
    rejection.resource === undefined || JSON.stringify(object.spec ?? {}).includes(JSON.stringify(rejection.resource))
  )
}

/** The object a rejection comes from, in words, and when it last changed where that is one known object. */
export interface RejectedObject {
  readonly label: string
  readonly changedAt?: string
  /** True when only its creation is known, so that a later change is possible. */
  readonly createdOnly?: boolean
}

/** When the spec of an object last changed: the newest entry of its managed fields, else its creation. */
function lastChange({metadata}: KubeObject): Pick<RejectedObject, 'changedAt' | 'createdOnly'> {
  const changed = listOf(metadata, 'managedFields')
    .filter(entry => textOf(entry, 'subresource') === undefined)
    .flatMap(entry => textOf(entry, 'time') ?? [])
    .sort(byText)
    .at(-1)
  return changed === undefined
    ? {changedAt: textOf(metadata, 'creationTimestamp'), createdOnly: true}
    : {changedAt: changed}
}

/**
 * The Istio object a rejected resource was generated from: by name if matching objects are known, else only its kind;
 * undefined if neither the resource nor Envoy's error message identifies a kind.
 */
export async function findRejectedObject(
  source: Source,
  rejection: Rejection,
  rejectingProxy: RejectingProxy,
): Promise<RejectedObject | undefined> {
  const kind = rejection.origin?.kind
  if (kind === undefined) return undefined
  const objects = await source.objects({kind})
  const some = `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`
  if (!objects.ok) {
    const {reason} = objects.gap
    const why = reason === 'not-captured' ? 'not in this capture' : `could not be read: ${GAP_REASONS[reason].text}`
    return {label: `${some} (${kind}s ${why})`}
  }
  const found = objects.value.filter(object => fits(object, rejection, rejectingProxy))
  const [first] = found
  if (first === undefined) return {label: `${some} (none of those in this source matches)`}
  return found.length === 1
    ? {label: label(first), ...lastChange(first)}
    : {label: `one of ${found.slice(0, 4).map(label).join(', ')}`}
}

/** The EnvoyFilters that patch what an xDS type (`CDS`) carries to the pod: the first suspects where Envoy names no resource. */
export async function patchingFilters(
  source: Source,
  type: string,
  rejectingProxy: RejectingProxy,
): Promise<readonly string[]> {
  const filters = await source.objects({kind: 'EnvoyFilter'})
  if (!filters.ok) return []
  return filters.value
    .filter(object => applies(object, rejectingProxy) && patchesType(JSON.stringify(object.spec ?? {}), type))
    .map(label)
}
