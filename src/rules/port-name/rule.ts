import {istioProtocol} from '../../analysis/protocol/istio-protocol.js'
import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

/** Servers that speak first, whose clients wait while the proxy sniffs (SSH, FTP, SMTP, PostgreSQL, Redis-likes, AMQP). */
const SERVER_FIRST = [21, 22, 110, 143, 5432, 5672, 6379]

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
  check: ({pod}, {services}) =>
    boundPorts(pod, services).flatMap(({service, port, target}) => {
      if (port.protocol !== 'TCP' || port.appProtocol !== undefined || istioProtocol(port) !== 'unknown') return []
      const waits = SERVER_FIRST.includes(port.port) || SERVER_FIRST.includes(target ?? -1)
      // A port the mesh itself holds is another rule's matter.
      if (target !== undefined && target >= 15_000 && target <= 15_090) return []
      return [
        {
          severity: waits ? ('warning' as const) : ('info' as const),
          message: `Service ${service.object.name}:${port.port} is named "${port.name ?? ''}", which tells no protocol.`,
          object: service.object,
          path: `${port.path}.name`,
          proof: [{from: port.path, text: `name: ${port.name ?? '(none)'}, no appProtocol`}],
        },
      ]
    }),
})
