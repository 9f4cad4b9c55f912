import type {ServiceConfig, WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import {podPort, servicesBefore} from './service-pods.js'

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
