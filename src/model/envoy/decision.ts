/** A candidate, such as `route 2 (jason)`, that one condition alone kept from being taken. */
export interface NearMiss {
  readonly what: string
  readonly except: string
}

/** A near miss in words. */
export function nearMissText({what, except}: NearMiss): string {
  return `${what} would match except for the ${except}`
}

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
  readonly nearMisses: readonly NearMiss[]
}

/** What gives a request its answer: a part of the HTTP connection manager, a filter, or the far end. */
export type AnsweredBy =
  | 'codec'
  | 'manager'
  | 'no-route'
  | 'route'
  | 'no-cluster'
  | 'no-endpoint'
  | 'circuit-breaker'
  | 'drop'
  | 'rbac'
  | 'jwt'
  | 'ext-authz'
  | 'fault'
  | 'rate-limit'
  | 'cors'
  | 'csrf'
  | 'ext-proc'
  | 'basic-auth'
  | 'health-check'
  | 'buffer'
  | 'timeout'
  | 'upstream'
  | 'upstream-failure'
  | 'client-left'

/** Why a listener's TLS handshake fails. */
export type HandshakeFailure =
  | 'plain-text'
  | 'no-sni'
  | 'no-certificate'
  | 'untrusted-certificate'
  | 'expired-certificate'
  | 'other-names'

/** A denial by RBAC; `policy` is undefined where no ALLOW policy matched. */
export interface Denial {
  readonly layer: 'network' | 'http'
  readonly policy: string | undefined
  readonly at: string
}

/** What was decided, as fields, as far as the request got; a part it did not reach is undefined. Programs read these, people the steps. */
export interface DecisionFacts {
  /** The listener filter that holds or closes the connection. */
  readonly heldBy?: {readonly filter: string; readonly how: 'waits' | 'closes'}
  readonly filterChain?: 'matched' | 'default' | 'none'
  readonly handshake?:
    | {readonly kind: 'plain'}
    | {readonly kind: 'agreed'; readonly alpn: string}
    | {readonly kind: 'failed'; readonly failure: HandshakeFailure; readonly why: string}
  readonly denied?: Denial
  readonly answeredBy?: AnsweredBy
}

/** What Envoy does with a request, as its access log and the client would tell it. */
export interface RequestOutcome {
  readonly listener: string | null
  readonly filterChain: string | null
  readonly route: string | null
  readonly virtualHost: string | null
  /** One cluster, or every cluster of a weighted choice. */
  readonly cluster: string | readonly string[] | null
  /** What the client receives; null when it is not an HTTP answer. */
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
  | {
      readonly decided: true
      readonly outcome: RequestOutcome
      readonly facts: DecisionFacts
      readonly steps: readonly DecisionStep[]
    }
  | {
      readonly decided: false
      readonly reason: string
      readonly at: string | undefined
      readonly facts: DecisionFacts
      readonly steps: readonly DecisionStep[]
    }
