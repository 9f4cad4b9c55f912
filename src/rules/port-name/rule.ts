import {
  isGoverningService,
  missingProtocolText,
  portsWithoutProtocol,
} from '../../analysis/ports/ports-without-protocol.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {PatchStep} from '../../model/finding.js'
import type {ServicePort} from '../../model/kube/kube-service.js'
import {pointer} from '../../model/text/object-path.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** Declares TCP, which fits every server that speaks first. */
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
  title: 'Service port has no declared protocol',
  why: 'The proxy detects the protocol from the first bytes: connections to a server that speaks first hang, and other traffic that is not detected as HTTP has TCP metrics and routes only.',
  fix: 'Set appProtocol, or prefix the port name with the protocol: http-, grpc-, tcp-, …',
  references: [PAGES.protocols],
  modes: ['sidecar'],
  machines: true,
  needs: ['services'],
  check: ({pod, mode}, {services}) =>
    portsWithoutProtocol(pod, mode, services)
      .filter(({service}) => !isGoverningService(service, pod))
      .map((each): Found => {
        const {service, ports, serverFirst} = each
        const steps = serverFirst.filter(({port}) => port.appProtocol === undefined).flatMap(({port}) => asTcp(port))
        return {
          severity: serverFirst.length > 0 ? 'warning' : 'info',
          message: missingProtocolText(each),
          object: service.object,
          path: `${ports[0]?.port.path}.name`,
          proof: ports.map(({port}) => ({
            from: port.path,
            text: `name: ${port.name ?? '(none)'}, appProtocol: ${port.appProtocol ?? '(none)'}`,
          })),
          ...definedFields({patch: steps.length > 0 ? steps : undefined}),
        }
      }),
})
