import {removeAnnotation} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const INCLUDE = 'traffic.sidecar.istio.io/includeInboundPorts'
const EXCLUDE = 'traffic.sidecar.istio.io/excludeInboundPorts'

export const rule = defineRule({
  code: 'MCT1302',
  slug: 'exclude-inbound-ignored',
  aliases: [],
  severity: 'warning',
  title: 'The list of excluded inbound ports has no effect',
  why: 'With a list of included ports only those are captured, and the list of excluded ones is never looked at: a port that stands in both is captured.',
  fix: 'Keep one of the two annotations.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const [include, exclude] = [pod.annotations[INCLUDE], pod.annotations[EXCLUDE]]
    if (include === undefined || exclude === undefined || include.trim() === '*' || exclude.trim() === '') return []
    return [
      {
        message: `excludeInboundPorts "${exclude}" is ignored, because includeInboundPorts is "${include}".`,
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
