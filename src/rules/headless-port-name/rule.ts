import {namesMembers, untoldPorts, untoldSentence} from '../../analysis/ports/untold-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1110',
  slug: 'headless-port-name',
  aliases: [],
  severity: 'info',
  title: 'A headless Service of a StatefulSet does not tell its protocol',
  why: 'Clients reach such pods by their own addresses, one listener each, and the proxy guesses the protocol from the first bytes; where the server speaks first, both sides wait for each other.',
  fix: 'Begin the port names with the protocol (tcp-, http-, …), or set appProtocol.',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  needs: ['services'],
  check: ({pod, mode}, {services}) =>
    untoldPorts(pod, mode, services)
      .filter(({service}) => namesMembers(service, pod))
      .map((each): Found => {
        const {service, ports, serverFirst} = each
        return {
          severity: serverFirst.length > 0 ? 'warning' : 'info',
          message: untoldSentence(each),
          object: service.object,
          path: `${ports[0]?.port.path}.name`,
          proof: ports.map(({port}) => ({from: port.path, text: `name: ${port.name ?? '(none)'}, clusterIP: None`})),
        }
      }),
})
