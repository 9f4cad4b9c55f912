const HTTP = new Set(['http', 'http2', 'grpc', 'grpc-web', 'http_proxy'])
const TLS = new Set(['https', 'tls'])
const TCP = new Set(['tcp', 'mongo', 'mysql', 'redis'])
const OTHERS = new Set(['udp', 'hbone'])

/** What clients speak on a port, as its protocol says (istio.io, protocol selection); undefined when Istio has to detect it. */
export function protocolClass(protocol: string): 'http' | 'tls' | 'tcp' | undefined {
  const word = protocol.toLowerCase()
  if (HTTP.has(word) || word.startsWith('grpc-web')) return 'http'
  if (TLS.has(word)) return 'tls'
  return TCP.has(word) ? 'tcp' : undefined
}

/** True for a protocol istiod knows, in any case. */
export function isKnownProtocol(protocol: string): boolean {
  return protocolClass(protocol) !== undefined || OTHERS.has(protocol.toLowerCase())
}
