import type {IpFamily} from './ruleset.js'

/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly family: IpFamily
  readonly bits: bigint
}

/** A range given by address and mask; masks need not be contiguous (iptables allows that). */
export interface IpRange {
  readonly family: IpFamily
  readonly bits: bigint
  readonly mask: bigint
}

const FULL4 = 0xffff_ffffn
const FULL6 = (1n << 128n) - 1n

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let bits = 0n
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined
    bits = (bits << 8n) | BigInt(Number(part))
  }
  return bits
}

function groups(text: string): string[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1) ?? ''
  if (!last.includes('.')) return parts
  const v4 = parseV4(last)
  if (v4 === undefined) return undefined
  return [...parts.slice(0, -1), (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)]
}

function parseV6(text: string): bigint | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0] ?? '')
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const gap = 8 - head.length - tail.length
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined
  let bits = 0n
  for (const group of [...head, ...Array<string>(Math.max(gap, 0)).fill('0'), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined
    bits = (bits << 16n) | BigInt(Number.parseInt(group, 16))
  }
  return bits
}

/** Reads an IPv4 or IPv6 address (RFC 4291 text forms, a scope suffix is dropped); undefined when it is neither. */
export function parseIp(text: string): IpAddress | undefined {
  const bare = text.replace(/%.*$/, '').replace(/^\[(.*)\]$/, '$1')
  const v4 = parseV4(bare)
  if (v4 !== undefined) return {family: 'ip', bits: v4}
  const v6 = parseV6(bare)
  return v6 === undefined ? undefined : {family: 'ip6', bits: v6}
}

function prefixMask(family: IpFamily, length: number): bigint {
  const width = family === 'ip' ? 32n : 128n
  const full = family === 'ip' ? FULL4 : FULL6
  return (full << (width - BigInt(length))) & full
}

/** Reads `address`, `address/length` or `address/mask`; undefined for anything else. The host bits are cleared. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const address = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return undefined
  const {family} = address
  const size = slash < 0 ? String(family === 'ip' ? 32 : 128) : text.slice(slash + 1)
  const asMask = parseIp(size)
  if (asMask !== undefined && asMask.family !== family) return undefined
  if (asMask === undefined && (!/^\d{1,3}$/.test(size) || Number(size) > (family === 'ip' ? 32 : 128))) return undefined
  const mask = asMask === undefined ? prefixMask(family, Number(size)) : asMask.bits
  return {family, bits: address.bits & mask, mask}
}

/** True when the address is in the range. */
export function inRange(address: IpAddress, range: IpRange): boolean {
  return address.family === range.family && (address.bits & range.mask) === range.bits
}

function longestZeroRun(words: readonly number[]): {start: number; length: number} {
  let best = {start: -1, length: 1}
  for (let start = 0; start < words.length; start++) {
    let end = start
    while (end < words.length && words[end] === 0) end++
    if (end - start > best.length) best = {start, length: end - start}
  }
  return best
}

/** The canonical text of an address (RFC 5952 for IPv6). */
export function formatIp(address: IpAddress): string {
  if (address.family === 'ip') return [24n, 16n, 8n, 0n].map(shift => String((address.bits >> shift) & 255n)).join('.')
  const words = Array.from({length: 8}, (_, i) => Number((address.bits >> BigInt(112 - 16 * i)) & 0xffffn))
  const {start, length} = longestZeroRun(words)
  const text = (part: readonly number[]) => part.map(word => word.toString(16)).join(':')
  return start < 0 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`
}

/** The canonical text of a range: a host has no mask, a contiguous mask is a length. */
export function formatIpRange(range: IpRange): string {
  const width = range.family === 'ip' ? 32 : 128
  const full = range.family === 'ip' ? FULL4 : FULL6
  const text = formatIp(range)
  if (range.mask === full) return text
  const holes = full & ~range.mask
  const contiguous = (holes & (holes + 1n)) === 0n
  if (!contiguous) return `${text}/${formatIp({family: range.family, bits: range.mask})}`
  const hostBits = holes === 0n ? 0 : holes.toString(2).length
  return `${text}/${width - hostBits}`
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: IpAddress): boolean {
  return address.family === 'ip' ? address.bits >> 24n === 127n : address.bits === 1n
}

const DOT = 46
const SLASH = 47

/** An IPv4 range as two unsigned 32-bit numbers, read without big integers; undefined for anything but `a.b.c.d` and `a.b.c.d/length`. */
export function parseV4Range(text: string): {readonly bits: number; readonly mask: number} | undefined {
  if (text.length > 18) return undefined
  const parts = [0, 0, 0, 0, 32]
  let part = 0
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      if (++digits > 3) return undefined
      parts[part] = (digits === 1 ? 0 : (parts[part] ?? 0)) * 10 + code - 48
    } else if (digits > 0 && ((code === DOT && part < 3) || (code === SLASH && part === 3))) {
      part++
      digits = 0
    } else return undefined
  }
  const [a = 0, b = 0, c = 0, d = 0, length = 32] = parts
  if (digits === 0 || part < 3 || a > 255 || b > 255 || c > 255 || d > 255 || length > 32) return undefined
  const mask = length === 0 ? 0 : (-1 << (32 - length)) >>> 0
  return {bits: (((a << 24) | (b << 16) | (c << 8) | d) & mask) >>> 0, mask}
}

/** The canonical text of such a range. */
export function formatV4Range({bits, mask}: {readonly bits: number; readonly mask: number}): string {
  const host = `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
  return mask === 0xffff_ffff ? host : `${host}/${Math.clz32(~mask >>> 0)}`
}

/** The prefixes that hold the addresses from one to another, both included, and no others; undefined when there are more than `most`. */
export function prefixesBetween(
  {family, from, to}: {readonly family: IpFamily; readonly from: bigint; readonly to: bigint},
  most = Number.POSITIVE_INFINITY,
): readonly string[] | undefined {
  const width = family === 'ip' ? 32 : 128
  const found: string[] = []
  let at = from
  while (at <= to) {
    if (found.length === most) return undefined
    let length = width
    while (length > 0) {
      const size = 1n << BigInt(width - length + 1)
      if (at % size !== 0n || at + size - 1n > to) break
      length--
    }
    found.push(length === width ? formatIp({family, bits: at}) : `${formatIp({family, bits: at})}/${length}`)
    at += 1n << BigInt(width - length)
  }
  return found
}
