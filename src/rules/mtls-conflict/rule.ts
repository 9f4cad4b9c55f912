import {boundPorts} from '../../analysis/ports/service-ports.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {clientTls} from '../../analysis/traffic-policy/client-tls.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {objectLabel} from '../../model/kube/pod.js'
import {defineRule} from '../rule.js'

/** What the server rejects: plaintext under STRICT, Istio mTLS under DISABLE (table of client mode against server mode). */
function conflict(client: string, server: string): string | undefined {
  if (server === 'STRICT' && client === 'DISABLE') return 'plaintext, which STRICT rejects: connections are reset'
  if (server === 'STRICT' && (client === 'SIMPLE' || client === 'MUTUAL'))
    return `${client} TLS without mesh certificates, which STRICT rejects`
  if (server === 'DISABLE' && client === 'ISTIO_MUTUAL')
    return 'mTLS to a port with mode DISABLE: the application receives TLS bytes'
  return undefined
}

/** The defaults of the mesh configuration. */
const DEFAULT_MESH = {rootNamespace: 'istio-system', clusterDomain: 'cluster.local'}

export const rule = defineRule({
  code: 'MCT1801',
  slug: 'mtls-conflict',
  aliases: [],
  severity: 'error',
  title: 'Clients and server disagree about mTLS',
  why: 'A DestinationRule makes clients send what the PeerAuthentication of the server rejects: every request from the mesh fails with 503 (flags UF or UC).',
  fix: 'Remove tls from the DestinationRule (auto mTLS chooses the right mode), or set ISTIO_MUTUAL; or relax the PeerAuthentication for that port.',
  references: [
    'https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/',
    'https://istio.io/latest/docs/concepts/security/#mutual-tls-authentication',
  ],
  modes: ['sidecar'],
  machines: true,
  needs: ['services', 'peerAuthentications', 'destinationRules'],
  needsToPass: ['mesh'],
  check: ({pod}, {services, peerAuthentications, destinationRules, mesh}) => {
    const {rootNamespace, clusterDomain} = mesh ?? DEFAULT_MESH
    return boundPorts(pod, services).flatMap(({service, port, target}) => {
      // The sidecar cannot reject what it does not capture.
      if (target === undefined || port.protocol !== 'TCP' || !isCaptured(inboundCapture(pod), target)) return []
      const server = mtlsMode(pod, target, peerAuthentications, rootNamespace)
      return clientTls(service, port.port, destinationRules, rootNamespace, clusterDomain).flatMap(client => {
        const problem = conflict(client.mode, server.mode)
        if (problem === undefined) return []
        const subset = client.subset === undefined ? '' : ` (subset ${client.subset})`
        return [
          {
            message: `DestinationRule ${client.rule.object.name} makes clients of ${service.object.name}${subset} send ${problem}.`,
            object: client.rule.object,
            path: client.path,
            proof: [
              {from: `${objectLabel(client.rule.object)} ${client.path}`, text: `mode: ${client.mode}`},
              {from: server.by === undefined ? 'default' : objectLabel(server.by), text: `mtls mode ${server.mode}`},
            ],
          },
        ]
      })
    })
  },
})
