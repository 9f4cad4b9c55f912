import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {parseIp, parseIpRange} from '../../model/kernel/ip-address.js'
import {commaList} from '../../model/text/comma-list.js'
import {withoutItems} from '../patch-steps.js'
import {defineRule, PAGES} from '../rule.js'

const INCLUDE = 'traffic.sidecar.istio.io/includeOutboundIPRanges'

export const rule = defineRule({
  code: 'MCT1311',
  slug: 'loopback-range',
  aliases: [],
  severity: 'warning',
  title: 'Loopback is in the captured outbound ranges',
  why: 'Traffic of the application to itself is redirected to the proxy, and the validation of the rules at startup fails.',
  fix: 'Remove 127.0.0.0/8 from includeOutboundIPRanges.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    const capture = outboundCapture(pod)
    const loopback = parseIp('127.0.0.1')
    const named = capture.includeRanges.filter(text => {
      const range = parseIpRange(text)
      return range !== undefined && loopback !== undefined && range.family === 'ip' && range.bits >> 24n === 127n
    })
    if (named.length === 0) return []
    return [
      {
        message: `Outbound traffic to ${named.join(', ')} is captured, which is the pod itself.`,
        path: `${pod.metadataPath}.annotations["${INCLUDE}"]`,
        // An empty list would capture nothing.
        ...definedFields({
          patch:
            named.every(range => commaList(pod.annotations[INCLUDE]).includes(range)) &&
            commaList(pod.annotations[INCLUDE]).length > named.length
              ? withoutItems(pod, INCLUDE, named)
              : undefined,
        }),
        proof: [{from: capture.from, text: `included ranges: ${capture.includeRanges.join(', ')}`}],
      },
    ]
  },
})
