import {removeAnnotation} from '../patch-steps.js'
import {defineRule, PAGES} from '../rule.js'

const INCLUDE = 'traffic.sidecar.istio.io/includeInboundPorts'
const EXCLUDE = 'traffic.sidecar.istio.io/excludeInboundPorts'

export const rule = defineRule({
  code: 'MCT1302',
  slug: 'exclude-inbound-ignored',
  aliases: [],
  severity: 'warning',
  title: 'excludeInboundPorts has no effect',
  why: 'When includeInboundPorts lists ports, only those are captured and excludeInboundPorts is ignored: a port in both lists is captured.',
  fix: 'Keep one of the two annotations.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    const [include, exclude] = [pod.annotations[INCLUDE], pod.annotations[EXCLUDE]]
    if (include === undefined || exclude === undefined || include.trim() === '*' || exclude.trim() === '') return []
    return [
      {
        message: `excludeInboundPorts "${exclude}" is ignored because includeInboundPorts is "${include}".`,
        path: `${pod.metadataPath}.annotations["${EXCLUDE}"]`,
        proof: [
          {from: INCLUDE, text: include},
          {from: EXCLUDE, text: exclude},
        ],
        patch: removeAnnotation(pod, EXCLUDE),
      },
    ]
  },
})
