import {reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {istioProtocol, protocolOfName} from '../../analysis/protocol/istio-protocol.js'
import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import type {PatchStep} from '../../model/finding.js'
import type {ServiceModel, ServicePort} from '../../model/kube-service.js'
import {pointer} from '../../model/object-path.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, PAGES} from '../rule.js'

/** Servers that speak first, whose clients wait while the proxy sniffs (SSH, FTP, SMTP, PostgreSQL, Redis-likes, AMQP). */
const SERVER_FIRST = [21, 22, 110, 143, 5432, 5672, 6379]

/** Services of Istio itself are labelled so, and left to it. */
function ofControlPlane({labels}: ServiceModel): boolean {
  return labels.istio !== undefined || labels.release === 'istio'
}

function told({name, appProtocol}: ServicePort): string {
  if (appProtocol !== undefined)
    return `has appProtocol "${appProtocol}"${name === undefined ? '' : ` and the name "${name}"`}, which tells no protocol`
  return name === undefined
    ? 'has neither name nor appProtocol: nothing tells its protocol'
    : `is named "${name}", which tells no protocol`
}

/** A server that speaks first is TCP, whatever else it may be. */
function asTcp({path, port}: ServicePort): readonly PatchStep[] {
  return [
    {op: 'test', path: pointer(`${path}.port`), value: port},
    {op: 'add', path: pointer(`${path}.appProtocol`), value: 'tcp'},
  ]
}

export const rule = defineRule({
  code: 'MCT1401',
  slug: 'port-name',
  aliases: ['IST0118'],
  severity: 'info',
  title: 'The protocol of a Service port is not told',
  why: 'The proxy then guesses from the first bytes. That works for HTTP; a server that speaks first makes both sides wait, and metrics and routes stay those of plain TCP.',
  fix: 'Set appProtocol, or begin the port name with the protocol: http-, grpc-, tcp-, …',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  needs: ['services'],
  check: ({pod, mode}, {services}) =>
    boundPorts(pod, services).flatMap(({service, port, target}) => {
      if (port.protocol !== 'TCP' || istioProtocol(port) !== 'unknown' || ofControlPlane(service)) return []
      if (isTemplated(port.appProtocol ?? port.name ?? '')) return []
      // An appProtocol that hides a good name is another rule's matter.
      if (port.appProtocol !== undefined && protocolOfName(port.name) !== 'unknown') return []
      const waits = SERVER_FIRST.includes(port.port) || SERVER_FIRST.includes(target ?? -1)
      // A port the mesh itself holds is another rule's matter.
      if (reservedPorts(mode, pod).some(each => each.port === target && each.soft !== true)) return []
      return [
        {
          severity: waits ? ('warning' as const) : ('info' as const),
          message: `Service ${service.object.name}:${port.port} ${told(port)}.`,
          object: service.object,
          path: `${port.path}.name`,
          proof: [
            {from: port.path, text: `name: ${port.name ?? '(none)'}, appProtocol: ${port.appProtocol ?? '(none)'}`},
          ],
          ...(waits && port.appProtocol === undefined ? {patch: asTcp(port)} : {}),
        },
      ]
    }),
})
