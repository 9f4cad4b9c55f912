import {
  isGoverningService,
  missingProtocolText,
  portsWithoutProtocol,
} from '../../analysis/ports/ports-without-protocol.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1110',
  slug: 'headless-port-name',
  aliases: [],
  severity: 'info',
  title: 'Headless Service port has no declared protocol',
  why: 'Clients connect to each pod by its own address, and the proxy detects the protocol from the first bytes; where the server speaks first, the connection hangs.',
  fix: 'Prefix the port names with the protocol (tcp-, http-, …), or set appProtocol.',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  machines: true,
  needs: ['services'],
  check: ({pod, mode}, {services}) =>
    portsWithoutProtocol(pod, mode, services)
      .filter(({service}) => isGoverningService(service, pod))
      .map((each): Found => {
        const {service, ports, serverFirst} = each
        return {
          severity: serverFirst.length > 0 ? 'warning' : 'info',
          message: missingProtocolText(each),
          object: service.object,
          path: `${ports[0]?.port.path}.name`,
          proof: ports.map(({port}) => ({from: port.path, text: `name: ${port.name ?? '(none)'}, clusterIP: None`})),
        }
      }),
})
