import type {Draw} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {Leg} from './legs.js'
import type {MeshWorld} from './world.js'

/** The state of a request in the mesh. */
export interface Journey {
  readonly world: MeshWorld
  readonly draw: Draw
  readonly legs: Leg[]
  /** Proxies passed so far, to detect loops. */
  depth: number
}

/** A connection between two network namespaces. */
export interface Flow {
  readonly to: IpPort
  readonly source: string
  readonly toMesh: boolean
  /** The port that the network sees, where it is another: of the tunnel that carries the connection. */
  readonly tunnelPort?: number | undefined
}
