import {portMap} from '../../../analysis/ports/port-map.js'
import {boundPorts} from '../../../analysis/ports/service-ports.js'
import {type Answer, answered} from '../../../model/evidence/answer.js'
import type {Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** The pod's listeners joined with its Services and declarations. */
export async function ports(context: PodContext): Promise<Answer<Facts['ports']>> {
  const [sockets, services] = await Promise.all([context.fact('sockets'), context.fact('services')])
  if (!sockets.ok) return sockets
  // Without Kubernetes there are no Services: what containers declare is all there is.
  if (!services.ok && services.gap.reason !== 'not-applicable') return services
  const {pod, mode, version} = context.workload
  const bound = boundPorts(pod, services.ok ? services.value : [])
  return answered(portMap({pod, mode, bound, sockets: sockets.value, version}))
}

/** Reads other pods only when this one lacks a port that a Service names. */
export async function namedElsewhere({run, workload, fact}: PodContext): Promise<Answer<Facts['namedElsewhere']>> {
  const services = await fact('services')
  if (!services.ok) return services
  const {pod} = workload
  const lacking = new Set(
    boundPorts(pod, services.value).flatMap(each => (each.target === undefined ? [each.service] : [])),
  )
  const known = await Promise.all(
    [...lacking].map(async service => ({service, ports: await run.objects.namedPorts(service, !pod.exists)})),
  )
  return answered(
    new Map(known.flatMap(({service, ports}) => (ports.ok ? [[service.object.name, ports.value] as const] : []))),
  )
}
