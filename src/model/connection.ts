import type {IpAddress} from './ip-address.js'

/** One end of a TCP connection, as the kernel lists it in the pod; both ends are listed when both are there. */
export interface Connection {
  readonly local: IpAddress
  readonly localPort: number
  readonly remote: IpAddress
  readonly remotePort: number
  readonly uid: number
  /** The line it was read from, as evidence. */
  readonly line: string
}

/** The established TCP connections of a pod, and the TCP ports somebody listens on, seen at one moment. */
export interface ConnectionTable {
  readonly established: readonly Connection[]
  readonly listening: readonly number[]
}
