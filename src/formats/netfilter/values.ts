import {formatIpRange, formatV4Range, parseIpRange, parseV4Range} from '../../model/kernel/ip-address.js'
import {isPortNumber} from '../../model/text/port-number.js'

const PROTOCOLS: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '2': 'igmp',
  '4': 'ipencap',
  '6': 'tcp',
  '17': 'udp',
  '33': 'dccp',
  '47': 'gre',
  '50': 'esp',
  '51': 'ah',
  '58': 'icmpv6',
  '132': 'sctp',
  '136': 'udplite',
  'ipv6-icmp': 'icmpv6',
  icmp6: 'icmpv6',
}

/** The services Istio's rules and their neighbours name; `iptables -L` without -n prints names from /etc/services. */
const SERVICES: Readonly<Record<string, string>> = {
  ftp: '21',
  ssh: '22',
  telnet: '23',
  smtp: '25',
  domain: '53',
  http: '80',
  kerberos: '88',
  pop3: '110',
  ntp: '123',
  imap: '143',
  imap2: '143',
  ldap: '389',
  https: '443',
  submission: '587',
  ldaps: '636',
  'ms-sql-s': '1433',
  nfs: '2049',
  mysql: '3306',
  postgresql: '5432',
  mdns: '5353',
  amqp: '5672',
  x11: '6000',
  redis: '6379',
  'http-alt': '8080',
  webcache: '8080',
}

/** The canonical name of a protocol given by name or number; `all` and 0 give undefined. */
export function protocolName(word: string): string | undefined {
  const lower = word.toLowerCase()
  if (lower === 'all' || lower === '0' || lower === 'ip') return undefined
  return Object.hasOwn(PROTOCOLS, lower) ? PROTOCOLS[lower] : lower
}

/** The canonical text of an address, range or mask; undefined when it is not numeric. */
export function addressWord(word: string): string | undefined {
  const plain = parseV4Range(word)
  if (plain !== undefined) return formatV4Range(plain)
  const range = parseIpRange(word)
  return range === undefined ? undefined : formatIpRange(range)
}

/** True for a range that holds every address of its family. */
export function isEverywhere(word: string): boolean {
  return word === '0.0.0.0/0' || word === '::/0'
}

function portNumber(word: string): string | undefined {
  if (isPortNumber(word)) return String(Number(word))
  const lower = word.toLowerCase()
  return Object.hasOwn(SERVICES, lower) ? SERVICES[lower] : undefined
}

/** A port, a range `a:b` (also written a-b), or a known service name, canonical; undefined for anything else. */
export function portWord(word: string): string | undefined {
  const single = portNumber(word)
  if (single !== undefined) return single
  const parts = word.split(/[:-]/)
  if (parts.length !== 2) return undefined
  const from = parts[0] === '' ? '0' : portNumber(parts[0] ?? '')
  const to = parts[1] === '' ? '65535' : portNumber(parts[1] ?? '')
  if (from === undefined || to === undefined) return undefined
  return from === to ? from : `${from}:${to}`
}

/** A user or group id or a range `a-b` as iptables prints it, canonical with a colon; names and other words give undefined. */
export function idWord(word: string): string | undefined {
  const parts = word.split(/[-:]/)
  if (parts.length > 2 || !parts.every(part => /^\d{1,10}$/.test(part))) return undefined
  return parts.map(part => String(Number(part))).join(':')
}

function number32(word: string): number | undefined {
  if (!/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word)) return undefined
  const value = Number(word)
  return value <= 0xffff_ffff ? value : undefined
}

/** A 32-bit number in hex, from decimal or hex text. */
export function hexWord(word: string): string | undefined {
  const value = number32(word)
  return value === undefined ? undefined : hex(value)
}

/** The canonical hex text of a 32-bit number. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`
}

/** A mark `value` or `value/mask` in decimal or hex, as a pair of numbers; the mask defaults to all bits. */
export function markPair(word: string): {value: number; mask: number} | undefined {
  const [first, second, ...more] = word.split('/')
  const value = number32(first ?? '')
  const mask = second === undefined ? 0xffff_ffff : number32(second)
  return value === undefined || mask === undefined || more.length > 0 ? undefined : {value, mask}
}

/** A mark as `0xvalue/0xmask`. */
export function markWord(word: string): string | undefined {
  const pair = markPair(word)
  return pair === undefined ? undefined : `${hex(pair.value)}/${hex(pair.mask)}`
}
