import type {ServiceModel, ServicePort} from '../../model/kube/kube-service.js'

const inBrackets = (address: string) => (address.includes(':') ? `[${address}]` : address)

function remark(service: ServiceModel, way: string): string {
  const pending = service.type === 'LoadBalancer' && service.balancers.length === 0
  return ` (${way}${pending ? `; the load balancer of ${service.object.name} has no address yet` : ''})`
}

/**
 * What a client outside the cluster writes to reach ports of a Service, as `address:port` with a remark where it matters: its load
 * balancer and external IPs, else a node's address with the node port, else the cluster IP (Kubernetes, "Service", Publishing Services).
 */
export function outsideAddresses(
  service: ServiceModel,
  ports: readonly ServicePort[],
  nodeIp: string | undefined,
): readonly string[] {
  const outside = [...service.balancers, ...service.externalIps]
  if (outside.length > 0) return outside.flatMap(each => ports.map(({port}) => `${inBrackets(each)}:${port}`))
  const onNode = ports.flatMap(({nodePort}) => nodePort ?? [])
  if (onNode.length > 0) {
    const node = nodeIp === undefined ? 'ANY-NODE' : inBrackets(nodeIp)
    return onNode.map(port => `${node}:${port}${remark(service, 'node port')}`)
  }
  const [own] = service.clusterIps
  return own === undefined
    ? []
    : ports.map(({port}) => `${inBrackets(own)}:${port}${remark(service, 'inside the cluster only')}`)
}
