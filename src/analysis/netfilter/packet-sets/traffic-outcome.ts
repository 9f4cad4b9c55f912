import type {PacketVerdict} from '../packet-walk/verdict.js'

/** The rule that decided, as a person finds it. */
export interface Decider {
  readonly at: string
  readonly rule: number
  readonly text: string
}

/** What becomes of one kind of traffic; `none` where there is no such traffic. */
export interface TrafficOutcome {
  readonly verdict: PacketVerdict | 'none'
  readonly port?: number
  /** Where a rule sends it instead, `address:port`. */
  readonly to?: string
  readonly by?: Decider
  /** The rule it depends on and why that cannot be decided, with the verdict `insufficient`. */
  readonly why?: string
}

/** A property of packets and the values it has, as words: `port` `8080-8090`, `destination` `10.96.0.0/12`. */
export interface Where {
  readonly property: string
  readonly values: readonly string[]
}

/** Packets of a direction that are treated otherwise than most: those with all of `where`. */
export interface Exception extends TrafficOutcome {
  /** The one property they have in common, or `conjunction` for several. */
  readonly kind: 'port' | 'range' | 'sender' | 'uid' | 'gid' | 'interface' | 'conjunction'
  readonly value: string
  readonly where: readonly Where[]
  /** The part of all packets they make up, 0 to 1. */
  readonly share: number
}

/** One direction: what becomes of most packets, and exactly which fare otherwise; `more` counts exceptions that are not listed. */
export interface Direction {
  readonly usual: TrafficOutcome
  readonly exceptions: readonly Exception[]
  readonly more: number
  /** Set where there are too many exceptions to tell which are the largest: those listed are some of them. */
  readonly unordered?: true
}
