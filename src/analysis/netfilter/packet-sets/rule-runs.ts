import {parseV4Range} from '../../../model/ip-address.js'
import type {MatchCondition, Rule} from '../../../model/ruleset.js'
import {asksProtocolWithPorts} from './condition-sets.js'
import {branchOf, type Diagram, type Node} from './diagram.js'
import type {DimensionName, PacketSpace} from './dimensions.js'

/** Consecutive rules whose conditions are ranges and whose packets all end alike, as one function built at once. */
export interface RuleRun {
  /** Adds a rule that comes after those before; false when its conditions are no ranges, or too many. */
  add(rule: Rule, end: Node): boolean
  /** The end of the first rule that matches, `next` where none does. `check` is called now and then and may throw. */
  function(next: Node, check: () => void): Node
}

/** The properties of at most 32 bits that a range can be of, in the order of the space; their places are bits of a set. */
const PROPERTIES: readonly DimensionName[] = [
  'protocol',
  'destination',
  'destination-port',
  'owner',
  'uid',
  'gid',
  'source',
  'source-port',
]
const PLACES = PROPERTIES.length

/** A rule with lists of ports is as many boxes as the lists have combinations; with more than this it stands alone. */
const MOST_BOXES = 64

/** The ranges of a property: of each the first and the last value, one after the other. */
type Ranges = readonly number[]

const NO_RANGE: Ranges = []
const OWNED: Ranges = [1, 1]

function numberRange(value: string): Ranges {
  const colon = value.indexOf(':')
  const from = Number(colon < 0 ? value : value.slice(0, colon))
  return [from, colon < 0 ? from : Number(value.slice(colon + 1))]
}

function numberRanges(values: readonly string[]): Ranges {
  return values.length === 1 ? numberRange(values[0] ?? '') : values.flatMap(numberRange)
}

/** The ranges of a condition that is one of ranges; undefined for all other conditions. */
function rangesOf(
  {family, protocols}: PacketSpace,
  {field, values, negated}: MatchCondition,
  portsImplied: boolean,
): Ranges | undefined {
  const [value] = values
  if (negated || value === undefined) return undefined
  switch (field) {
    case 'destination-port':
    case 'source-port':
      return portsImplied ? numberRanges(values) : undefined
    case 'uid':
    case 'gid':
      return numberRanges(values)
    case 'source':
    case 'destination': {
      const range = family === 'ip' && values.length === 1 ? parseV4Range(value) : undefined
      return range === undefined ? undefined : [range.bits, range.bits + (~range.mask >>> 0)]
    }
    case 'protocol': {
      const code = protocols.indexOf(value)
      if (values.length > 1) return undefined
      return code < 0 ? NO_RANGE : [code, code]
    }
    default:
      return undefined
  }
}

const PLACE_OF: Readonly<Partial<Record<MatchCondition['field'], number>>> = {
  protocol: 0,
  destination: 1,
  'destination-port': 2,
  uid: 4,
  gid: 5,
  source: 6,
  'source-port': 7,
}
const OWNER = 3

/** The boxes of a run: of each its range per property, the set of properties it asks about, and the end of its packets. */
interface Boxes {
  count: number
  from: Float64Array<ArrayBuffer>
  to: Float64Array<ArrayBuffer>
  asks: Int32Array<ArrayBuffer>
  ends: Int32Array<ArrayBuffer>
}

const FIRST_BOXES = 16

function makeRoom(boxes: Boxes): void {
  const {from, to, asks, ends} = boxes
  if (boxes.count < asks.length) return
  const room = asks.length * 2
  boxes.from = new Float64Array(room * PLACES)
  boxes.to = new Float64Array(room * PLACES)
  boxes.asks = new Int32Array(room)
  boxes.ends = new Int32Array(room)
  boxes.from.set(from)
  boxes.to.set(to)
  boxes.asks.set(asks)
  boxes.ends.set(ends)
}

/** An empty run of rules in a packet space. */
export function ruleRun(space: PacketSpace): RuleRun {
  const boxes: Boxes = {
    count: 0,
    from: new Float64Array(FIRST_BOXES * PLACES),
    to: new Float64Array(FIRST_BOXES * PLACES),
    asks: new Int32Array(FIRST_BOXES),
    ends: new Int32Array(FIRST_BOXES),
  }
  const starts = PROPERTIES.map(name => space.dimensions[name].start)
  const bits = PROPERTIES.map(name => space.dimensions[name].bits)
  const most = bits.map(each => 2 ** each - 1)
  /** The ranges of the rule that is added, by place, and how many boxes they make. */
  const ranges: Ranges[] = PROPERTIES.map(() => NO_RANGE)

  /** Finds the ranges of a rule: the set of properties it asks about; undefined when one of its conditions is no range. */
  const readRanges = ({conditions}: Rule): number | undefined => {
    const portsImplied = conditions.some(asksProtocolWithPorts)
    let asked = 0
    for (const condition of conditions) {
      const place = PLACE_OF[condition.field]
      if (place === undefined || (asked & (1 << place)) !== 0) return undefined
      const found = rangesOf(space, condition, portsImplied)
      if (found === undefined) return undefined
      ranges[place] = found
      asked |= 1 << place
    }
    // Only a packet that a socket of the pod sent has a user and a group.
    if ((asked & 0b11_0000) !== 0) {
      ranges[OWNER] = OWNED
      asked |= 1 << OWNER
    }
    return asked
  }

  /** Adds the box of one range per property: the one that `choice` takes, counted through all combinations. */
  const addBox = (asked: number, choice: number, end: Node): void => {
    makeRoom(boxes)
    const {count, from, to} = boxes
    const start = count * PLACES
    let asks = 0
    let left = choice
    for (let place = 0; place < PLACES; place++) {
      const top = most[place] ?? 0
      let low = 0
      let high = top
      if ((asked & (1 << place)) !== 0) {
        const found = ranges[place] ?? NO_RANGE
        const at = (left % (found.length / 2)) * 2
        left = Math.floor(left / (found.length / 2))
        low = found[at] ?? 0
        high = Math.min(found[at + 1] ?? 0, top)
        // No packet has a value of an empty range, nor of one that is no number.
        if (!(low <= high)) return
        if (low > 0 || high < top) asks |= 1 << place
      }
      from[start + place] = low
      to[start + place] = high
    }
    boxes.asks[count] = asks
    boxes.ends[count] = end
    boxes.count++
  }

  return {
    add: (rule, end) => {
      const asked = readRanges(rule)
      if (asked === undefined) return false
      let combinations = 1
      for (let place = 0; place < PLACES; place++)
        if ((asked & (1 << place)) !== 0) combinations *= (ranges[place]?.length ?? 0) / 2
      if (combinations > MOST_BOXES) return false
      for (let choice = 0; choice < combinations; choice++) addBox(asked, choice, end)
      return true
    },
    function: (next, check) => firstMatch(space.diagram, {starts, bits}, boxes, next, check),
  }
}

/** Properties by place: the level of their first bit, and how many they have. */
interface Levels {
  readonly starts: readonly number[]
  readonly bits: readonly number[]
}

/**
 * The function of a run: every property is halved until the rules left take all of what remains or none of it. Only the nodes of the result are
 * made, where joining rule by rule makes those of every rule and of every rest of the run.
 */
function firstMatch(
  diagram: Diagram,
  {starts, bits}: Levels,
  {count: boxes, from, to, asks, ends}: Boxes,
  next: Node,
  check: () => void,
): Node {
  const lowest = (place: number, box: number): number => from[box * PLACES + place] ?? 0
  const highest = (place: number, box: number): number => to[box * PLACES + place] ?? 0
  const asksFrom = (place: number, box: number): number => (asks[box] ?? 0) >>> place
  const endOf = (place: number): number => (starts[place] ?? 0) + (bits[place] ?? 0)
  // Boxes alone before what comes after them, by number, place and what comes after.
  const alone = new Map<number, Node>()
  const kinds = boxes * PLACES
  // Lists of boxes, those of the deepest part last.
  let stack = new Int32Array(4 * boxes + 64)
  let top = 0
  const push = (box: number): void => {
    if (top === stack.length) {
      const before = stack
      stack = new Int32Array(2 * before.length)
      stack.set(before)
    }
    stack[top++] = box
  }

  /** What comes after tests earlier properties: its branches, each behind the same boxes. */
  const above = (level: number, after: Node, build: (after: Node) => Node): Node => {
    const known = new Map<Node, Node>()
    const visit = (each: Node): Node => {
      if (diagram.level(each) >= level) return build(each)
      const found = known.get(each)
      if (found !== undefined) return found
      const result = diagram.make(diagram.level(each), visit(diagram.low(each)), visit(diagram.high(each)))
      known.set(each, result)
      return result
    }
    return visit(after)
  }

  /** One box for all that is left of the properties from a place on. */
  const only = (place: number, box: number, otherwise: Node): Node => {
    const left = asksFrom(place, box)
    if (left === 0) return ends[box] ?? otherwise
    const key = otherwise * kinds + box * PLACES + place
    const known = alone.get(key)
    if (known !== undefined) return known
    check()
    const here = place + firstBit(left)
    const start = starts[here] ?? 0
    const result = above(start, otherwise, after => within(here, start, 2 ** (bits[here] ?? 0), 0, box, after))
    alone.set(key, result)
    return result
  }

  /** One box for a part of the values of a property. */
  const within = (place: number, start: number, size: number, base: number, box: number, after: Node): Node => {
    const [low, high] = [lowest(place, box), highest(place, box)]
    const isBelow = diagram.level(after) >= endOf(place)
    const inside = isBelow ? only(place + 1, box, after) : after
    const halve = (level: number, width: number, first: number, otherwise: Node): Node => {
      const top = first + width - 1
      if (low > top || high < first) return otherwise
      if (low <= first && top <= high) return isBelow ? inside : only(place + 1, box, otherwise)
      const half = width / 2
      return diagram.make(
        level,
        halve(level + 1, half, first, isBelow ? otherwise : branchOf(diagram, otherwise, level, false)),
        halve(level + 1, half, first + half, isBelow ? otherwise : branchOf(diagram, otherwise, level, true)),
      )
    }
    return halve(start, size, base, after)
  }

  /** Boxes in their order, from a place of the stack on, for all that is left of the properties from a place on. */
  const among = (place: number, first: number, given: number, after: Node): Node => {
    check()
    let count = 0
    let otherwise = after
    let all = 0
    for (; count < given; count++) {
      const box = stack[first + count] ?? 0
      const left = asksFrom(place, box)
      all |= left
      if (left !== 0) continue
      // A box that asks nothing more takes all that is left: those after it get nothing.
      otherwise = ends[box] ?? after
      break
    }
    if (count === 0) return otherwise
    if (count === 1) return only(place, stack[first] ?? 0, otherwise)
    const here = place + firstBit(all)
    const start = starts[here] ?? 0
    return above(start, otherwise, each => split(here, start, 2 ** (bits[here] ?? 0), 0, first, count, each))
  }

  /** Boxes in their order, from a place of the stack on, for a part of the values of a property. */
  const split = (
    place: number,
    level: number,
    size: number,
    base: number,
    first: number,
    given: number,
    otherwise: Node,
  ): Node => {
    if (given === 0) return otherwise
    if (given === 1) return within(place, level, size, base, stack[first] ?? 0, otherwise)
    const half = size / 2
    const middle = base + half
    const before = top
    let parted = false
    let count = 0
    // Those that meet the lower half.
    while (count < given) {
      const box = stack[first + count++] ?? 0
      const [low, high] = [lowest(place, box), highest(place, box)]
      if (low < middle) push(box)
      if (low > base || high < base + size - 1) parted = true
      // A box that takes all that is left: those after it get nothing.
      else if (asksFrom(place + 1, box) === 0) {
        if (count > 1) break
        top = before
        return ends[box] ?? otherwise
      }
    }
    if (!parted) {
      top = before
      return among(place + 1, first, count, otherwise)
    }
    const lower = split(place, level + 1, half, base, before, top - before, branchOf(diagram, otherwise, level, false))
    top = before
    for (let at = first; at < first + count; at++) {
      const box = stack[at] ?? 0
      if (highest(place, box) >= middle) push(box)
    }
    const upper = split(place, level + 1, half, middle, before, top - before, branchOf(diagram, otherwise, level, true))
    top = before
    return diagram.make(level, lower, upper)
  }

  for (let box = 0; box < boxes; box++) push(box)
  return among(0, 0, boxes, next)
}

function firstBit(set: number): number {
  return 31 - Math.clz32(set & -set)
}
