import type {IpAddress} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Hook, IpFamily} from '../../../model/kernel/ruleset.js'

/** A packet on its way: what matches look at and targets change. Mutable, one per walk. */
export interface Flow {
  readonly family: IpFamily
  readonly protocol: string
  source: IpAddress
  destination: IpAddress
  /** The same as 32-bit numbers for IPv4, so that matching needs no big integers. */
  source4: number
  destination4: number
  sourcePort: number | undefined
  destinationPort: number
  inName: string
  outName: string
  mark: number
  connmark: number
  tracked: boolean
  zone: string | undefined
  readonly state: string
  /** The socket's owner; only known while the packet leaves the process that made it. */
  owner: {readonly uid: number; readonly gid: number} | undefined
  tproxy: {readonly port: number; readonly address?: IpAddress} | undefined
  /** Which halves of address translation this connection already has. */
  destinationDone: boolean
  sourceDone: boolean
  natted: boolean
  hook: Hook
  readonly machine: NetworkNamespace
}

/** Writes a new destination address, keeping both forms in step. */
export function setDestination(flow: Flow, address: IpAddress): void {
  flow.destination = address
  flow.destination4 = address.family === 'ip' ? Number(address.bits) : Number.NaN
}

/** Writes a new source address, keeping both forms in step. */
export function setSource(flow: Flow, address: IpAddress): void {
  flow.source = address
  flow.source4 = address.family === 'ip' ? Number(address.bits) : Number.NaN
}
