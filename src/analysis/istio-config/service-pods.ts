import type {ServiceConfig, ServicePortConfig, WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import {selectedFrom, selecting} from './label-index.js'
import type {PodLists} from './selected-pods.js'

/** The pods behind a Service; none for a Service without selector. */
export function podsBehind({selector, object}: ServiceConfig, lists: PodLists): readonly WorkloadConfig[] {
  if (Object.keys(selector).length === 0) return []
  return selectedFrom(selector, lists.podsIn(object.ref.namespace))
}

/** The Services in front of a pod. */
export function servicesBefore(pod: WorkloadConfig, services: readonly ServiceConfig[]): readonly ServiceConfig[] {
  return selecting(pod.labels, services).filter(({object}) => object.ref.namespace === pod.object.ref.namespace)
}

/** The port of a pod that a Service port leads to; undefined for a name no container declares. */
export function podPort({port, targetPort}: ServicePortConfig, {containers}: WorkloadConfig): number | undefined {
  if (targetPort === undefined || targetPort === 0) return port
  if (typeof targetPort === 'number') return targetPort
  return containers.flatMap(({ports}) => ports).find(({name}) => name === targetPort)?.port
}

/** A port of a Service and the port of the pods it leads to; undefined for a name no container declares. */
export interface ReachedPort {
  readonly service: string
  readonly port: number
  readonly target: number | undefined
}

/** The ports of Services that lead to the pods. */
export function reachedPorts(
  pods: readonly WorkloadConfig[],
  services: readonly ServiceConfig[],
): readonly ReachedPort[] {
  return pods.flatMap(pod =>
    servicesBefore(pod, services).flatMap(service =>
      service.ports.map(each => ({service: service.object.ref.name, port: each.port, target: podPort(each, pod)})),
    ),
  )
}
