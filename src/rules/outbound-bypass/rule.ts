import {outboundCapture} from '../../analysis/inbound-capture/outbound-capture.js'
import {parseIpRange} from '../../model/ip-address.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const WEB = ['80', '443']

/** A range so wide that it swallows most destinations: everything, or half of the address space. */
function isWide(range: string): boolean {
  const parsed = parseIpRange(range)
  if (parsed === undefined) return false
  const width = parsed.family === 'ip' ? 32 : 128
  return parsed.mask >> BigInt(width - 2) < 3n
}

export const rule = defineRule({
  code: 'MCT1305',
  slug: 'outbound-bypass',
  aliases: [],
  severity: 'warning',
  title: 'Most outbound traffic bypasses the sidecar',
  why: 'What is excluded goes out without mTLS, routing, retries and telemetry. An excluded port counts for every destination, Services of the mesh included.',
  fix: 'Exclude the single addresses that need it.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}): readonly Found[] => {
    const capture = outboundCapture(pod)
    const wide = capture.excludeRanges.filter(isWide)
    const web = capture.excludePorts.filter(port => WEB.includes(port))
    return [
      ...(wide.length === 0
        ? []
        : [
            {
              message: `Outbound traffic to ${wide.join(', ')} is not captured: that is most of all destinations.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeOutboundIPRanges"]`,
              proof: [{from: capture.from, text: `excluded ranges: ${capture.excludeRanges.join(', ')}`}],
            },
          ]),
      ...(web.length === 0
        ? []
        : [
            {
              message: `Outbound port ${web.join(' and ')} is not captured, to any destination.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"]`,
              proof: [{from: capture.from, text: `excluded ports: ${capture.excludePorts.join(', ')}`}],
            },
          ]),
    ]
  },
})
