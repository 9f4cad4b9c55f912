import {formatIp, parseIp} from '../../model/kernel/ip-address.js'
import type {ListeningSocket} from '../../model/kernel/socket.js'
import {isPortNumber} from '../../model/text/port-number.js'

/** One socket of a text, before equal ones are counted together. */
export type SocketLine = Omit<ListeningSocket, 'count'>

/** What reading one line gave: a listening socket, a line of no interest, or a socket line that could not be read. */
export type LineReading = SocketLine | 'other' | 'unreadable'

/** Splits `address:port` at the last colon; undefined when the port is not a number (`*`, a service name). */
export function splitEndpoint(text: string): {readonly host: string; readonly port: number} | undefined {
  const colon = text.lastIndexOf(':')
  const port = text.slice(colon + 1)
  if (colon < 0 || !isPortNumber(port)) return undefined
  return {host: text.slice(0, colon), port: Number(port)}
}

/** Canonical text of an address as tools print it: brackets and a scope suffix are dropped; undefined for anything else. */
export function canonicalAddress(host: string): string | undefined {
  const ip = parseIp(host)
  return ip === undefined ? undefined : formatIp(ip)
}
