import {parseIp} from '../../../model/kernel/ip-address.js'
import {FALSE, LEAF_LEVEL, type Node, TRUE} from './diagram.js'
import {equalTo, maskedBits, type PacketSpace} from './dimensions.js'
import {type OutcomeTable, outcomeKey, outcomeVerdict, type PacketOutcome} from './outcomes.js'
import {rebuilt} from './rebuilt.js'

/** The packets for which two destinations are equal: the one a rule wrote is the one the sender requested. */
export function sameLanding(space: PacketSpace, left: PacketOutcome, right: PacketOutcome): Node {
  const {diagram, dimensions} = space
  if ((left.kind !== 'delivered' && left.kind !== 'sent') || right.kind !== left.kind) return FALSE
  const address = [left.address, right.address].filter(each => each !== 'asked')
  const port = [left.port, right.port].filter(each => each !== 'asked')
  if (address.length === 2 && address[0] !== address[1]) return FALSE
  if (port.length === 2 && port[0] !== port[1]) return FALSE
  const [value] = address
  const bits = address.length === 1 && value !== undefined ? parseIp(value)?.bits : undefined
  const full = (1n << BigInt(dimensions.destination.bits)) - 1n
  const there = bits === undefined ? TRUE : maskedBits(diagram, dimensions.destination, bits, full)
  const [number] = port
  const same =
    port.length === 1 && number !== undefined ? equalTo(diagram, dimensions['destination-port'], number) : TRUE
  return diagram.and(there, same)
}

/** Packets whose outcome changed, with the old and new outcome. */
export interface OutcomeChange {
  readonly before: PacketOutcome
  readonly after: PacketOutcome
  readonly packets: Node
}

/** The name of an undecided rule, independent of its position. */
function undecidedKey(outcome: PacketOutcome): string {
  return outcome.kind === 'insufficient'
    ? outcome.depends
        .map(({text, why}) => `${text} ${why.replace(/rule \d+/g, 'rule')}`)
        .sort()
        .join()
    : ''
}

function differs(space: PacketSpace, before: PacketOutcome, after: PacketOutcome): Node {
  if (outcomeVerdict(before) !== outcomeVerdict(after)) return TRUE
  if (before.kind === 'insufficient') return undecidedKey(before) === undecidedKey(after) ? FALSE : TRUE
  if (outcomeKey(before) === outcomeKey(after)) return FALSE
  return space.diagram.not(sameLanding(space, before, after))
}

/**
 * All packets of a domain whose outcome differs between two functions, grouped by the change. None means that the two handle every packet
 * of the domain alike. This is a proof: equal functions are the same node.
 */
export function outcomeChanges(
  space: PacketSpace,
  table: OutcomeTable,
  before: Node,
  after: Node,
  domain: Node,
): readonly OutcomeChange[] {
  const {diagram} = space
  if (before === after || domain === FALSE) return []
  const found = new Map<string, {before: PacketOutcome; after: PacketOutcome; packets: Node}>()
  const pairs: {before: PacketOutcome; after: PacketOutcome; key: string}[] = []
  const numbers = new Map<string, number>()
  const done = new Map<string, Node>()
  const SAME = diagram.leaf(-1)
  const pair = (one: number, other: number): Node => {
    const [left, right] = [table.outcome(one), table.outcome(other)]
    const condition = differs(space, left, right)
    if (condition === FALSE) return SAME
    const key = `${pairKey(left)} > ${pairKey(right)}`
    const number = numbers.get(key) ?? pairs.push({before: left, after: right, key}) - 1
    numbers.set(key, number)
    return diagram.choose(condition, diagram.leaf(number), SAME)
  }
  const visit = (inside: Node, a: Node, b: Node): Node => {
    if (inside === FALSE || a === b) return SAME
    const one = diagram.outcome(a)
    const other = diagram.outcome(b)
    if (inside === TRUE && one !== undefined && other !== undefined) return pair(one, other)
    const key = `${inside} ${a} ${b}`
    const known = done.get(key)
    if (known !== undefined) return known
    const top = Math.min(diagram.level(inside), diagram.level(a), diagram.level(b))
    if (top === LEAF_LEVEL) return SAME
    const part = (node: Node, up: boolean): Node =>
      diagram.level(node) !== top ? node : up ? diagram.high(node) : diagram.low(node)
    const result = diagram.branch(
      top,
      visit(part(inside, false), part(a, false), part(b, false)),
      visit(part(inside, true), part(a, true), part(b, true)),
    )
    done.set(key, result)
    return result
  }
  const changed = visit(domain, before, after)
  if (changed === SAME) return []
  const collect = (node: Node): void => {
    for (const [number, {before: was, after: is, key}] of pairs.entries()) {
      const packets = packetsWith(space, node, number)
      if (packets !== FALSE) found.set(key, {before: was, after: is, packets})
    }
  }
  collect(changed)
  return [...found.values()]
}

function packetsWith({diagram}: PacketSpace, node: Node, wanted: number): Node {
  return rebuilt(diagram, node, each => {
    const value = diagram.outcome(each)
    if (value === undefined) return undefined
    return value === wanted ? TRUE : FALSE
  })
}

function pairKey(outcome: PacketOutcome): string {
  return `${outcomeVerdict(outcome)} ${outcome.kind === 'insufficient' ? undecidedKey(outcome) : outcomeKey(outcome)}`
}
