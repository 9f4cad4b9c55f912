import type {PacketVerdict} from '../packet-walk/verdict.js'

/** The deciding rule, by its position. */
export interface Decider {
  readonly at: string
  readonly rule: number
  readonly text: string
}

/** The outcome of one kind of traffic; `none` if there is no such traffic. */
export interface TrafficOutcome {
  readonly verdict: PacketVerdict | 'none'
  readonly port?: number
  /** The other destination a rule sets, `address:port`. */
  readonly to?: string
  readonly by?: Decider
  /** With verdict `insufficient`: the rule it depends on, and why that is undecided. */
  readonly why?: string
}

/** A packet property and its values as text: `port` `8080-8090`, `destination` `10.96.0.0/12`. */
export interface Where {
  readonly property: string
  readonly values: readonly string[]
}

/** Packets of a direction that are handled differently from most: those that meet all of `where`. */
export interface Exception extends TrafficOutcome {
  /** The one property they have in common, or `conjunction` for several. */
  readonly kind: 'port' | 'range' | 'sender' | 'uid' | 'gid' | 'interface' | 'conjunction'
  readonly value: string
  readonly where: readonly Where[]
  /** Their fraction of all packets, 0 to 1. */
  readonly share: number
}

/** One direction: the outcome of most packets, and exactly which are handled differently; `more` counts exceptions not listed. */
export interface Direction {
  readonly usual: TrafficOutcome
  readonly exceptions: readonly Exception[]
  readonly more: number
  /** Set when there are too many exceptions to find the largest: those listed are only some of them. */
  readonly unordered?: true
}
