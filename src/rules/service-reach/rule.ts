import {selectingServices} from '../../analysis/ports/service-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1111',
  slug: 'service-reach',
  aliases: [],
  severity: 'info',
  title: 'Service bypasses normal mesh routing',
  why: 'The mesh identifies a Service by its name and cluster IP and sends traffic to ready endpoints only; some fields of the Service bypass that, which changes mTLS, policy and startup behaviour.',
  fix: 'Nothing if intentional. Otherwise remove the field; peers of a StatefulSet need publishNotReadyAddresses, clients in the mesh need no externalIPs.',
  references: [PAGES.requirements, 'https://kubernetes.io/docs/concepts/services-networking/service/'],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  check: ({pod}, {services}) =>
    selectingServices(pod, services).flatMap(({object, type, externalIps, publishesNotReady}) => {
      const note = (path: string, text: string, message: string): Found => ({
        message: `Service ${object.name} ${message}.`,
        object,
        path,
        proof: [{from: path, text}],
      })
      if (type === 'ExternalName')
        return [
          note('spec.type', type, 'is an ExternalName: its selector is ignored, and it sends no traffic to the pod'),
        ]
      return [
        ...(externalIps.length === 0
          ? []
          : [
              note(
                'spec.externalIPs',
                externalIps.join(', '),
                `has external addresses (${externalIps.join(', ')}): the mesh does not match connections to them to this Service and sends plaintext, which STRICT rejects`,
              ),
            ]),
        ...(publishesNotReady
          ? [
              note(
                'spec.publishNotReadyAddresses',
                'true',
                'publishes the pod before it and its sidecar are ready: early clients get 503 or "connection refused"',
              ),
            ]
          : []),
      ]
    }),
})
