import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {everyRule, type IpFamily, type Ruleset} from '../../../model/kernel/ruleset.js'
import {type Diagram, FALSE, LAST_PART, type Node, nodeMemo, TRUE} from './diagram.js'

/** A packet property that rules test, as a block of levels: its bits, highest first. */
export interface Dimension {
  readonly name: DimensionName
  readonly start: number
  readonly bits: number
  /** One bit that no other property has: what a function tests is a set of them (`tested` of the diagram). */
  readonly bit: number
}

export type DimensionName =
  | 'protocol'
  | 'destination'
  | 'destination-port'
  | 'owner'
  | 'uid'
  | 'gid'
  | 'source'
  | 'source-port'
  | 'in-interface'
  | 'out-interface'
  | 'ct-state'
  | 'mark'
  | 'connmark'

/** Undecided rules have one level each, between immutable and mutable packet properties. */
export const UNDECIDED_LEVEL = 1 << 12
/** From this level on come the mutable properties: rules may change them without ending the chain. */
export const CHANGEABLE_LEVEL = LAST_PART

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'icmpv6', 'sctp', 'dccp', 'udplite'] as const
const WITH_PORTS: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp', 'dccp', 'udplite'])

/** True for a protocol whose packets have ports. */
export function hasPorts(protocol: string): boolean {
  return WITH_PORTS.has(protocol)
}

/** States of connection tracking (iptables-extensions(8), conntrack); greater codes are states no rule names. */
export const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const

/** The name of any interface that no rule or address names. */
export const ANY_OTHER = '(any other)'

/** The packet space of one address family: names are enumerated, numbers are split by the rules. */
export interface PacketSpace {
  readonly diagram: Diagram
  readonly family: IpFamily
  readonly dimensions: Readonly<Record<DimensionName, Dimension>>
  /** Names of protocols by code; every greater code is a protocol no rule names. */
  readonly protocols: readonly string[]
  /** Names of interfaces by code: the first is not an interface, one ending in `*` is every other one with that prefix; greater codes: any other. */
  readonly interfaces: readonly string[]
  /** True when rules name interfaces other than lo. */
  readonly asksInterfaces: boolean
  /** True of packets whose protocol has ports. */
  readonly withPorts: Node
}

function bitsFor(codes: number): number {
  return Math.max(1, Math.ceil(Math.log2(codes + 1)))
}

/** The protocols and the interfaces that rules name. */
function namesIn(rulesets: readonly Ruleset[]): {
  readonly protocols: ReadonlySet<string>
  readonly interfaces: ReadonlySet<string>
} {
  const protocols = new Set<string>()
  const interfaces = new Set<string>()
  for (const {rule} of everyRule(rulesets))
    for (const {field, values} of rule.conditions) {
      if (field === 'protocol') for (const value of values) protocols.add(value)
      else if (field === 'in-interface' || field === 'out-interface') for (const value of values) interfaces.add(value)
    }
  return {protocols, interfaces}
}

function dimensionsFor(protocols: number, interfaces: number): Readonly<Record<DimensionName, Dimension>> {
  let start = 0
  let bit = 1
  const block = (name: DimensionName, bits: number): Dimension => {
    const dimension = {name, start, bits, bit}
    start += bits
    bit *= 2
    return dimension
  }
  const upper = {
    protocol: block('protocol', bitsFor(protocols)),
    destination: block('destination', 128),
    'destination-port': block('destination-port', 16),
    owner: block('owner', 1),
    uid: block('uid', 32),
    gid: block('gid', 32),
    source: block('source', 128),
    'source-port': block('source-port', 16),
    'in-interface': block('in-interface', bitsFor(interfaces)),
    'out-interface': block('out-interface', bitsFor(interfaces)),
  }
  start = CHANGEABLE_LEVEL
  return {
    ...upper,
    'ct-state': block('ct-state', 3),
    mark: block('mark', 32),
    connmark: block('connmark', 32),
  }
}

/** The packet space for rulesets in a network namespace; rulesets to compare share one space. */
export function packetSpace(
  diagram: Diagram,
  family: IpFamily,
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
): PacketSpace {
  const named = namesIn(rulesets)
  const protocols = [...new Set([...PROTOCOLS, ...named.protocols])]
  // A wildcard `eth+` becomes `eth*`: the interfaces it matches that have no other name.
  const ofRules = [...named.interfaces].map(name => name.replace(/\+$/, '*'))
  const interfaces = [...new Set(['', 'lo', ...machine.interfaces.map(({name}) => name), ...ofRules])]
  const dimensions = dimensionsFor(protocols.length, interfaces.length)
  const {destination, source} = dimensions
  const bits = family === 'ip' ? 32 : 128
  const fitted = {...dimensions, destination: {...destination, bits}, source: {...source, bits}}
  for (const {start, bits: levels, bit} of Object.values(fitted)) diagram.group(start, levels, bit)
  const withPorts = protocols
    .map((name, code) => (hasPorts(name) ? equalTo(diagram, fitted.protocol, code) : FALSE))
    .reduce((all, one) => diagram.or(all, one), FALSE)
  const asksInterfaces = [...named.interfaces].some(name => name !== 'lo')
  return {diagram, family, dimensions: fitted, protocols, interfaces, asksInterfaces, withPorts}
}

/** Packets whose property has the wanted value in the masked bits. */
export function maskedBits(
  diagram: Diagram,
  {start, bits}: Dimension,
  value: bigint,
  mask: bigint,
  inside: Node = TRUE,
): Node {
  let node = inside
  for (let bit = 0; bit < bits; bit++) {
    const shift = BigInt(bit)
    if (((mask >> shift) & 1n) === 0n) continue
    const level = start + bits - 1 - bit
    node = ((value >> shift) & 1n) === 1n ? diagram.make(level, FALSE, node) : diagram.make(level, node, FALSE)
  }
  return node
}

/** The same for properties of at most 32 bits, without BigInt. */
export function maskedBits32(
  diagram: Diagram,
  {start, bits}: Dimension,
  value: number,
  mask: number,
  inside: Node = TRUE,
): Node {
  let node = inside
  for (let bit = 0; bit < bits; bit++) {
    if (((mask >>> bit) & 1) === 0) continue
    const level = start + bits - 1 - bit
    node = ((value >>> bit) & 1) === 1 ? diagram.make(level, FALSE, node) : diagram.make(level, node, FALSE)
  }
  return node
}

/** Packets whose property has one value. */
export function equalTo(diagram: Diagram, dimension: Dimension, value: number, inside: Node = TRUE): Node {
  return maskedBits32(diagram, dimension, value, 0xffff_ffff, inside)
}

function atLeast(diagram: Diagram, {start, bits}: Dimension, value: bigint): Node {
  let node = TRUE
  for (let bit = 0; bit < bits; bit++) {
    const level = start + bits - 1 - bit
    const up = ((value >> BigInt(bit)) & 1n) === 1n
    node = up ? diagram.make(level, FALSE, node) : diagram.make(level, node, TRUE)
  }
  return node
}

/** Packets whose property is from `from` to `to`, in the bounds of the property. */
export function betweenWide(diagram: Diagram, dimension: Dimension, from: bigint, to: bigint): Node {
  const most = (1n << BigInt(dimension.bits)) - 1n
  const above = atLeast(diagram, dimension, from)
  return to >= most ? above : diagram.and(above, diagram.not(atLeast(diagram, dimension, to + 1n)))
}

/** Packets whose property (at most 32 bits) is from `from` to `to` and that are in `inside`, which tests only later levels. */
export function between(
  diagram: Diagram,
  {start, bits}: Dimension,
  from: number,
  to: number,
  inside: Node = TRUE,
): Node {
  const visit = (bit: number, base: number): Node => {
    const size = 2 ** (bits - bit)
    if (base > to || base + size - 1 < from) return FALSE
    if (base >= from && base + size - 1 <= to) return inside
    return diagram.make(start + bit, visit(bit + 1, base), visit(bit + 1, base + size / 2))
  }
  return from <= to ? visit(0, 0) : FALSE
}

/** The function for packets with these values. */
export function withValues(
  diagram: Diagram,
  node: Node,
  known: readonly {readonly dimension: Dimension; readonly value: bigint}[],
): Node {
  const asked = known.reduce((all, {dimension}) => all | dimension.bit, 0)
  const results = nodeMemo(diagram)
  const visit = (each: Node): Node => {
    if ((diagram.tested(each) & asked) === 0) return each
    const before = results.get(each)
    if (before !== undefined) return before
    const level = diagram.level(each)
    const block = known.find(({dimension}) => level >= dimension.start && level < dimension.start + dimension.bits)
    let result: Node
    if (block === undefined) result = diagram.make(level, visit(diagram.low(each)), visit(diagram.high(each)))
    else {
      const shift = BigInt(block.dimension.start + block.dimension.bits - 1 - level)
      result = visit(((block.value >> shift) & 1n) === 1n ? diagram.high(each) : diagram.low(each))
    }
    results.set(each, result)
    return result
  }
  return visit(node)
}
