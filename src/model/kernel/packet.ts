import type {IpAddress} from './ip-address.js'
import type {Action, Backend, Hook} from './ruleset.js'

/** The first packet of a flow: from a process of the pod (`interface` absent) or arriving on an interface. */
export interface Packet {
  readonly interface?: string
  readonly protocol: string
  readonly destination: IpAddress
  readonly destinationPort: number
  readonly source?: IpAddress
  readonly sourcePort?: number
  readonly uid?: number
  readonly gid?: number
  readonly mark?: number
  /** The sender may use addresses that are not its own (IP_TRANSPARENT). */
  readonly transparent?: boolean
  readonly state?: string
  /** The mark its connection already has. */
  readonly connmark?: number
}

/** One thing that happened on the way. Rules are counted from 1; `rule` 0 means the end of a base chain (its policy). */
export interface WalkStep {
  readonly hook: Hook
  readonly backend: Backend
  readonly at: string
  readonly rule: number
  readonly text: string
  readonly actions: readonly Action[]
  /** False for a rule known to have no counter (nftables only): the kernel does not count its hits. */
  readonly counted: boolean
}

/** How the packet's way ended. */
export type Disposition =
  | {readonly kind: 'delivered'; readonly address: IpAddress; readonly port: number; readonly transparent: boolean}
  | {readonly kind: 'sent'; readonly device: string; readonly address: IpAddress; readonly port: number}
  | {readonly kind: 'refused'; readonly reason: string; readonly at?: string}
  | {readonly kind: 'dropped'; readonly reason: string; readonly at?: string}
  | {readonly kind: 'error'; readonly code: string; readonly reason: string}
  | {readonly kind: 'insufficient'; readonly reason: string}

/** The whole way of a packet: steps in order, the address the sender asked for, the source the receiver sees, and remarks. */
export interface Walk {
  readonly steps: readonly WalkStep[]
  readonly disposition: Disposition
  readonly asked: {readonly address: IpAddress; readonly port: number}
  readonly source: IpAddress | undefined
  readonly rewritten: boolean
  readonly mark: number
  readonly connmark: number
  readonly notes: readonly string[]
}
