import {createDiagram, type Diagram, LEAF_LEVEL, type Node} from '../../src/analysis/netfilter/packet-sets/diagram.js'
import {
  type Dimension,
  type PacketSpace,
  packetSpace,
  STATES,
} from '../../src/analysis/netfilter/packet-sets/dimensions.js'
import {type OutcomeTable, outcomeTable, type PacketOutcome} from '../../src/analysis/netfilter/packet-sets/outcomes.js'
import {type PathFunctions, pathFunctions} from '../../src/analysis/netfilter/packet-sets/path-function.js'
import {formatIp, type IpAddress} from '../../src/model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../src/model/kernel/network-namespace.js'
import type {Packet, Walk} from '../../src/model/kernel/packet.js'
import type {IpFamily, Ruleset} from '../../src/model/kernel/ruleset.js'
import type {Random} from './seeded.js'

/** A value for each property of a packet; what the sender leaves open is chosen by the path function. */
export interface Point {
  readonly protocol: number
  readonly destination: bigint
  readonly 'destination-port': number
  readonly owner: number
  readonly uid: number
  readonly gid: number
  readonly source: bigint
  readonly 'source-port': number
  readonly 'in-interface': number
  readonly 'out-interface': number
  readonly 'ct-state': number
  readonly mark: number
  readonly connmark: number
}

/** The leaf a point falls to. */
export function leafAt(diagram: Diagram, {dimensions}: PacketSpace, node: Node, point: Point): number {
  let at = node
  for (;;) {
    const level = diagram.level(at)
    if (level === LEAF_LEVEL) return diagram.outcome(at) ?? -1
    const block = Object.values(dimensions).find(({start, bits}) => level >= start && level < start + bits)
    if (block === undefined) throw new Error(`level ${level} is not a property of a packet`)
    const shift = BigInt(block.start + block.bits - 1 - level)
    at = ((BigInt(point[block.name]) >> shift) & 1n) === 1n ? diagram.high(at) : diagram.low(at)
  }
}

/** Points at the ends of the parts a function splits packets into: down random branches, the rest all zeros, all ones or random. */
export function cornerPoint(diagram: Diagram, space: PacketSpace, node: Node, random: Random): Point {
  const values = new Map<string, bigint>()
  const filling = random(3)
  for (const {name, bits} of Object.values(space.dimensions)) {
    let value = 0n
    for (let bit = 0; bit < bits; bit++)
      value = (value << 1n) | BigInt(filling === 0 ? 0 : filling === 1 ? 1 : random(2))
    values.set(name, value)
  }
  let at = node
  while (diagram.level(at) !== LEAF_LEVEL) {
    const level = diagram.level(at)
    const block = Object.values(space.dimensions).find(({start, bits}) => level >= start && level < start + bits)
    if (block === undefined) throw new Error('no such level')
    const bit = 1n << BigInt(block.start + block.bits - 1 - level)
    const up = random(2) === 1
    const old = values.get(block.name) ?? 0n
    values.set(block.name, up ? old | bit : old & ~bit)
    at = up ? diagram.high(at) : diagram.low(at)
  }
  const number = (name: Dimension['name']) => Number(values.get(name) ?? 0n)
  return {
    protocol: Math.min(number('protocol'), space.protocols.length),
    destination: values.get('destination') ?? 0n,
    'destination-port': number('destination-port'),
    owner: number('owner'),
    uid: number('uid'),
    gid: number('gid'),
    source: values.get('source') ?? 0n,
    'source-port': number('source-port'),
    'in-interface': 0,
    'out-interface': 0,
    'ct-state': Math.min(number('ct-state'), STATES.length),
    mark: number('mark'),
    connmark: number('connmark'),
  }
}

/** The packet a point stands for, out of the pod or in on a device. */
export function packetAt(
  space: PacketSpace,
  point: Point,
  how: {readonly device?: string; readonly bound?: boolean},
): Packet {
  const address = (bits: bigint): IpAddress => ({family: space.family, bits})
  const common = {
    protocol: space.protocols[point.protocol] ?? 'ospf',
    destination: address(point.destination),
    destinationPort: point['destination-port'],
    sourcePort: point['source-port'],
    mark: point.mark,
    connmark: point.connmark,
    state: STATES[point['ct-state']] ?? 'OTHER',
  }
  if (how.device !== undefined) return {...common, interface: how.device, source: address(point.source)}
  const owner = point.owner === 1 ? {uid: point.uid, gid: point.gid} : {}
  return how.bound === true
    ? {...common, ...owner, source: address(point.source), transparent: true}
    : {...common, ...owner}
}

/** What the two say where they differ; undefined where they agree. A walk that gave up on too many open rules says nothing. */
export function disagreement(outcome: PacketOutcome, walk: Walk): string | undefined {
  const {disposition: end} = walk
  const words = `sets say ${JSON.stringify(outcome)}, the walk ${JSON.stringify(end, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}`
  if (outcome.kind !== end.kind) return words
  if (outcome.kind === 'delivered' || outcome.kind === 'sent') {
    if (end.kind !== 'delivered' && end.kind !== 'sent') return words
    const address = outcome.address === 'asked' ? walk.asked.address : outcome.address
    const port = outcome.port === 'asked' ? walk.asked.port : outcome.port
    const there = typeof address === 'string' ? address : formatIp(address)
    if (there !== formatIp(end.address) || port !== end.port) return words
    if (outcome.kind === 'sent' && end.kind === 'sent' && outcome.device !== end.device) return words
    if (outcome.kind === 'delivered' && end.kind === 'delivered') {
      if (outcome.transparent !== end.transparent) return words
      const turned =
        end.transparent ||
        walk.steps.some(step => step.actions.some(({kind}) => kind === 'redirect' || kind === 'dnat'))
      if (turned !== (outcome.turned !== undefined)) return words
    }
  }
  if ((outcome.kind === 'dropped' || outcome.kind === 'refused') && (end.kind === 'dropped' || end.kind === 'refused'))
    return (outcome.at ?? '') === (end.at ?? '') ? undefined : words
  return undefined
}

/** The path functions of rulesets with a space of their own. */
export function pathsOf(
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
  family: IpFamily,
): {readonly paths: PathFunctions; readonly table: OutcomeTable; readonly diagram: Diagram} {
  const diagram = createDiagram()
  const space = packetSpace(diagram, family, rulesets, machine)
  const table = outcomeTable()
  return {paths: pathFunctions(space, table, rulesets, machine), table, diagram}
}
