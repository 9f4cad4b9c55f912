import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {listed, withoutItems} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const EXCLUDE = 'traffic.sidecar.istio.io/excludeOutboundPorts'
const ISTIOD = ['15010', '15012']

export const rule = defineRule({
  code: 'MCT1306',
  slug: 'exclude-istiod-port',
  aliases: [],
  severity: 'info',
  title: "Excluding istiod's port is needless",
  why: "The proxy's own traffic is exempt from capture anyway; the exclusion only opens the port for the application, to any destination.",
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
        message: `Outbound port ${named.join(' and ')} is excluded from capture for no gain.`,
        path: `${pod.metadataPath}.annotations["${EXCLUDE}"]`,
        ...(named.every(port => listed(pod.annotations[EXCLUDE]).includes(port))
          ? {patch: withoutItems(pod, EXCLUDE, named)}
          : {}),
        proof: [{from: capture.from, text: `excluded ports: ${capture.excludePorts.join(', ')}`}],
      },
    ]
  },
})
