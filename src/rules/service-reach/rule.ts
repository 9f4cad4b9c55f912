import {selects} from '../../analysis/ports/service-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1111',
  slug: 'service-reach',
  aliases: [],
  severity: 'info',
  title: 'A Service reaches the pod in its own way, or not at all',
  why: 'The mesh knows a Service by its name and cluster address, and its endpoints by readiness. Some fields of a Service go past that: worth knowing before mTLS, policies or start-up are looked into.',
  fix: 'Leave it if it is meant. Else remove the field; peers of a StatefulSet need publishNotReadyAddresses, clients of the mesh need no externalIPs.',
  references: [PAGES.requirements, 'https://kubernetes.io/docs/concepts/services-networking/service/'],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  check: ({pod}, {services}) =>
    services
      .filter(service => selects(service, pod))
      .flatMap(({object, type, externalIps, publishesNotReady}) => {
        const note = (path: string, text: string, message: string): Found => ({
          message: `Service ${object.name} ${message}.`,
          object,
          path,
          proof: [{from: path, text}],
        })
        if (type === 'ExternalName')
          return [
            note(
              'spec.type',
              type,
              'is an ExternalName: its selector counts for nothing, and nothing comes here by it',
            ),
          ]
        return [
          ...(externalIps.length === 0
            ? []
            : [
                note(
                  'spec.externalIPs',
                  externalIps.join(', '),
                  `has external addresses (${externalIps.join(', ')}): connections to these are not known to the mesh as this Service and come in plain text, which STRICT refuses`,
                ),
              ]),
          ...(publishesNotReady
            ? [
                note(
                  'spec.publishNotReadyAddresses',
                  'true',
                  'publishes the pod before it and its sidecar are ready: early clients get 503 or refused connections',
                ),
              ]
            : []),
        ]
      }),
})
