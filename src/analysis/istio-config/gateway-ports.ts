import type {ServiceConfig, ServicePortConfig} from '../../model/istio-config/kubernetes.js'

function tcpPorts(services: readonly ServiceConfig[]): readonly ServicePortConfig[] {
  return services.flatMap(({ports}) => ports.filter(({protocol}) => protocol === 'TCP' || protocol === ''))
}

function listenPort({port, targetPort}: ServicePortConfig): number {
  return typeof targetPort === 'number' && targetPort !== 0 ? targetPort : port
}

/** The ports a gateway may listen on to be reached through these Services: their target ports, and ports that Istio translates to those. */
export function listenPorts(services: readonly ServiceConfig[]): ReadonlySet<number> {
  return new Set(tcpPorts(services).flatMap(port => [listenPort(port), port.port]))
}

/** The port whose nodePort that is. */
export function nodePortOf(
  services: readonly ServiceConfig[],
  nodePort: number,
): {readonly port: number; readonly listen: number} | undefined {
  const found = tcpPorts(services).find(each => each.nodePort === nodePort)
  return found === undefined ? undefined : {port: found.port, listen: listenPort(found)}
}
