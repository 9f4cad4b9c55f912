import type {GatewayServer} from '../../model/istio-config/traffic.js'
import type {RouteRule} from '../../model/istio-config/virtual-service.js'

/** The lists of a VirtualService that a server of a Gateway uses (networking.istio.io, VirtualService). */
export function listsOfServer({protocol, tls}: GatewayServer): readonly RouteRule['list'][] {
  if (['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol)) return ['http']
  const passes = tls?.mode === 'PASSTHROUGH' || tls?.mode === 'AUTO_PASSTHROUGH'
  if (protocol === 'HTTPS') return passes ? ['tls'] : ['http']
  if (protocol === 'TLS') return passes ? ['tls', 'tcp'] : ['tcp']
  return ['tcp']
}
