import type {ObjectRef} from '../kube/pod.js'
import type {Labels} from '../kube/selector.js'

export type MtlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'

export interface PeerAuthentication {
  readonly object: ObjectRef
  /** Absent if it applies to the whole namespace or mesh. */
  readonly selector?: Labels
  readonly mode: MtlsMode
  readonly ports: Readonly<Record<string, MtlsMode>>
  readonly createdAt: string
}

export interface TrafficTls {
  readonly mode: string
  readonly path: string
}

export interface DestinationRuleModel {
  readonly object: ObjectRef
  readonly host: string
  readonly exportTo: readonly string[]
  readonly hasWorkloadSelector: boolean
  readonly tls?: TrafficTls
  /** Port level settings replace the rest for that Service port; no tls there means none at all. */
  readonly portTls: Readonly<Record<string, TrafficTls | undefined>>
  readonly subsets: readonly {readonly name: string; readonly labels: Labels; readonly tls?: TrafficTls}[]
  /** Its settings as text. */
  readonly settings: readonly string[]
  readonly createdAt: string
}
