import {MANAGED_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {ServicePortConfig} from '../../model/istio-config/kubernetes.js'

/** Names of protocols (istio.io, protocol selection). */
const PROTOCOLS = new Set('tcp udp grpc grpc-web http http_proxy http2 https tls mongo redis mysql'.split(' '))
/** Values of appProtocol that Kubernetes defines. */
const KUBERNETES = new Set(['kubernetes.io/h2c', 'kubernetes.io/ws', 'kubernetes.io/wss'])
/** Ports of protocols in which the server speaks first: Istio treats them as TCP. */
const TCP_PORTS = new Set([25, 53, 3306, 27017])

/** True when the name, appProtocol or number of a Service port declares its protocol. */
export function protocolKnown({protocol, appProtocol, name, port}: ServicePortConfig): boolean {
  if (protocol === 'UDP') return true
  const word = (appProtocol ?? name).toLowerCase()
  const [first = ''] = word.split('-')
  return KUBERNETES.has(word) || word.startsWith('grpc-web') || PROTOCOLS.has(first) || TCP_PORTS.has(port)
}

const CONTROLLERS = ['istio.io-gateway-controller', 'istio.io-mesh-controller', 'istio.io-eastwest-controller']

/** True for the Service istiod makes for a Gateway of the Gateway API. */
export function isManagedService({labels}: Pick<ConfigObject, 'labels'>): boolean {
  return CONTROLLERS.includes(labels[MANAGED_LABEL] ?? '')
}
