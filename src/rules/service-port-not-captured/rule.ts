import {boundPorts} from '../../analysis/ports/service-ports.js'
import {isWatchedPort} from '../../analysis/ports/watched-port.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {clientTls} from '../../analysis/traffic-policy/client-tls.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {SIDECAR_PORTS} from '../../model/reserved-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1303',
  slug: 'service-port-not-captured',
  aliases: [],
  severity: 'warning',
  title: 'A Service port bypasses the sidecar',
  why: 'No mTLS and no policy apply to it; clients in the mesh still send mTLS, as the pod is marked as able to, and the application gets bytes it does not understand.',
  fix: 'Capture the port; or set TLS DISABLE for it in a DestinationRule (portLevelSettings) and a PeerAuthentication (portLevelMtls).',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: ['services'],
  uses: ['peerAuthentications', 'destinationRules', 'mesh'],
  check: ({pod}, {services, peerAuthentications, destinationRules, mesh}) => {
    const capture = inboundCapture(pod)
    if (capture.interception === 'NONE') return []
    return boundPorts(pod, services).flatMap(({service, port, target}): Found[] => {
      if (target === undefined || port.protocol !== 'TCP' || isCaptured(capture, target)) return []
      if (SIDECAR_PORTS.some(each => each.port === target)) return []
      const root = mesh?.rootNamespace ?? 'istio-system'
      const strict = mtlsMode(pod, target, peerAuthentications ?? [], root).mode === 'STRICT'
      const [client] = clientTls(
        service,
        port.port,
        destinationRules ?? [],
        root,
        mesh?.clusterDomain ?? 'cluster.local',
      )
      // Clients are told to send plain text: the remedy is in place.
      if (!strict && client?.mode === 'DISABLE') return []
      const list =
        capture.include === '*'
          ? `excludes ${capture.exclude.join(', ')}`
          : `captures only ${capture.include.join(', ') || 'nothing'}`
      return [
        {
          // Whoever reads metrics is mostly outside the mesh and needs it so.
          severity: isWatchedPort(pod, port.name, target) ? 'info' : strict ? 'error' : 'warning',
          message: `Service ${service.object.name}:${port.port} leads to port ${target}, which is not captured${strict ? ' though mTLS is STRICT' : ''}.`,
          path: `${pod.metadataPath}.annotations`,
          proof: [
            {from: capture.from, text: `inbound ${list}`},
            {from: `Service ${service.object.name} ${port.path}`, text: `targetPort ${port.target}`},
          ],
        },
      ]
    })
  },
})
