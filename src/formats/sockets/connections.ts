import type {Connection, ConnectionTable} from '../../model/kernel/connection.js'
import type {IpAddress} from '../../model/kernel/ip-address.js'
import {procAddress} from './proc-net.js'

const ROW =
  /^\s*\d+:\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+([0-9A-F]{2})\s+\S+\s+\S+\s+\S+\s+(\d+)\s/i
const ESTABLISHED = '01'
const LISTEN = '0A'
const MAPPED = 0xffffn

/** An IPv4 address that an IPv6 socket wrote as ::ffff:a.b.c.d is the IPv4 address the packets bear. */
function unmapped(address: IpAddress): IpAddress {
  const mapped = address.family === 'ip6' && address.bits >> 32n === MAPPED
  return mapped ? {family: 'ip', bits: address.bits & 0xffff_ffffn} : address
}

/**
 * The TCP rows of /proc/net/tcp and tcp6 (proc(5)): state 01 is an established connection, 0A a listener. UDP sockets that are connected bear
 * 01 too: their part of the text, recognised by its header, is left out.
 */
export function parseConnections(text: string): ConnectionTable {
  const established: Connection[] = []
  const listening = new Set<number>()
  let udp = false
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*sl\s/.test(line)) udp = /\bdrops\b/.test(line)
    const row = udp ? null : ROW.exec(line)
    if (row === null) continue
    const [, local = '', localPort = '', remote = '', remotePort = '', state = '', uid] = row
    const port = Number.parseInt(localPort, 16)
    if (state.toUpperCase() === LISTEN) listening.add(port)
    if (state !== ESTABLISHED) continue
    established.push({
      local: unmapped(procAddress(local)),
      localPort: port,
      remote: unmapped(procAddress(remote)),
      remotePort: Number.parseInt(remotePort, 16),
      uid: Number(uid),
      line: line.trim().split(/\s+/).slice(0, 8).join(' '),
    })
  }
  return {established, listening: [...listening]}
}
