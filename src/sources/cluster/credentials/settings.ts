import type {CallObserver} from '../../../wire/api-server.js'

/** How to reach a live cluster, by kubectl's and istioctl's flags. */
export interface ClusterSettings {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly istioNamespace: string
  readonly revision?: string
  readonly as?: string
  readonly asUid?: string
  readonly asGroups: readonly string[]
  readonly requestTimeoutMs: number
  readonly adminPort: number
  /** Called for every call with its name, bytes, time and outcome. */
  readonly observe?: CallObserver
  /** Called once for each warning of the API server. */
  readonly warn?: (sentence: string) => void
}
