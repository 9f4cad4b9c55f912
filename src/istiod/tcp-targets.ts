import {field, listOf, numberOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import type {Message} from './rbac/strings.js'
import type {Viewpoint} from './viewpoint.js'
import {destinationCluster} from './virtual-services.js'

export const TCP_PROXY = 'envoy.filters.network.tcp_proxy'

/** A cluster that connections are passed on to, and its share of them. */
export interface Target {
  readonly name: string
  readonly weight: number
}

/** The filter that passes connections on. */
export function tcpProxy(targets: readonly Target[]): Message {
  const [only] = targets
  const choice: Message =
    targets.length === 1 && only !== undefined
      ? {cluster: only.name}
      : {weighted_clusters: {clusters: targets.map(({name, weight}) => ({name, weight}))}}
  return {
    name: TCP_PROXY,
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
      stat_prefix: only?.name ?? '',
      ...choice,
    },
  }
}

/** Where a TCP or TLS route of a VirtualService leads, on a port. */
export function targetsOf(
  route: unknown,
  object: KubeObject,
  {state, place}: Viewpoint,
  port: number,
): readonly Target[] {
  const home = object.metadata.namespace ?? 'default'
  return listOf(route, 'route').map(each => ({
    name: destinationCluster(field(each, 'destination'), home, state, port, place.gateway),
    weight: numberOf(each, 'weight') ?? 100,
  }))
}
