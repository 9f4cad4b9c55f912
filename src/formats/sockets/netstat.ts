import {canonicalAddress, type LineReading, splitEndpoint} from './line.js'

const ROW = /^\s*(tcp|udp)(6|46)?\s+\d+\s+(?:\d+\s+)?(\S*[:.]\S+)\s+(\S+)(?:\s+(.*))?$/
const STATE =
  /^(LISTEN|ESTABLISHED|SYN_SENT|SYN_RECV|FIN_WAIT1|FIN_WAIT2|TIME_WAIT|CLOSE|CLOSE_WAIT|LAST_ACK|CLOSING|UNKNOWN)\b\s*/

/** The address behind the names that netstat without -n prints for loopback (hosts(5)); other names stay unchanged. */
function loopbackName(host: string, six: boolean): string {
  if (!/^(localhost|localhost\.localdomain|localhost6|ip6-localhost|localhost4)$/.test(host)) return host
  return six || host.includes('6') ? '::1' : '127.0.0.1'
}

/**
 * Reads a line of net-tools' or busybox' `netstat -ntulp` / `-nap` (netstat(8)). IPv6 addresses have no brackets (`:::80`), busybox calls IPv6
 * rows `tcp`; the program is `PID/name`, may hold blanks, is cut at about 20 characters, and is `-` when it may not be seen.
 * A queue column lost while pasting is not needed.
 */
export function readNetstatLine(line: string): LineReading {
  const row = ROW.exec(line)
  if (row === null) return 'unreadable'
  const [, protocol, version, local = '', foreign = '', tail = ''] = row
  const state = STATE.exec(tail)?.[1]
  const listening = protocol === 'udp' ? foreign.endsWith(':*') && state !== 'ESTABLISHED' : state === 'LISTEN'
  if (!listening) return 'other'
  const endpoint = splitEndpoint(local)
  const address =
    endpoint === undefined ? undefined : canonicalAddress(loopbackName(endpoint.host, version !== undefined))
  if (endpoint === undefined || address === undefined) return 'unreadable'
  const program = /(?:^|\s)(\d+)\/(.*?)\s*$/.exec(tail)
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    serves: address === '::' ? 'ipv6-and-maybe-ipv4' : address.includes(':') ? 'ipv6' : 'ipv4',
    address,
    port: endpoint.port,
    ...(program === null ? {} : {process: program[2] ?? '', pid: Number(program[1])}),
    line: line.trim(),
  }
}
