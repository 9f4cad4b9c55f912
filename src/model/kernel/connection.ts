import type {IpAddress} from './ip-address.js'

/** One end of a TCP connection as listed by the kernel; both ends are listed if both are in the pod. */
export interface Connection {
  readonly local: IpAddress
  readonly localPort: number
  readonly remote: IpAddress
  readonly remotePort: number
  readonly uid: number
  /** The line it was read from, as evidence. */
  readonly line: string
}

/** The established TCP connections of a pod, and its listening TCP ports, read at the same time. */
export interface ConnectionTable {
  readonly established: readonly Connection[]
  readonly listening: readonly number[]
}
