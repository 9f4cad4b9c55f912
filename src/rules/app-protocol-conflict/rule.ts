import {isHttpLike, protocolOfAppProtocol, protocolOfName, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1402',
  slug: 'app-protocol-conflict',
  aliases: [],
  severity: 'warning',
  title: 'The appProtocol and the name of a port disagree',
  why: 'The appProtocol wins and the name is not asked at all; a value Istio does not know means that the protocol is guessed.',
  fix: 'Make both say the same, or use a value Istio knows (http, http2, grpc, tcp, tls, kubernetes.io/h2c, …).',
  references: [PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  check: ({pod}, {services}) =>
    boundPorts(pod, services).flatMap(({service, port}) => {
      if (port.protocol !== 'TCP' || port.appProtocol === undefined) return []
      const [named, told] = [protocolOfName(port.name), protocolOfAppProtocol(port.appProtocol)]
      if (named === 'unknown' || sameInProxy(named, told)) return []
      return [
        {
          severity: isHttpLike(named) && isHttpLike(told) ? ('info' as const) : ('warning' as const),
          message: `Service ${service.object.name}:${port.port} has appProtocol ${port.appProtocol} (${told}) and the name "${port.name}" (${named}); appProtocol decides.`,
          object: service.object,
          path: `${port.path}.appProtocol`,
          proof: [{from: port.path, text: `name: ${port.name}, appProtocol: ${port.appProtocol}`}],
        },
      ]
    }),
})
