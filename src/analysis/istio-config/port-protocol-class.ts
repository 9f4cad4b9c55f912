import type {ServiceConfig, ServicePortConfig, WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import {protocolClass} from '../../model/istio-config/protocol.js'
import type {GatewayConfig} from '../../model/istio-config/traffic.js'
import {selectorMatches} from './label-selection.js'
import {listsOfServer} from './server-routes.js'
import {podPort, servicesBefore} from './service-pods.js'

/** The protocol a Service port declares: appProtocol, else the first word of its name. */
export function declaredProtocol({appProtocol, name}: ServicePortConfig): string {
  const word = (appProtocol ?? name).toLowerCase()
  if (word === 'kubernetes.io/h2c') return 'http2'
  if (word.startsWith('kubernetes.io/ws')) return 'http'
  return word.startsWith('grpc-web') ? 'grpc-web' : (word.split('-')[0] ?? '')
}

/** Where Services and Gateways are looked up. */
export interface PortWorld {
  services(): readonly ServiceConfig[]
  gateways(): readonly GatewayConfig[]
}

/** The ports on which the proxy of a pod sees no HTTP: of Services declared as TCP or TLS, or of Gateway servers without HTTP. */
export function tcpPortsOf(pod: WorkloadConfig, world: PortWorld): readonly number[] {
  const gateways = world.gateways().filter(({selector}) => selectorMatches(selector, pod.labels))
  if (gateways.length > 0) {
    const servers = gateways.flatMap(({servers: own}) => own)
    return servers.filter(server => !listsOfServer(server).includes('http')).map(({port}) => port)
  }
  return servicesBefore(pod, world.services()).flatMap(({ports}) =>
    ports
      .filter(each => ['tcp', 'tls'].includes(protocolClass(declaredProtocol(each)) ?? ''))
      .flatMap(each => podPort(each, pod) ?? []),
  )
}
