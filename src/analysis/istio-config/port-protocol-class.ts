import type {ServicePortConfig} from '../../model/istio-config/kubernetes.js'

const HTTP = new Set(['http', 'http2', 'grpc', 'grpc-web', 'http_proxy'])
const TLS = new Set(['https', 'tls'])
const TCP = new Set(['tcp', 'mongo', 'mysql', 'redis'])

/** What clients speak on a port, as its protocol says (istio.io, protocol selection); undefined when Istio has to detect it. */
export function protocolClass(protocol: string): 'http' | 'tls' | 'tcp' | undefined {
  const word = protocol.toLowerCase()
  if (HTTP.has(word) || word.startsWith('grpc-web')) return 'http'
  if (TLS.has(word)) return 'tls'
  return TCP.has(word) ? 'tcp' : undefined
}

/** The protocol a Service port declares: appProtocol, else the first word of its name. */
export function declaredProtocol({appProtocol, name}: ServicePortConfig): string {
  const word = (appProtocol ?? name).toLowerCase()
  if (word === 'kubernetes.io/h2c') return 'http2'
  if (word.startsWith('kubernetes.io/ws')) return 'http'
  return word.startsWith('grpc-web') ? 'grpc-web' : (word.split('-')[0] ?? '')
}
