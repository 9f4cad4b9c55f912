import type {PodMode} from '../../model/istio/pod-mode.js'
import type {ServiceModel, ServicePort} from '../../model/kube/kube-service.js'
import type {PodModel} from '../../model/kube/pod.js'
import {isTemplated} from '../../model/text/templated.js'
import {reservedPorts} from '../pod-mode/pod-mode.js'
import {SERVER_FIRST_PORTS} from './app-protocol-of.js'
import {istioProtocol, protocolOfName} from './istio-protocol.js'
import {type BoundPort, boundPorts, selectingServices} from './service-ports.js'

/** A Service that selects the pod, with its ports that declare no protocol; ports of server-first protocols come first. */
export interface PortsWithoutProtocol {
  readonly service: ServiceModel
  readonly ports: readonly BoundPort[]
  /** The ports on which the server usually speaks first. */
  readonly serverFirst: readonly BoundPort[]
}

/** True for Services of Istio itself, which are not checked. */
function isControlPlaneService({labels}: ServiceModel): boolean {
  return labels.istio !== undefined || labels.release === 'istio'
}

function lacksProtocol(port: ServicePort): boolean {
  if (port.protocol !== 'TCP' || istioProtocol(port) !== 'unknown') return false
  if (isTemplated(port.appProtocol ?? port.name ?? '')) return false
  // MCT1402 reports an appProtocol that overrides a valid name.
  return port.appProtocol === undefined || protocolOfName(port.name) === 'unknown'
}

function speaksFirst({port, target}: BoundPort): boolean {
  return SERVER_FIRST_PORTS.includes(port.port) || SERVER_FIRST_PORTS.includes(target ?? -1)
}

/** True for the headless Service of a StatefulSet. */
export function isGoverningService(service: ServiceModel, pod: PodModel): boolean {
  return service.headless && pod.workload.kind === 'StatefulSet'
}

/** The Services of a pod with ports whose protocol the proxy has to detect. */
export function portsWithoutProtocol(
  pod: PodModel,
  mode: PodMode,
  services: readonly ServiceModel[],
): readonly PortsWithoutProtocol[] {
  // MCT1105 reports ports reserved for Istio.
  const held = reservedPorts(mode, pod).filter(({soft}) => soft !== true)
  return selectingServices(pod, services).flatMap(service => {
    const ports = boundPorts(pod, [service]).filter(
      ({port, target}) => lacksProtocol(port) && !held.some(each => each.port === target),
    )
    if (ports.length === 0 || isControlPlaneService(service)) return []
    const [first, later] = [ports.filter(speaksFirst), ports.filter(each => !speaksFirst(each))]
    return [{service, ports: [...first, ...later], serverFirst: first}]
  })
}

function portText({name = '', appProtocol}: ServicePort): string {
  const own = name === '' ? 'no name' : `the name "${name}"`
  return appProtocol === undefined ? own : `appProtocol "${appProtocol}" and ${own}`
}

/** The problem in one sentence. */
export function missingProtocolText({service, ports, serverFirst}: PortsWithoutProtocol): string {
  const name = `Service ${service.object.name}`
  const [only] = ports
  const numbers = serverFirst.map(({port, target}) => (port.port === target ? port.port : `${port.port} (${target})`))
  const waits = numbers.length === 0 ? '' : ` Servers on port ${numbers.join(', ')} usually speak first.`
  if (only !== undefined && ports.length === 1) {
    const bare = (only.port.name ?? '') === '' && only.port.appProtocol === undefined
    const what = bare
      ? 'neither name nor appProtocol: no declared protocol'
      : `${portText(only.port)}, which declares no protocol`
    return `${name}:${only.port.port} has ${what}.${waits}`
  }
  const list = ports.map(({port}) => `${port.port} (${portText(port)})`)
  return `${name} declares no protocol for its ports ${list.join(', ')}.${waits}`
}
