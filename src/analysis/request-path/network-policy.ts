import type {IpPort} from '../../model/envoy/request.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {CONNECT_TIMEOUT} from './failures.js'
import type {Leg} from './legs.js'
import type {MeshWorld} from './world.js'

interface Network {
  readonly world: MeshWorld
  readonly legs: Leg[]
}

/** How a connection between two network namespaces ends that NetworkPolicies stop, at the port the network sees; undefined where none does. */
export function stoppedByNetworkPolicy({world, legs}: Network, source: string, to: IpPort): PathEnding | undefined {
  const block = world.networkBlock?.(source, to)
  if (block === undefined) return undefined
  legs.push({kind: 'network', address: to, text: block.because})
  const pod = world.podAt(to.ip)
  if (block.kind === 'unknown') return openEnding(block.because, pod)
  const {object, field, because, condition} = block
  return ending(CONNECT_TIMEOUT, 'refused', 'network-policy', because, {pod, condition, made: {object, field}})
}
