import {istioProtocol} from '../../analysis/protocol/istio-protocol.js'
import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1110',
  slug: 'headless-port-name',
  aliases: [],
  severity: 'warning',
  title: 'A headless Service of a StatefulSet does not tell its protocol',
  why: 'Clients reach such pods by their own addresses, one listener each; where the protocol is guessed, sets that speak first (databases, queues, consensus protocols) wait for each other.',
  fix: 'Begin the port names with the protocol (tcp-, http-, …), or set appProtocol.',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  needs: ['services'],
  check: ({pod}, {services}) => {
    if (pod.workload.kind !== 'StatefulSet') return []
    return boundPorts(pod, services).flatMap(({service, port}) => {
      if (isTemplated(port.appProtocol ?? port.name ?? '')) return []
      if (!service.headless || port.protocol !== 'TCP' || istioProtocol(port) !== 'unknown') return []
      return [
        {
          message: `The headless Service ${service.object.name}:${port.port} is named "${port.name ?? ''}", which tells no protocol.`,
          object: service.object,
          path: `${port.path}.name`,
          proof: [{from: port.path, text: `name: ${port.name ?? '(none)'}, clusterIP: None`}],
        },
      ]
    })
  },
})
