import {definedFields} from '../../model/collections/defined-fields.js'
import {canonicalAddress, type LineReading, splitEndpoint} from './line.js'

const ROW = /^(\S+)\s+(\d+)\s+(\S+)\s+\d+\w*\s+IPv([46])\s+\S+\s+\S+\s+(TCP|UDP)\s+(\S+)(?:\s+\(([A-Z_0-9]+)\))?\s*$/

/** Reads a line of `lsof -nP -i` (lsof(8)): command, pid, user, type IPv4 or IPv6, node TCP or UDP, `*:8080 (LISTEN)`. */
export function readLsofLine(line: string): LineReading {
  const row = ROW.exec(line)
  if (row === null) return 'unreadable'
  const [, process = '', pid, user = '', version, node, name = '', state] = row
  if (node === 'TCP' ? state !== 'LISTEN' : name.includes('->')) return 'other'
  const endpoint = splitEndpoint(name)
  if (endpoint === undefined) return 'unreadable'
  const wildcard = endpoint.host === '*'
  const address = wildcard ? (version === '6' ? '::' : '0.0.0.0') : canonicalAddress(endpoint.host)
  if (address === undefined) return 'unreadable'
  return {
    protocol: node === 'TCP' ? 'tcp' : 'udp',
    serves: version === '4' ? 'ipv4' : wildcard ? 'ipv6-and-maybe-ipv4' : 'ipv6',
    address,
    port: endpoint.port,
    process,
    pid: Number(pid),
    ...definedFields({uid: /^\d+$/.test(user) ? Number(user) : undefined}),
    line: line.trim(),
  }
}
