import {namesMembers, untoldPorts, untoldSentence} from '../../analysis/ports/untold-ports.js'
import type {PatchStep} from '../../model/finding.js'
import type {ServicePort} from '../../model/kube-service.js'
import {pointer} from '../../model/object-path.js'
import {defineRule, type Found, PAGES} from '../rule.js'

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
  why: 'The proxy then guesses from the first bytes. That works where the client speaks first; a server that does makes both sides wait, and metrics and routes stay those of plain TCP.',
  fix: 'Set appProtocol, or begin the port name with the protocol: http-, grpc-, tcp-, …',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  needs: ['services'],
  check: ({pod, mode}, {services}) =>
    untoldPorts(pod, mode, services)
      .filter(({service}) => !namesMembers(service, pod))
      .map((each): Found => {
        const {service, ports, serverFirst} = each
        const steps = serverFirst.filter(({port}) => port.appProtocol === undefined).flatMap(({port}) => asTcp(port))
        return {
          severity: serverFirst.length > 0 ? 'warning' : 'info',
          message: untoldSentence(each),
          object: service.object,
          path: `${ports[0]?.port.path}.name`,
          proof: ports.map(({port}) => ({
            from: port.path,
            text: `name: ${port.name ?? '(none)'}, appProtocol: ${port.appProtocol ?? '(none)'}`,
          })),
          ...(steps.length > 0 ? {patch: steps} : {}),
        }
      }),
})
