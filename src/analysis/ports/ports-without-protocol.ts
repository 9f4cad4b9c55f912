import type {ServiceModel, ServicePort} from '../../model/kube-service.js'
import type {PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import {isTemplated} from '../../model/templated.js'
import {reservedPorts} from '../pod-mode/pod-mode.js'
import {istioProtocol, protocolOfName} from './istio-protocol.js'
import {type BoundPort, boundPorts} from './service-ports.js'

/** A Service that selects the pod, with its ports whose protocol is not told; those a server-first protocol usually has come first. */
export interface PortsWithoutProtocol {
  readonly service: ServiceModel
  readonly ports: readonly BoundPort[]
  /** Those of them on which the server usually speaks first. */
  readonly serverFirst: readonly BoundPort[]
}

/**
 * Ports of protocols in which the server greets and the client waits for it: FTP, SSH, SMTP, POP3, NNTP, IMAP, rsync, MySQL, NATS, VNC
 * (RFC 959, 4253, 5321, 1939, 3977, 3501, 6143; NATS protocol, INFO; MySQL protocol, initial handshake). PostgreSQL, AMQP and Redis clients begin.
 */
const SERVER_FIRST = [21, 22, 25, 110, 119, 143, 587, 873, 2525, 3306, 4222, 5900]

/** Services of Istio itself are labelled so, and left to it. */
function ofControlPlane({labels}: ServiceModel): boolean {
  return labels.istio !== undefined || labels.release === 'istio'
}

function isCauseUnknown(port: ServicePort): boolean {
  if (port.protocol !== 'TCP' || istioProtocol(port) !== 'unknown') return false
  if (isTemplated(port.appProtocol ?? port.name ?? '')) return false
  // An appProtocol that hides a good name is another rule's matter.
  return port.appProtocol === undefined || protocolOfName(port.name) === 'unknown'
}

function speaksFirst({port, target}: BoundPort): boolean {
  return SERVER_FIRST.includes(port.port) || SERVER_FIRST.includes(target ?? -1)
}

/** True for the Services by which the members of a StatefulSet know each other. */
export function namesMembers(service: ServiceModel, pod: PodModel): boolean {
  return service.headless && pod.workload.kind === 'StatefulSet'
}

/** The Services of a pod that do not tell what some of their ports speak, so that the proxy must guess. */
export function portsWithoutProtocol(
  pod: PodModel,
  mode: PodMode,
  services: readonly ServiceModel[],
): readonly PortsWithoutProtocol[] {
  // A port the mesh itself holds is another rule's matter.
  const held = reservedPorts(mode, pod).filter(({soft}) => soft !== true)
  return services.flatMap(service => {
    const ports = boundPorts(pod, [service]).filter(
      ({port, target}) => isCauseUnknown(port) && !held.some(each => each.port === target),
    )
    if (ports.length === 0 || ofControlPlane(service)) return []
    const [first, later] = [ports.filter(speaksFirst), ports.filter(each => !speaksFirst(each))]
    return [{service, ports: [...first, ...later], serverFirst: first}]
  })
}

function told({name = '', appProtocol}: ServicePort): string {
  const own = name === '' ? 'no name' : `the name "${name}"`
  return appProtocol === undefined ? own : `appProtocol "${appProtocol}" and ${own}`
}

/** What is wrong with them, in one sentence. */
export function missingProtocolText({service, ports, serverFirst}: PortsWithoutProtocol): string {
  const name = `Service ${service.object.name}`
  const [only] = ports
  const numbers = serverFirst.map(({port, target}) => (port.port === target ? port.port : `${port.port} (${target})`))
  const waits = numbers.length === 0 ? '' : ` Servers on port ${numbers.join(', ')} usually speak first.`
  if (only !== undefined && ports.length === 1) {
    const bare = (only.port.name ?? '') === '' && only.port.appProtocol === undefined
    const what = bare
      ? 'neither name nor appProtocol: nothing tells its protocol'
      : `${told(only.port)}, which tells no protocol`
    return `${name}:${only.port.port} has ${what}.${waits}`
  }
  const list = ports.map(({port}) => `${port.port} (${told(port)})`)
  return `${name} tells no protocol for its ports ${list.join(', ')}.${waits}`
}
