import type {ServiceModel, ServicePort} from '../../model/kube-service.js'
import {appContainers, type ContainerPort, type PodModel} from '../../model/pod.js'
import {matchesLabels, requirementsOf} from '../../model/selector.js'

/** A Service port and the pod port it targets; `target` is undefined when the pod has no container port of that name. */
export interface BoundPort {
  readonly service: ServiceModel
  readonly port: ServicePort
  readonly target: number | undefined
  readonly container?: string
}

/** True when the selector of the Service matches the pod; a Service without selector selects no pod. */
export function selects(service: ServiceModel, pod: PodModel): boolean {
  if (service.object.namespace !== pod.object.namespace || Object.keys(service.selector).length === 0) return false
  return matchesLabels(requirementsOf(service.selector), pod.labels)
}

function declared(pod: PodModel): readonly (ContainerPort & {readonly container: string})[] {
  const serving = pod.containers.filter(({role}) => role === 'app' || role === 'native-sidecar')
  return serving.flatMap(({name, ports}) => ports.map(port => ({...port, container: name})))
}

/** Every port of every Service that selects the pod, with the container port it targets (named ports are resolved in this pod). */
export function boundPorts(pod: PodModel, services: readonly ServiceModel[]): readonly BoundPort[] {
  const ports = declared(pod)
  return services
    .filter(service => service.type !== 'ExternalName' && selects(service, pod))
    .flatMap(service =>
      service.ports.map(port => {
        const target = port.target
        const match = ports.find(
          each =>
            each.protocol === port.protocol &&
            (typeof target === 'string' ? each.name === target : each.port === target),
        )
        const number = typeof target === 'number' ? target : match?.port
        return {service, port, target: number, container: match?.container}
      }),
    )
}

/** The declared ports of application containers, with the container's name. */
export function declaredPorts(pod: PodModel): readonly (ContainerPort & {readonly container: string})[] {
  return appContainers(pod).flatMap(({name, ports}) => ports.map(port => ({...port, container: name})))
}
