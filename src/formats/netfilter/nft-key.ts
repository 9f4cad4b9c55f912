import {accept, type Cursor, next, peek, since} from './nft-cursor.js'

const META_ALONE = new Set(
  'iifname oifname iif oif skuid skgid mark nftrace l4proto nfproto protocol pkttype cgroup length iifgroup oifgroup'.split(
    ' ',
  ),
)
const HEADERS = new Set(['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th', 'icmp', 'icmpv6', 'meta', 'ct'])

/** What a map is looked up by: properties of the packet, or a number that the kernel draws (`numgen random mod 2`) or computes (`jhash`). */
export interface MapKey {
  readonly keys: readonly string[]
  readonly drawn?: {readonly text: string; readonly mod: number}
}

/** Takes what a comparison looks at, `ip daddr`, `meta mark`, `iifname` (nft(8), PAYLOAD and META EXPRESSIONS); undefined for other words. */
export function readKey(cursor: Cursor): string | undefined {
  const word = peek(cursor)
  if (META_ALONE.has(word)) return `meta ${next(cursor)}`
  if (word === 'fib') {
    const start = cursor.at
    next(cursor)
    do next(cursor)
    while (accept(cursor, '.'))
    next(cursor)
    return since(cursor, start)
  }
  if (!HEADERS.has(word)) return undefined
  const key = `${next(cursor)} ${next(cursor)}`
  return key === 'tcp option' ? `${key} ${next(cursor)} ${next(cursor)}` : key
}

/** The keys behind the first of a tuple, `ip daddr . tcp dport`. */
export function moreKeys(cursor: Cursor): readonly string[] {
  const keys: string[] = []
  while (accept(cursor, '.')) keys.push(readKey(cursor) ?? next(cursor))
  return keys
}

/** `numgen random mod 2`, `jhash ip saddr . tcp sport mod 4 seed 0x1`: a number that no rule tells (nft(8), NUMGEN and HASH EXPRESSIONS). */
export function readDrawn(cursor: Cursor): MapKey | undefined {
  if (!/^(?:numgen|jhash|symhash)$/.test(peek(cursor))) return undefined
  const start = cursor.at
  while (cursor.at < cursor.words.length && !accept(cursor, 'mod')) next(cursor)
  const mod = Number(next(cursor))
  while (/^(?:seed|offset)$/.test(peek(cursor))) {
    next(cursor)
    next(cursor)
  }
  return {keys: [], drawn: {text: since(cursor, start), mod}}
}
