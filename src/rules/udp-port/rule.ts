import {boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1109',
  slug: 'udp-port',
  aliases: [],
  severity: 'info',
  title: 'UDP or SCTP port is outside the mesh',
  why: 'Only TCP is captured: such traffic goes directly to the application, without mTLS, policy and telemetry.',
  fix: 'Nothing if intentional; otherwise protect the port with a NetworkPolicy.',
  references: [PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  machines: true,
  needs: ['services'],
  check: ({pod}, {services}) =>
    boundPorts(pod, services)
      .filter(({port}) => port.protocol !== 'TCP')
      .map(({service, port}) => ({
        message: `Service ${service.object.name}:${port.port} is ${port.protocol}, which the mesh does not support.`,
        object: service.object,
        path: `${port.path}.protocol`,
        proof: [{from: port.path, text: `protocol: ${port.protocol}`}],
      })),
})
