import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {defineRule, PAGES} from '../rule.js'

const TUNNEL = 15_008

export const rule = defineRule({
  code: 'MCT1310',
  slug: 'tproxy-tunnel-port',
  aliases: [],
  severity: 'info',
  title: "With TPROXY the mesh's tunnel port is captured too",
  why: "REDIRECT leaves port 15008 to the proxy's own listener. TPROXY has no such exemption: connections to it, as ambient pods and waypoints open them, arrive at 15006 like any other.",
  fix: 'Exempt it: add 15008 to the annotation traffic.sidecar.istio.io/excludeInboundPorts, or use REDIRECT. Without tunnels in the mesh nothing has to be done.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const {interception, include, exclude, from} = inboundCapture(pod)
    const captured = include === '*' ? !exclude.includes(TUNNEL) : include.includes(TUNNEL)
    if (interception !== 'TPROXY' || !captured) return []
    return [
      {
        message: `Connections to port ${TUNNEL} of this pod are led to 15006.`,
        path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeInboundPorts"]`,
        proof: [
          {
            from,
            text: `mode TPROXY, inbound ports ${include === '*' ? `all but ${exclude.join(', ')}` : include.join(', ')}`,
          },
        ],
      },
    ]
  },
})
