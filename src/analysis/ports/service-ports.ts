import type {ServiceModel, ServicePort} from '../../model/kube/kube-service.js'
import {appContainers, type ContainerPort, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'

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

/** Services of a list by one label they ask for, with their place in the list. */
type ServiceIndex = ReadonlyMap<string, readonly {readonly service: ServiceModel; readonly place: number}[]>

const indexes = new WeakMap<readonly ServiceModel[], ServiceIndex>()

function labelKey(namespace: string | undefined, name: string, value: string): string {
  return `${namespace ?? ''}\n${name}\n${value}`
}

function indexOf(services: readonly ServiceModel[]): ServiceIndex {
  const known = indexes.get(services)
  if (known !== undefined) return known
  const index = new Map<string, {service: ServiceModel; place: number}[]>()
  for (const [place, service] of services.entries()) {
    const [first] = Object.entries(service.selector)
    if (first === undefined) continue
    const key = labelKey(service.object.namespace, ...first)
    const found = index.get(key)
    if (found === undefined) index.set(key, [{service, place}])
    else found.push({service, place})
  }
  indexes.set(services, index)
  return index
}

/** Lists shorter than this are searched without an index. */
const WORTH_AN_INDEX = 8

/** The Services of a list that select the pod, in their order; the list is indexed once, so the time does not grow with it. */
export function selectingServices(pod: PodModel, services: readonly ServiceModel[]): readonly ServiceModel[] {
  if (services.length < WORTH_AN_INDEX) return services.filter(service => selects(service, pod))
  const index = indexOf(services)
  return Object.entries(pod.labels)
    .flatMap(([name, value]) => index.get(labelKey(pod.object.namespace, name, value)) ?? [])
    .filter(({service}) => selects(service, pod))
    .sort((a, b) => a.place - b.place)
    .map(({service}) => service)
}

function declared(pod: PodModel): readonly (ContainerPort & {readonly container: string})[] {
  const serving = pod.containers.filter(({role}) => role === 'app' || role === 'native-sidecar')
  return serving.flatMap(({name, ports}) => ports.map(port => ({...port, container: name})))
}

/** Every port of every Service that selects the pod, with the container port it targets (named ports are resolved in this pod). */
export function boundPorts(pod: PodModel, services: readonly ServiceModel[]): readonly BoundPort[] {
  const ports = declared(pod)
  return selectingServices(pod, services)
    .filter(service => service.type !== 'ExternalName')
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
