import type {ZtunnelOutage} from '../../analysis/request-path/world.js'
import {listOf, numberOf, textOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'

function time(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : at
}

function nodeOf(pod: KubeObject): string {
  return textOf(pod, 'spec', 'nodeName') ?? ''
}

/** Since when the pod is ready; undefined where it is not. */
function readySince(pod: KubeObject): number | undefined {
  const ready = listOf(pod, 'status', 'conditions').find(each => textOf(each, 'type') === 'Ready')
  if (textOf(ready, 'status') !== 'True') return undefined
  return time(textOf(ready, 'lastTransitionTime')) ?? Number.NEGATIVE_INFINITY
}

/** When the pod was asked to end: its deletionTimestamp lies the grace period later (Kubernetes API conventions, "Graceful deletion"). */
function askedToEnd(pod: KubeObject): number | undefined {
  const deletion = time(textOf(pod, 'metadata', 'deletionTimestamp'))
  if (deletion === undefined) return undefined
  return deletion - (numberOf(pod, 'metadata', 'deletionGracePeriodSeconds') ?? 0) * 1000
}

/** When the container of a ztunnel that does not run ended; undefined where it runs or has not run yet. */
function crashed(pod: KubeObject): number | undefined {
  const [status] = listOf(pod, 'status', 'containerStatuses')
  if (textOf(status, 'state', 'running', 'startedAt') !== undefined) return undefined
  return time(
    textOf(status, 'state', 'terminated', 'finishedAt') ?? textOf(status, 'lastState', 'terminated', 'finishedAt'),
  )
}

/**
 * The times in which no ztunnel took new connections on a node: from the end of one (it closes its listeners as soon as it is asked to
 * end) until another is ready. Times are milliseconds since 1970; an outage that lasts has no end.
 */
export function ztunnelOutages(ztunnels: readonly KubeObject[]): readonly ZtunnelOutage[] {
  return ztunnels.flatMap(pod => {
    const from = askedToEnd(pod) ?? crashed(pod)
    if (from === undefined) return []
    const others = ztunnels
      .filter(each => each !== pod && nodeOf(each) === nodeOf(pod) && askedToEnd(each) === undefined)
      .map(readySince)
      .filter(each => each !== undefined)
    if (others.some(since => since <= from)) return []
    const to = others.length === 0 ? undefined : Math.min(...others)
    return [{node: nodeOf(pod), ztunnel: pod.metadata.name, from, ...definedFields({to})}]
  })
}
