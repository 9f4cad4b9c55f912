/** The transport a socket speaks. */
export type SocketProtocol = 'tcp' | 'udp'

/**
 * Which address families a socket serves. An IPv6 wildcard socket normally serves IPv4 too; only ss tells the two apart,
 * so netstat and /proc/net leave it open.
 */
export type SocketServes = 'ipv4' | 'ipv6' | 'both' | 'ipv6-and-maybe-ipv4'

/** A listening socket. Rows that differ in nothing but the worker that opened them (SO_REUSEPORT) are one, with a count. */
export interface ListeningSocket {
  readonly protocol: SocketProtocol
  readonly serves: SocketServes
  /** Canonical text; `0.0.0.0` and `::` are the wildcards. */
  readonly address: string
  readonly port: number
  readonly count: number
  readonly process?: string
  readonly pid?: number
  readonly uid?: number
  /** Set when the accept queue is full: how many connections wait in it, and its limit (backlog). */
  readonly fullQueue?: {readonly waiting: number; readonly limit: number}
  /** The line it was read from, as evidence. */
  readonly line: string
}

/** The tools whose output names listening sockets. */
export type SocketForm = 'ss' | 'netstat' | 'proc-net' | 'lsof' | 'envoy' | 'envoy-config-dump'

/** Every listening socket of a pod, and how it was seen. */
export interface SocketTable {
  readonly form: SocketForm
  readonly sockets: readonly ListeningSocket[]
  /** Lines that look like sockets but could not be read. */
  readonly unreadable: readonly string[]
}

/** What an address lets in: every address of the pod, only the pod itself, or one address. */
export type SocketReach = 'everywhere' | 'loopback' | 'one address'

/** Who can connect to a socket bound to this address. */
export function socketReach(address: string): SocketReach {
  if (address === '0.0.0.0' || address === '::') return 'everywhere'
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.')
    ? 'loopback'
    : 'one address'
}

/** `address:port` as people write it, IPv6 in brackets, wildcards as `*`. */
export function socketAddress({address, port}: Pick<ListeningSocket, 'address' | 'port'>): string {
  if (address === '0.0.0.0' || address === '::') return `*:${port}`
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
