import {formatIp, type IpAddress} from '../../model/kernel/ip-address.js'
import type {LineReading} from './line.js'

const ROW =
  /^\s*\d+:\s+([0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})\s+[0-9A-Fa-f]+:([0-9A-Fa-f]{4})\s+([0-9A-Fa-f]{2})\s+\S+\s+\S+\s+\S+\s+(\d+)\s/
const TCP_LISTEN = '0A'
const UDP_UNCONNECTED = '07'

/** Each 32-bit word is printed in host byte order; nodes are little-endian except s390x. */
export function procAddress(hex: string): IpAddress {
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap(word => (word.match(/../g) ?? []).reverse()).join('')
  return {family: hex.length === 8 ? 'ip' : 'ip6', bits: BigInt(`0x${bytes}`)}
}

/**
 * Reads a line of /proc/net/{tcp,tcp6,udp,udp6} (proc(5), net/ipv4/tcp_ipv4.c): columns local, remote, state, queues, timer, retransmits, uid.
 * State 0A is a TCP listener, 07 an unconnected UDP socket; the uid is the owner's even when processes are hidden.
 */
export function readProcNetLine(line: string): LineReading {
  const row = ROW.exec(line)
  if (row === null) return 'unreadable'
  const [, hex = '', port = '', remotePort, state = '', uid] = row
  const tcp = state.toUpperCase() === TCP_LISTEN
  if (!tcp && !(state === UDP_UNCONNECTED && remotePort === '0000')) return 'other'
  const address = formatIp(procAddress(hex))
  return {
    protocol: tcp ? 'tcp' : 'udp',
    serves: address === '::' ? 'ipv6-and-maybe-ipv4' : address.includes(':') ? 'ipv6' : 'ipv4',
    address,
    port: Number.parseInt(port, 16),
    uid: Number(uid),
    line: line.trim().split(/\s+/).slice(0, 8).join(' '),
  }
}
