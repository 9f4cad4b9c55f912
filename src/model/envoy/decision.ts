/** One thing Envoy decided, in the order it decided them. */
export interface DecisionStep {
  readonly stage:
    | 'listener'
    | 'listener-filters'
    | 'filter-chain'
    | 'tls'
    | 'network-filter'
    | 'http'
    | 'virtual-host'
    | 'route'
    | 'http-filter'
    | 'cluster'
    | 'endpoint'
    | 'answer'
  readonly text: string
  /** Where in the config_dump the deciding object is (JSON pointer). */
  readonly at: string | undefined
  /** What nearly decided otherwise. */
  readonly nearMisses: readonly string[]
}

/** What Envoy does with a request, as its access log and the client would tell it. */
export interface Outcome {
  readonly listener: string | null
  readonly filterChain: string | null
  readonly route: string | null
  readonly virtualHost: string | null
  /** One cluster, or every cluster of a weighted choice. */
  readonly cluster: string | readonly string[] | null
  /** What the client receives; null when it is no HTTP answer. */
  readonly status: number | null
  /** Response flags (`%RESPONSE_FLAGS%`). */
  readonly flags: readonly string[]
  readonly details: string | null
  readonly terminationDetails: string | null
  readonly location: string | null
  readonly upstreamPath: string | null
  readonly upstreamHost: string | null
  readonly remoteIp: string | null
}

export type Decision =
  | {readonly decided: true; readonly outcome: Outcome; readonly steps: readonly DecisionStep[]}
  | {
      readonly decided: false
      readonly reason: string
      readonly at: string | undefined
      readonly steps: readonly DecisionStep[]
    }
