import {isHttpLike, protocolOfAppProtocol, protocolOfName, sameInProxy} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1402',
  slug: 'app-protocol-conflict',
  aliases: [],
  severity: 'warning',
  title: 'appProtocol and port name disagree',
  why: 'appProtocol takes precedence and the name is ignored; with an appProtocol that Istio does not know, the protocol is detected from the traffic.',
  fix: 'Make both declare the same protocol, or use a value Istio knows (http, http2, grpc, tcp, tls, kubernetes.io/h2c, …).',
  references: [PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  machines: true,
  needs: ['services'],
  check: ({pod}, {services}) =>
    boundPorts(pod, services).flatMap(({service, port}) => {
      if (port.protocol !== 'TCP' || port.appProtocol === undefined) return []
      const [named, declared] = [protocolOfName(port.name), protocolOfAppProtocol(port.appProtocol)]
      if (named === 'unknown' || sameInProxy(named, declared)) return []
      return [
        {
          severity: isHttpLike(named) && isHttpLike(declared) ? ('info' as const) : ('warning' as const),
          message: `Service ${service.object.name}:${port.port} has appProtocol ${port.appProtocol} (${declared}) and the name "${port.name}" (${named}); appProtocol takes precedence.`,
          object: service.object,
          path: `${port.path}.appProtocol`,
          proof: [{from: port.path, text: `name: ${port.name}, appProtocol: ${port.appProtocol}`}],
        },
      ]
    }),
})
