import {formatIp, prefixesBetween} from '../../../model/kernel/ip-address.js'
import type {Part} from './conjunctions.js'
import type {DimensionName, PacketSpace} from './dimensions.js'
import {STATES} from './dimensions.js'
import type {Interval} from './property-values.js'
import type {Region} from './regions.js'

/** The names of properties in the output; scripts rely on them. */
export const PROPERTY: Readonly<Record<DimensionName, string>> = {
  protocol: 'protocol',
  destination: 'destination',
  'destination-port': 'port',
  owner: 'socket-owner',
  uid: 'uid',
  gid: 'gid',
  source: 'source',
  'source-port': 'source-port',
  'in-interface': 'interface',
  'out-interface': 'interface',
  'ct-state': 'state',
  mark: 'mark',
  connmark: 'connmark',
}

/** The smallest prefix that contains all values, and the ranges to exclude from it. */
function cover(
  bits: number,
  values: readonly Interval[],
): {readonly whole: Interval; readonly holes: readonly Interval[]} {
  const from = values[0]?.from ?? 0n
  const to = values.at(-1)?.to ?? 0n
  let size = 1n
  while (size < 1n << BigInt(bits) && from - (from % size) + size - 1n < to) size *= 2n
  const start = from - (from % size)
  const whole = {from: start, to: start + size - 1n}
  const holes = outside(values, bits)
    .map(each => ({from: each.from > whole.from ? each.from : whole.from, to: each.to < whole.to ? each.to : whole.to}))
    .filter(each => each.from <= each.to)
  return {whole, holes}
}

function runWords(space: PacketSpace, each: Interval): readonly string[] {
  const {family} = space
  return (
    prefixesBetween({family, ...each}, 3) ?? [
      `${formatIp({family, bits: each.from})}-${formatIp({family, bits: each.to})}`,
    ]
  )
}

/** Prefixes, ranges, or a prefix with exclusions, whichever is shortest. */
function addressWords(space: PacketSpace, values: readonly Interval[]): readonly string[] {
  const words = values.flatMap(each => runWords(space, each))
  if (words.length < 2 && !words.some(word => word.includes('-'))) return words
  const {whole, holes} = cover(space.dimensions.destination.bits, values)
  const left = holes.flatMap(each => runWords(space, each))
  const named = runWords(space, whole)
  return left.length < words.length ? [`${named.join(', ')} except ${left.join(' and ')}`] : words
}

function outside(values: readonly Interval[], bits: number): readonly Interval[] {
  const gaps: Interval[] = []
  let next = 0n
  for (const {from, to} of values) {
    if (from > next) gaps.push({from: next, to: from - 1n})
    next = to + 1n
  }
  const last = (1n << BigInt(bits)) - 1n
  return next <= last ? [...gaps, {from: next, to: last}] : gaps
}

/** Up to this many values are named one by one. */
const FEW = 3n

function numberWords(values: readonly Interval[]): readonly string[] {
  return values.flatMap(({from, to}) => {
    if (to - from < FEW) return Array.from({length: Number(to - from) + 1}, (_, place) => String(from + BigInt(place)))
    return [`${from}-${to}`]
  })
}

function names(list: readonly string[], values: readonly Interval[], rest: string): readonly string[] {
  const known = list.filter((_, code) => values.some(({from, to}) => from <= BigInt(code) && BigInt(code) <= to))
  const other = values.some(({to}) => to >= BigInt(list.length))
  return other ? [...known, rest] : known
}

const PORTS: ReadonlySet<DimensionName> = new Set(['destination-port', 'source-port'])

/** Values without port 0, which is reserved (RFC 6335, section 6) and named only when it is alone. */
function withoutPortZero({dimension, values}: Part): readonly Interval[] {
  if (!PORTS.has(dimension) || values.every(({to}) => to === 0n)) return values
  return values.flatMap(({from, to}) => (from > 0n ? [{from, to}] : to > 0n ? [{from: 1n, to}] : []))
}

/** The values excluded by a part, without port 0. */
function leftOut({dimensions}: PacketSpace, {dimension, values}: Part): readonly Interval[] {
  const gaps = outside(values, dimensions[dimension].bits)
  return withoutPortZero({dimension, values: gaps}).filter(({to}) => to > 0n || !PORTS.has(dimension))
}

/** The values of a part as text: `8080-8090`, `10.96.0.0/12`, `net1`. */
export function partValues(space: PacketSpace, part: Part): readonly string[] {
  const {dimension} = part
  const values = withoutPortZero(part)
  switch (dimension) {
    case 'destination':
    case 'source':
      return addressWords(space, values)
    case 'protocol':
      return names(space.protocols, values, 'any other protocol')
    case 'in-interface':
    case 'out-interface':
      return names(space.interfaces, values, 'any other')
    case 'ct-state':
      return names(STATES, values, 'any other')
    case 'mark':
    case 'connmark':
      return values.map(({from, to}) =>
        from === to ? `0x${from.toString(16)}` : `0x${from.toString(16)}-0x${to.toString(16)}`,
      )
    case 'owner':
      return values.map(({from}) => (from === 1n ? 'yes' : 'no'))
    default:
      return numberWords(values)
  }
}

/** A part with its label: `port 80`, `ports 80, 443`, `destination 10.0.0.0/8`. */
const NOUNS: Readonly<Record<DimensionName, readonly [string, string]>> = {
  protocol: ['protocol', 'protocols'],
  destination: ['destination', 'destinations'],
  'destination-port': ['port', 'ports'],
  owner: ['socket owner', 'socket owner'],
  uid: ['uid', 'uids'],
  gid: ['gid', 'gids'],
  source: ['source', 'sources'],
  'source-port': ['source port', 'source ports'],
  'in-interface': ['interface', 'interfaces'],
  'out-interface': ['interface', 'interfaces'],
  'ct-state': ['state', 'states'],
  mark: ['mark', 'marks'],
  connmark: ['connection mark', 'connection marks'],
}

const MOST_VALUES = 12

/** A list of words that ends with how many are left out. */
export function shortList(words: readonly string[]): string {
  return words.length > MOST_VALUES
    ? `${words.slice(0, MOST_VALUES).join(', ')} and ${words.length - MOST_VALUES} more`
    : words.join(', ')
}

/** `ports 8080-8090`, `all ports but 80`: by exclusion when that is shorter. */
export function partWords(space: PacketSpace, part: Part): string {
  const {dimension, values} = part
  const [one, many] = NOUNS[dimension]
  const words = partValues(space, part)
  if (dimension === 'protocol' && words.length === 1) return (words[0] ?? '').toUpperCase()
  const gaps = leftOut(space, part)
  const named = dimension === 'in-interface' || dimension === 'out-interface' || dimension === 'protocol'
  const complement = partValues(space, {dimension, values: gaps}).filter(word => word !== '')
  const wide = values.length > 1 && gaps.length <= values.length
  const open = named ? words.includes('any other') && complement.length > 0 : wide && complement.length <= words.length
  if (open) return `${many} other than ${shortList(complement)}`
  return `${words.length === 1 && !/-/.test(words[0] ?? '') ? one : many} ${shortList(words)}`
}

const ORDER: readonly DimensionName[] = [
  'protocol',
  'in-interface',
  'out-interface',
  'source',
  'source-port',
  'destination',
  'destination-port',
  'uid',
  'gid',
  'owner',
  'ct-state',
  'mark',
  'connmark',
]

/** A region as a conjunction: `destination 10.96.0.0/12 port 9080`; empty for all packets. */
export function regionWords(space: PacketSpace, {parts}: Region): string {
  return parts
    .toSorted((a, b) => ORDER.indexOf(a.dimension) - ORDER.indexOf(b.dimension))
    .map(part => partWords(space, part))
    .join(' ')
}
