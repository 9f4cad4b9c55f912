import {own} from '../../../model/collections/own.js'
import {type IpAddress, parseIpRange, parseV4Range} from '../../../model/kernel/ip-address.js'
import type {MatchCondition, Rule} from '../../../model/kernel/ruleset.js'
import {firstPacketFlags} from '../packet-walk/compile-condition.js'
import {FALSE, type Node, TRUE} from './diagram.js'
import {
  between,
  type Dimension,
  equalTo,
  hasPorts,
  maskedBits,
  maskedBits32,
  type PacketSpace,
  STATES,
} from './dimensions.js'

/** The packets that meet a condition; undefined when the rules alone do not decide it for any packet. */
export type ConditionSet = Node | undefined

/** What condition sets depend on besides the conditions: the packet space and the addresses of the network namespace. */
export interface ConditionContext {
  readonly space: PacketSpace
  readonly own: readonly IpAddress[]
}

type SetOf = (context: ConditionContext, values: readonly string[], negated: boolean) => ConditionSet

function union({diagram}: PacketSpace, sets: readonly Node[]): Node {
  return sets.reduce((all, one) => diagram.or(all, one), FALSE)
}

function turned({diagram}: PacketSpace, set: Node, negated: boolean): Node {
  return negated ? diagram.not(set) : set
}

/** A condition without values that always holds; negation inverts it. */
function plain(one: (context: ConditionContext, value: string) => Node): SetOf {
  return (context, values, negated) => {
    if (values.length === 0) return negated ? FALSE : TRUE
    const sets = values.map(value => one(context, value))
    return turned(context.space, union(context.space, sets), negated)
  }
}

/** An address of the other family never matches, negated or not (nft(8), `ip daddr` in an inet table). */
function addresses(name: 'source' | 'destination'): SetOf {
  return ({space}, values, negated) => {
    const {diagram, family} = space
    const dimension = space.dimensions[name]
    if (values.length === 0) return negated ? FALSE : TRUE
    const v4 = values.length === 1 && family === 'ip' ? parseV4Range(values[0] ?? '') : undefined
    if (v4 !== undefined) return turned(space, maskedBits32(diagram, dimension, v4.bits, v4.mask), negated)
    const ranges = values.map(parseIpRange)
    if (!ranges.every(range => range !== undefined)) return undefined
    if (ranges[0]?.family !== family) return FALSE
    const sets = ranges
      .filter(range => range.family === family)
      .map(range => maskedBits(diagram, dimension, range.bits, range.mask))
    return turned(space, union(space, sets), negated)
  }
}

/** Packets with one of these numbers or ranges, and of those the ones in `inside`, which asks only what comes later. */
function numberSet(space: PacketSpace, dimension: Dimension, values: readonly string[], inside: Node = TRUE): Node {
  const sets = values.map(value => {
    const [from = Number.NaN, to = from] = value.split(':').map(Number)
    return between(space.diagram, dimension, from, to, inside)
  })
  return union(space, sets)
}

/** A packet without ports, or without an owner, never matches, negated or not. */
function numbers(name: 'destination-port' | 'source-port' | 'uid' | 'gid'): SetOf {
  return ({space}, values, negated) => {
    const set = turned(space, numberSet(space, space.dimensions[name], values), negated)
    const has = name === 'uid' || name === 'gid' ? owned(space) : space.withPorts
    return space.diagram.and(has, set)
  }
}

/** Packets sent by a socket of the pod. */
export function owned({diagram, dimensions}: PacketSpace): Node {
  return equalTo(diagram, dimensions.owner, 1)
}

/** Packets on an interface whose name matches; `+` at the end is a wildcard (iptables(8), --in-interface). */
function onInterface(space: PacketSpace, name: 'in-interface' | 'out-interface', wanted: string): Node {
  const matches = (known: string) => (wanted.endsWith('+') ? known.startsWith(wanted.slice(0, -1)) : known === wanted)
  const sets = space.interfaces.flatMap((known, code) =>
    matches(known) ? [equalTo(space.diagram, space.dimensions[name], code)] : [],
  )
  return union(space, sets)
}

/** Packets of a protocol. */
export function ofProtocol({diagram, dimensions, protocols}: PacketSpace, name: string): Node {
  const code = protocols.indexOf(name)
  return code < 0 ? FALSE : equalTo(diagram, dimensions.protocol, code)
}

function marks(name: 'mark' | 'connmark'): SetOf {
  return plain(({space}, text) => {
    const [value = 0, mask = 0xffff_ffff] = text.split('/').map(Number)
    // A value with bits outside its mask never matches.
    if ((value & ~mask) >>> 0 !== 0) return FALSE
    return maskedBits32(space.diagram, space.dimensions[name], value >>> 0, mask >>> 0)
  })
}

/** Addresses of the network namespace, loopback included. */
export function ownAddresses({space, own}: ConditionContext, name: 'source' | 'destination'): Node {
  const {diagram, family} = space
  const dimension = space.dimensions[name]
  const full = (1n << BigInt(dimension.bits)) - 1n
  const loopback = loopbackAddresses(space, name)
  const sets = own.filter(each => each.family === family).map(each => maskedBits(diagram, dimension, each.bits, full))
  return union(space, [loopback, ...sets])
}

/** 127.0.0.0/8, or ::1. */
export function loopbackAddresses({diagram, family, dimensions}: PacketSpace, name: 'source' | 'destination'): Node {
  return family === 'ip'
    ? maskedBits32(diagram, dimensions[name], 0x7f00_0000, 0xff00_0000)
    : maskedBits(diagram, dimensions[name], 1n, (1n << 128n) - 1n)
}

function addressTypes(name: 'source' | 'destination'): SetOf {
  return (context, values, negated) => {
    if (!values.every(value => value === 'LOCAL' || value === 'UNICAST')) return undefined
    const {space} = context
    const local = ownAddresses(context, name)
    const sets = values.map(value => turned(space, local, value !== 'LOCAL'))
    return turned(space, union(space, sets), negated)
  }
}

const states: SetOf = ({space}, values, negated) => {
  const {diagram, dimensions} = space
  const sets = values.flatMap(value => {
    const code = (STATES as readonly string[]).indexOf(value)
    return code < 0 ? [] : [equalTo(diagram, dimensions['ct-state'], code)]
  })
  return turned(space, union(space, sets), negated)
}

/** What has no set depends on more than a packet's properties: it is undecided. */
const SETS: Readonly<Partial<Record<MatchCondition['field'], SetOf>>> = {
  family: plain(({space}, value) => (value === space.family ? TRUE : FALSE)),
  'in-interface': plain(({space}, value) => onInterface(space, 'in-interface', value)),
  'out-interface': plain(({space}, value) => onInterface(space, 'out-interface', value)),
  source: addresses('source'),
  destination: addresses('destination'),
  'source-type': addressTypes('source'),
  'destination-type': addressTypes('destination'),
  protocol: plain(({space}, value) => ofProtocol(space, value)),
  fragment: plain(() => FALSE),
  'source-port': numbers('source-port'),
  'destination-port': numbers('destination-port'),
  'any-port': ({space}, values, negated) => {
    const {diagram, dimensions, withPorts} = space
    const either = diagram.or(
      numberSet(space, dimensions['source-port'], values),
      numberSet(space, dimensions['destination-port'], values),
    )
    return diagram.and(withPorts, turned(space, either, negated))
  },
  'tcp-flags': ({space}, values, negated) => (firstPacketFlags(values) === negated ? FALSE : ofProtocol(space, 'tcp')),
  uid: numbers('uid'),
  gid: numbers('gid'),
  'socket-owner': plain(({space}) => owned(space)),
  mark: marks('mark'),
  connmark: marks('connmark'),
  'ct-state': states,
  // Sockets are not part of the space: a first packet is assumed to find no established socket.
  socket: (_context, _values, negated) => (negated ? TRUE : FALSE),
}

/** A condition of the most common forms, combined with those on later properties; undefined for all other forms. */
function joinedSet({space}: ConditionContext, {field, values, negated}: MatchCondition, later: Node): Node | undefined {
  const {diagram, dimensions, family} = space
  const [value, ...more] = values
  if (negated || value === undefined) return undefined
  if (field === 'source-port' || field === 'destination-port') return numberSet(space, dimensions[field], values, later)
  if (more.length > 0) return undefined
  switch (field) {
    case 'source':
    case 'destination': {
      const range = family === 'ip' ? parseV4Range(value) : undefined
      return range === undefined ? undefined : maskedBits32(diagram, dimensions[field], range.bits, range.mask, later)
    }
    case 'protocol': {
      const code = space.protocols.indexOf(value)
      return code < 0 ? FALSE : equalTo(diagram, dimensions.protocol, code, later)
    }
    default:
      return undefined
  }
}

/** The property a condition tests, if it tests exactly one. */
function dimensionOf({dimensions}: PacketSpace, field: MatchCondition['field']): Dimension | undefined {
  const all: Readonly<Record<string, Dimension>> = dimensions
  return own(all, field)
}

function startOf(space: PacketSpace, field: MatchCondition['field']): number {
  return dimensionOf(space, field)?.start ?? Number.MAX_SAFE_INTEGER
}

/** True for a condition that only packets with ports meet. */
export function asksProtocolWithPorts({field, values, negated}: MatchCondition): boolean {
  return field === 'protocol' && !negated && values.length > 0 && values.every(hasPorts)
}

/** The packets that may match a rule, and whether one of its conditions cannot be decided for them from the text. */
export function ruleSet(context: ConditionContext, rule: Rule): {readonly packets: Node; readonly undecided: boolean} {
  const {space} = context
  const {diagram} = space
  // From the last property to the first, so that each condition is built once, on top of all later ones.
  const ordered = rule.conditions.toSorted((a, b) => startOf(space, b.field) - startOf(space, a.field))
  const portsImplied = rule.conditions.some(asksProtocolWithPorts)
  let packets = TRUE
  let undecided = false
  for (const condition of ordered) {
    const {field, values, negated} = condition
    const level = diagram.level(packets)
    const own = dimensionOf(space, field)
    const below = own !== undefined && level >= own.start + own.bits
    const asksPort = field === 'destination-port' || field === 'source-port'
    const whole = below && (!asksPort || portsImplied) ? joinedSet(context, condition, packets) : undefined
    if (whole !== undefined) {
      packets = whole
      continue
    }
    const set = SETS[field]?.(context, values, negated)
    if (set === undefined) undecided = true
    // A packet without an ICMP type meets no condition on the type.
    const known =
      field === 'icmp-type' ? diagram.or(ofProtocol(space, 'icmp'), ofProtocol(space, 'icmpv6')) : (set ?? TRUE)
    packets = diagram.and(packets, known)
  }
  return {packets, undecided}
}
