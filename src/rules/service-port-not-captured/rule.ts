import {isMonitoringPort} from '../../analysis/ports/monitoring-port.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {clientTls} from '../../analysis/traffic-policy/client-tls.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {SIDECAR_PORTS} from '../../model/istio/reserved-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1303',
  slug: 'service-port-not-captured',
  aliases: [],
  severity: 'warning',
  title: 'Service port bypasses the sidecar',
  why: 'No mTLS and no policy apply to the port, while clients in the mesh still send mTLS to the pod: the application receives bytes it does not understand.',
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
      // Clients already send plaintext: the fix is in place.
      if (!strict && client?.mode === 'DISABLE') return []
      const list =
        capture.include === '*'
          ? `excludes ${capture.exclude.join(', ')}`
          : `captures only ${capture.include.join(', ') || 'nothing'}`
      return [
        {
          // Metrics are mostly scraped from outside the mesh, which needs this.
          severity: isMonitoringPort(pod, port.name, target) ? 'info' : strict ? 'error' : 'warning',
          message: `Service ${service.object.name}:${port.port} targets port ${target}, which is not captured${strict ? ' although mTLS is STRICT' : ''}.`,
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
