import type {ObjectRef} from './pod.js'
import type {Labels} from './selector.js'

export interface ServicePort {
  readonly name?: string
  readonly port: number
  /** A number, or the name of a container port. */
  readonly target: number | string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly appProtocol?: string
  /** The port of every node that leads here (types NodePort and LoadBalancer). */
  readonly nodePort?: number
  /** Path in the Service. */
  readonly path: string
}

/** A Service as the mesh sees it. */
export interface ServiceModel {
  readonly object: ObjectRef
  readonly type: string
  readonly headless: boolean
  /** Its cluster IPs; none for a headless or ExternalName Service. */
  readonly clusterIps: readonly string[]
  readonly selector: Labels
  readonly labels: Labels
  readonly ports: readonly ServicePort[]
  /** External addresses that nodes accept for it. */
  readonly externalIps: readonly string[]
  /** Addresses or names of its load balancer; none as long as that is pending. */
  readonly balancers: readonly string[]
  /** The name an ExternalName Service stands for. */
  readonly externalName?: string
  /** True if it publishes endpoints that are not ready. */
  readonly publishesNotReady: boolean
  readonly createdAt?: string
  readonly annotations: Labels
}
