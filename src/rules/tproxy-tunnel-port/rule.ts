import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1310',
  slug: 'tproxy-tunnel-port',
  aliases: [],
  severity: 'info',
  title: 'With TPROXY the HBONE port 15008 is captured',
  why: "REDIRECT does not capture port 15008; TPROXY does: HBONE connections of ambient pods and waypoints arrive at 15006 instead of the proxy's own listener.",
  fix: 'Add 15008 to the annotation traffic.sidecar.istio.io/excludeInboundPorts, or use REDIRECT. Nothing to do if the mesh does not use HBONE.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    const {interception, include, exclude, from} = inboundCapture(pod)
    const captured = include === '*' ? !exclude.includes(HBONE_PORT) : include.includes(HBONE_PORT)
    if (interception !== 'TPROXY' || !captured) return []
    return [
      {
        message: `Connections to port ${HBONE_PORT} of this pod are redirected to 15006.`,
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
