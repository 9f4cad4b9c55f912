import type {ObjectRef} from './pod.js'
import type {Labels} from './selector.js'

export interface ServicePort {
  readonly name?: string
  readonly port: number
  /** A number, or the name of a container port. */
  readonly target: number | string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly appProtocol?: string
  /** Path in the Service. */
  readonly path: string
}

/** A Service as the mesh sees it. */
export interface ServiceModel {
  readonly object: ObjectRef
  readonly type: string
  readonly headless: boolean
  /** Its addresses; none for a headless or external one. */
  readonly clusterIps: readonly string[]
  readonly selector: Labels
  readonly labels: Labels
  readonly ports: readonly ServicePort[]
  /** Addresses outside the cluster that nodes take in for it. */
  readonly externalIps: readonly string[]
  /** True when its endpoints count before they are ready. */
  readonly publishesNotReady: boolean
  readonly createdAt?: string
  readonly annotations: Labels
}
