import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {parseIp, parseIpRange} from '../../model/ip-address.js'
import {listed, withoutItems} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const INCLUDE = 'traffic.sidecar.istio.io/includeOutboundIPRanges'

export const rule = defineRule({
  code: 'MCT1311',
  slug: 'loopback-range',
  aliases: [],
  severity: 'warning',
  title: 'The loopback is named among the captured ranges',
  why: 'What an application sends to itself is then led to the proxy, and the start-up validation of the rules fails.',
  fix: 'Remove 127.0.0.0/8 from includeOutboundIPRanges.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
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
        message: `${named.join(', ')} is captured outbound: that is the pod itself.`,
        path: `${pod.metadataPath}.annotations["${INCLUDE}"]`,
        // An empty list would capture nothing at all, which is something else.
        ...(named.every(range => listed(pod.annotations[INCLUDE]).includes(range)) &&
        listed(pod.annotations[INCLUDE]).length > named.length
          ? {patch: withoutItems(pod, INCLUDE, named)}
          : {}),
        proof: [{from: capture.from, text: `included ranges: ${capture.includeRanges.join(', ')}`}],
      },
    ]
  },
})
