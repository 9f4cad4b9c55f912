import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {commaList} from '../../model/text/comma-list.js'
import {withoutItems} from '../patch-steps.js'
import {defineRule, PAGES} from '../rule.js'

const EXCLUDE = 'traffic.sidecar.istio.io/excludeOutboundPorts'
const ISTIOD = ['15010', '15012']

export const rule = defineRule({
  code: 'MCT1306',
  slug: 'exclude-istiod-port',
  aliases: [],
  severity: 'info',
  title: "Excluding istiod's port is unnecessary",
  why: "The proxy's own traffic is never captured; the exclusion only lets the application bypass the sidecar on that port, to any destination.",
  fix: 'Remove 15010 and 15012 from excludeOutboundPorts.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const capture = outboundCapture(pod)
    const named = capture.excludePorts.filter(port => ISTIOD.includes(port))
    if (named.length === 0) return []
    return [
      {
        message: `Outbound port ${named.join(' and ')} is excluded from capture, which istiod connections do not need.`,
        path: `${pod.metadataPath}.annotations["${EXCLUDE}"]`,
        ...definedFields({
          patch: named.every(port => commaList(pod.annotations[EXCLUDE]).includes(port))
            ? withoutItems(pod, EXCLUDE, named)
            : undefined,
        }),
        proof: [{from: capture.from, text: `excluded ports: ${capture.excludePorts.join(', ')}`}],
      },
    ]
  },
})
