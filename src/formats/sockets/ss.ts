import {definedFields} from '../../model/collections/defined-fields.js'
import {canonicalAddress, type LineReading, splitEndpoint} from './line.js'

const ROW = /^\s*(?:(tcp|udp)\s+)?(LISTEN|UNCONN)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+:\*)(?:\s+(.*))?$/
const OTHER_STATE =
  /^\s*(?:(?:tcp|udp|u_\w+|nl|p_\w+|raw|icmp6?|v_\w+)\s+)?(?:ESTAB|SYN-|FIN-|TIME-WAIT|CLOSE|LAST-ACK)/

/** A row that stops within a column: `users:((…))` ends with both brackets, and `ino:N` follows `uid:N`. */
export const CUT_SS = /\susers?:?$|\susers:\((?!.*\)\))|\suid:\d*$/

/**
 * Reads a line of `ss -ltn[p]` or `ss -lntup`, with or without header (ss(8), iproute2). `*:80` is an IPv6 socket that serves IPv4 too,
 * `[::]:80` one that does not, `0.0.0.0:80` IPv4; the process column is `users:(("name",pid=N,fd=N),…)` and empty without privilege.
 */
export function readSsLine(line: string): LineReading {
  const row = ROW.exec(line)
  if (row === null) return OTHER_STATE.test(line) ? 'other' : 'unreadable'
  const [, netid, state, waiting, limit, local = '', , rest = ''] = row
  const endpoint = splitEndpoint(local)
  if (endpoint === undefined) return 'unreadable'
  const wildcard = endpoint.host === '*'
  const address = wildcard ? '::' : canonicalAddress(endpoint.host)
  if (address === undefined) return 'unreadable'
  const user = /\(\("((?:[^"\\]|\\.)*)",pid=(\d+)/.exec(rest)
  const uid = /\buid:(\d+)/.exec(rest)
  return {
    protocol: netid === 'udp' || (netid === undefined && state === 'UNCONN') ? 'udp' : 'tcp',
    serves: wildcard ? 'both' : address.includes(':') ? 'ipv6' : 'ipv4',
    address,
    port: endpoint.port,
    ...(user === null ? {} : {process: user[1] ?? '', pid: Number(user[2])}),
    ...definedFields({
      uid: uid === null ? undefined : Number(uid[1]),
      fullQueue:
        state === 'LISTEN' && Number(waiting) > Number(limit) && Number(limit) > 0
          ? {waiting: Number(waiting), limit: Number(limit)}
          : undefined,
    }),
    line: line.trim(),
  }
}
