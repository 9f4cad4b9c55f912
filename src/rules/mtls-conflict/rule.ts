import {boundPorts} from '../../analysis/ports/service-ports.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {clientTls} from '../../analysis/traffic-policy/client-tls.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {objectLabel} from '../../model/pod.js'
import {defineRule} from '../rule.js'

/** What a server refuses: plain text under STRICT, mesh TLS where it is off (policy table of client mode against server mode). */
function conflict(client: string, server: string): string | undefined {
  if (server === 'STRICT' && client === 'DISABLE') return 'plain text, which STRICT refuses: connections are reset'
  if (server === 'STRICT' && (client === 'SIMPLE' || client === 'MUTUAL'))
    return `${client} TLS without the mesh's certificates, which STRICT refuses`
  if (server === 'DISABLE' && client === 'ISTIO_MUTUAL')
    return 'mesh TLS to a port where it is off: the application gets bytes it does not understand'
  return undefined
}

/** What a mesh has unless told otherwise. */
const USUAL = {rootNamespace: 'istio-system', clusterDomain: 'cluster.local'}

export const rule = defineRule({
  code: 'MCT1801',
  slug: 'mtls-conflict',
  aliases: [],
  severity: 'error',
  title: 'Clients and server disagree about mTLS',
  why: 'A DestinationRule makes clients send something the PeerAuthentication of the server refuses: every request from the mesh fails with 503 (flags UF or UC).',
  fix: 'Remove tls from the DestinationRule (automatic mTLS does the right thing), or set ISTIO_MUTUAL; or relax the PeerAuthentication for that port.',
  references: [
    'https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/',
    'https://istio.io/latest/docs/concepts/security/#mutual-tls-authentication',
  ],
  modes: ['sidecar'],
  needs: ['services', 'peerAuthentications', 'destinationRules'],
  passesWith: ['mesh'],
  check: ({pod}, {services, peerAuthentications, destinationRules, mesh}) => {
    const {rootNamespace, clusterDomain} = mesh ?? USUAL
    return boundPorts(pod, services).flatMap(({service, port, target}) => {
      // What is not captured is not the sidecar's to refuse.
      if (target === undefined || port.protocol !== 'TCP' || !isCaptured(inboundCapture(pod), target)) return []
      const server = mtlsMode(pod, target, peerAuthentications, rootNamespace)
      return clientTls(service, port.port, destinationRules, rootNamespace, clusterDomain).flatMap(client => {
        const words = conflict(client.mode, server.mode)
        if (words === undefined) return []
        const subset = client.subset === undefined ? '' : ` (subset ${client.subset})`
        return [
          {
            message: `DestinationRule ${client.rule.object.name} makes clients of ${service.object.name}${subset} send ${words}.`,
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
