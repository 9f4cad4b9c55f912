import {listOf, textOf} from '../../../formats/decode.js'
import {readEndpointSlice} from '../../../formats/kube/kube-endpoints.js'
import {type Answer, answered, type Gap} from '../../../model/evidence/answer.js'
import {socketAddress} from '../../../model/kernel/socket.js'
import type {ServiceModel} from '../../../model/kube/kube-service.js'
import {requirementsOf} from '../../../model/kube/selector.js'
import {byText} from '../../../model/text/order.js'
import type {Source} from '../../../sources/source.js'

const SERVICE = 'kubernetes.io/service-name'

/** The pods listed in the EndpointSlices of a Service (Kubernetes, EndpointSlices: label kubernetes.io/service-name, targetRef). */
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

/** The addresses with ports in the EndpointSlices of a Service without selector; none where they could not be read. */
export async function writtenEndpoints(
  source: Source,
  {object: {name, namespace}, selector, type}: ServiceModel,
): Promise<readonly string[]> {
  if (Object.keys(selector).length > 0 || type === 'ExternalName') return []
  const slices = await source.objects({kind: 'EndpointSlice', namespace, labels: requirementsOf({[SERVICE]: name})})
  const own = (slices.ok ? slices.value : []).map(readEndpointSlice).filter(slice => slice?.service === name)
  return [
    ...new Set(own.flatMap(slice => (slice?.ready ?? []).map(({ip, port}) => socketAddress({address: ip, port})))),
  ]
}

/** The gap for pods that are listed in endpoints but missing from the source (a partial capture). */
export function podsNotCaptured(names: readonly string[], of: string): Gap {
  const what = names.length === 1 ? 'the pod' : 'the pods'
  const detail = 'listed only in endpoints'
  return {what: `${what} ${names.join(', ')} of ${of}`, reason: 'not-captured', detail}
}
