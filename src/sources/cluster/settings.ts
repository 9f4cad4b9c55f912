import type {CallObserver} from '../../wire/api-server.js'

/** How to reach a live cluster, as kubectl's and istioctl's flags say it. */
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
  /** Told of every call: its name, bytes, time and outcome. */
  readonly observe?: CallObserver
  /** Told of each warning the API server sends beside its answers, once. */
  readonly warn?: (sentence: string) => void
}
