import {parseV4Range} from '../../../model/kernel/ip-address.js'
import type {MatchCondition, Rule} from '../../../model/kernel/ruleset.js'
import {asksProtocolWithPorts} from './condition-sets.js'
import type {Node} from './diagram.js'
import type {DimensionName, PacketSpace} from './dimensions.js'
import {type Boxes, firstMatch, PLACES} from './first-match.js'

/** Consecutive rules whose conditions are ranges and whose packets all end alike, as one function built at once. */
export interface RuleRun {
  /** Adds a rule that comes after those before; false when its conditions are not ranges, or too many. */
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

  /** Finds the ranges of a rule: the set of properties it asks about; undefined when one of its conditions is not a range. */
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
        // No packet has a value of an empty range, nor of one that is not a number.
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
