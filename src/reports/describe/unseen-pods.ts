import {listOf, textOf} from '../../formats/decode.js'
import {type Answer, answered, type Gap} from '../../model/answer.js'
import {byText} from '../../model/order.js'
import {requirementsOf} from '../../model/selector.js'
import type {Source} from '../../sources/source.js'

const SERVICE = 'kubernetes.io/service-name'

/** The pods the EndpointSlices of a Service name (Kubernetes, EndpointSlices: label kubernetes.io/service-name, targetRef). */
export async function endpointPods(
  source: Source,
  {name, namespace}: {readonly name: string; readonly namespace: string},
): Promise<Answer<readonly string[]>> {
  const slices = await source.objects({kind: 'EndpointSlice', namespace, labels: requirementsOf({[SERVICE]: name})})
  if (!slices.ok) return slices
  const own = slices.value.filter(({metadata}) => metadata.labels?.[SERVICE] === name)
  const refs = own
    .flatMap(slice => listOf(slice, 'endpoints'))
    .filter(each => textOf(each, 'targetRef', 'kind') === 'Pod')
    .flatMap(each => textOf(each, 'targetRef', 'name') ?? [])
  return answered([...new Set(refs)].sort(byText))
}

/** The gap for pods that endpoints name and the list of pods lacks, as that of a capture of some pods does. */
export function notHeld(names: readonly string[], of: string): Gap {
  const [what, them] = names.length === 1 ? ['the pod', 'it'] : ['the pods', 'them']
  const detail = `endpoints name ${them}, but the list of pods lacks ${them}`
  return {what: `${what} ${names.join(', ')} of ${of}`, reason: 'not-captured', detail}
}
