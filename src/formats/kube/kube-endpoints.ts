import type {IpPort} from '../../model/envoy/request.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {flagOf, listOf, numberOf, textOf, textsOf} from '../decode.js'

/** Part of the endpoints of a Service. */
export interface EndpointSlice {
  readonly namespace: string
  readonly service: string
  /** Addresses that kube-proxy sends to, with the port behind each named Service port (the name is empty where there is one port). */
  readonly ready: readonly (IpPort & {readonly portName: string})[]
}

const SERVICE = 'kubernetes.io/service-name'

/** An EndpointSlice (discovery.k8s.io/v1): an endpoint without the condition ready counts as ready; undefined if it belongs to no Service. */
export function readEndpointSlice(object: KubeObject): EndpointSlice | undefined {
  const service = object.metadata.labels?.[SERVICE]
  if (service === undefined) return undefined
  const ports = listOf(object, 'ports').flatMap(each => {
    const port = numberOf(each, 'port')
    return port === undefined || (textOf(each, 'protocol') ?? 'TCP') !== 'TCP'
      ? []
      : [{port, portName: textOf(each, 'name') ?? ''}]
  })
  const ips = listOf(object, 'endpoints')
    .filter(each => flagOf(each, 'conditions', 'ready') !== false)
    .flatMap(each => textsOf(each, 'addresses'))
  return {
    namespace: object.metadata.namespace ?? 'default',
    service,
    ready: ips.flatMap(ip => ports.map(each => ({ip, ...each}))),
  }
}
