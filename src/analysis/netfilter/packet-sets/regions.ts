import {type Conjunction, conjunctions, countConjunctions, type Part} from './conjunctions.js'
import {type Diagram, FALSE, LEAF_LEVEL, type Node, nodeMemo, TRUE} from './diagram.js'
import {betweenWide, type Dimension, type DimensionName, type PacketSpace, withValues} from './dimensions.js'
import {type Interval, valuesOf} from './property-values.js'

/** The regions that describe a set, the largest first. */
export interface Regions {
  readonly regions: readonly Region[]
  /** So many smaller ones are not listed. */
  readonly smaller: number
  /** So many were only counted: they may be larger than those listed. */
  readonly more: number
}

/** Packets described by a conjunction: each named property is within its values, all others are free. `share` is its fraction of the space, 0 to 1. */
export interface Region {
  readonly parts: readonly Part[]
  readonly share: number
}

/** The properties a function depends on, in the order of the space. */
export function askedDimensions({diagram, dimensions}: PacketSpace, node: Node): readonly Dimension[] {
  const tested = diagram.tested(node)
  return Object.values(dimensions).filter(({bit}) => (tested & bit) !== 0)
}

/** Quantifies over the other properties: the condition holds for every (`all`) or for some of their values. */
function project(diagram: Diagram, node: Node, kept: readonly Dimension[], all: boolean): Node {
  const done = nodeMemo(diagram)
  const stop = all ? FALSE : TRUE
  const wanted = kept.reduce((sum, dimension) => sum | dimension.bit, 0)
  const visit = (each: Node): Node => {
    if ((diagram.tested(each) & ~wanted) === 0) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const level = diagram.level(each)
    const low = visit(diagram.low(each))
    let result: Node
    if (kept.some(({start, bits}) => level >= start && level < start + bits))
      result = diagram.make(level, low, visit(diagram.high(each)))
    else if (low === stop) result = low
    else result = all ? diagram.and(low, visit(diagram.high(each))) : diagram.or(low, visit(diagram.high(each)))
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** More conjunctions than this are only counted. */
const MOST_CONJUNCTIONS = 20_000

/** Ranges merged where everything between them may be included. */
function joined(diagram: Diagram, dimension: Dimension, values: readonly Interval[], free: Node): readonly Interval[] {
  const allowed = valuesOf(diagram, dimension, free)
  const result: Interval[] = []
  for (const each of values) {
    const last = result.at(-1)
    const within = last !== undefined && allowed.some(({from, to}) => from <= last.from && each.to <= to)
    if (last !== undefined && within) result[result.length - 1] = {from: last.from, to: each.to}
    else result.push(each)
  }
  return result
}

/** Regions of more properties than this are not merged. */
const MOST_JOINED = 3
/** More regions than this are not merged. */
const MOST_EXPANDED = 60

function partNode({diagram, dimensions}: PacketSpace, {dimension, values}: Part): Node {
  return values.reduce(
    (all, {from, to}) => diagram.or(all, betweenWide(diagram, dimensions[dimension], from, to)),
    FALSE,
  )
}

/** Each part widened by the gaps it may include while the other parts stay; a part that covers everything is dropped. */
function expanded(space: PacketSpace, given: readonly Part[], free: Node): readonly Part[] {
  const {diagram, dimensions} = space
  const parts = [...given]
  for (const [place, part] of parts.entries()) {
    const dimension = dimensions[part.dimension]
    const others = parts.filter((_, index) => index !== place).map(each => partNode(space, each))
    const here = others.reduce((all, each) => diagram.and(all, each), TRUE)
    const allowed = project(diagram, diagram.or(free, diagram.not(here)), [dimension], true)
    parts[place] = {...part, values: joined(diagram, dimension, part.values, allowed)}
  }
  return parts
}

function subsets<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (size === 0) return [[]]
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map(rest => [item, ...rest]))
}

/** Properties that have one value for all packets of a domain. */
export function fixedValues(
  space: PacketSpace,
  domain: Node,
): readonly {readonly dimension: Dimension; readonly value: bigint}[] {
  const {diagram} = space
  return askedDimensions(space, domain).flatMap(dimension => {
    const [first, ...more] = valuesOf(diagram, dimension, project(diagram, domain, [dimension], false))
    const single = first !== undefined && more.length === 0 && first.from === first.to
    return single ? [{dimension, value: first.from}] : []
  })
}

/** Properties that define kinds of traffic, whether or not rules test them. */
const MAYBE_IDLE: ReadonlySet<DimensionName> = new Set(['uid', 'gid', 'source', 'in-interface', 'out-interface'])

/** Combinations of properties to try: every one for few properties; for many, single ones, pairs, then all together. */
function sizesFor(count: number): readonly number[] {
  if (count <= 5) return Array.from({length: count}, (_, index) => index + 1)
  return [1, 2, count]
}

/** A set and its domain without properties that only the domain tests: membership does not depend on them. */
function withoutIdle(
  space: PacketSpace,
  wholeSet: Node,
  wholeDomain: Node,
): {readonly set: Node; readonly domain: Node} {
  const {diagram} = space
  let set = wholeSet
  let domain = wholeDomain
  let tested = new Set(askedDimensions(space, set))
  for (const dimension of askedDimensions(space, domain)) {
    if (!MAYBE_IDLE.has(dimension.name)) continue
    const without = (node: Node): Node =>
      project(
        diagram,
        node,
        askedDimensions(space, node).filter(each => each !== dimension),
        false,
      )
    if (tested.has(dimension)) {
      const inside = diagram.and(set, domain)
      const some = without(inside)
      if (diagram.and(some, domain) !== inside) continue
      set = some
      tested = new Set(askedDimensions(space, set))
    }
    domain = without(domain)
  }
  return {set, domain}
}

/** Limits on the regions of a set: so many are made, and so many of those, the largest, are listed. */
export interface RegionLimits {
  readonly made?: number
  readonly listed?: number
}

/**
 * The packets of a set that are in a domain as conjunctions of as few properties as possible: first those of one property, then the rest by two, and
 * so on. Their union is exactly the set within the domain, so a summary of them covers all packets; those beyond the limits are counted.
 */
export function regionsOf(
  space: PacketSpace,
  wholeSet: Node,
  wholeDomain: Node,
  {made = MOST_CONJUNCTIONS, listed = Number.POSITIVE_INFINITY}: RegionLimits = {},
): Regions {
  const {diagram} = space
  const fixed = fixedValues(space, wholeDomain)
  const {set, domain} = withoutIdle(
    space,
    withValues(diagram, wholeSet, fixed),
    withValues(diagram, wholeDomain, fixed),
  )
  let left = diagram.and(set, domain)
  if (left === FALSE) return {regions: [], smaller: 0, more: 0}
  const loose = diagram.or(set, diagram.not(domain))
  if (loose === TRUE) return {regions: [{parts: [], share: 1}], smaller: 0, more: 0}
  const asked = askedDimensions(space, loose)
  const found: Conjunction[] = []
  const room = {left: made}
  let more = 0
  for (const size of sizesFor(asked.length)) {
    if (left === FALSE) break
    for (const kept of subsets(asked, size)) {
      const every = kept.length === asked.length
      const whole = every ? loose : project(diagram, loose, kept, true)
      if (whole === FALSE) continue
      const wanted = every ? left : project(diagram, diagram.and(left, whole), kept, false)
      if (wanted === FALSE) continue
      const here = conjunctions(diagram, kept, wanted, room)
      if (room.left <= 0) more += countConjunctions(diagram, kept, wanted) - here.length
      const plain = here.length > MOST_EXPANDED || size > MOST_JOINED
      for (const each of here) found.push(plain ? each : {...each, parts: () => expanded(space, each.parts(), whole)})
      left = every ? FALSE : diagram.and(left, diagram.not(whole))
      if (left === FALSE) break
    }
  }
  const largest = found.toSorted((a, b) => b.share - a.share).slice(0, listed)
  return {
    regions: largest.map(({share, parts}) => ({share, parts: parts()})),
    smaller: found.length - largest.length,
    more,
  }
}

/** The number of an outcome outside the packets asked about. */
export const OUTSIDE = -2

/** The fraction of the space per outcome; packets outside the question have the outcome OUTSIDE. */
export function shares(diagram: Diagram, gated: Node): ReadonlyMap<number, number> {
  const result = new Map<number, number>()
  const order: Node[] = []
  const places = nodeMemo(diagram)
  const visit = (each: Node): void => {
    if (places.get(each) !== undefined) return
    places.set(each, 0)
    if (diagram.level(each) !== LEAF_LEVEL) {
      visit(diagram.low(each))
      visit(diagram.high(each))
    }
    places.set(each, order.length)
    order.push(each)
  }
  visit(gated)
  const weights = new Float64Array(order.length)
  weights[order.length - 1] = 1
  for (let place = order.length - 1; place >= 0; place--) {
    const each = order[place] ?? FALSE
    const weight = weights[place] ?? 0
    const outcome = diagram.outcome(each)
    if (outcome !== undefined) {
      if (outcome !== OUTSIDE) result.set(outcome, weight)
      continue
    }
    for (const next of [diagram.low(each), diagram.high(each)]) {
      const at = places.get(next) ?? 0
      weights[at] = (weights[at] ?? 0) + weight / 2
    }
  }
  return result
}

/**
 * One packet with a wanted outcome, with preferred values for free properties; undefined if there is none. Of several the one that keeps most of the
 * preferred values, those of earlier properties first.
 */
export function witness(
  {diagram, dimensions}: PacketSpace,
  node: Node,
  wanted: (outcome: number) => boolean,
  preferred: Readonly<Partial<Record<DimensionName, bigint>>>,
): Readonly<Record<DimensionName, bigint>> | undefined {
  const liked = new Map<number, boolean>()
  for (const {name, start, bits} of Object.values(dimensions))
    for (let bit = 0; bit < bits; bit++)
      liked.set(start + bit, (((preferred[name] ?? 0n) >> BigInt(bits - 1 - bit)) & 1n) === 1n)
  const taken = new Map(liked)
  const barren = new Set<Node>()
  const visit = (each: Node): boolean => {
    const outcome = diagram.outcome(each)
    if (outcome !== undefined) return wanted(outcome)
    if (barren.has(each)) return false
    const level = diagram.level(each)
    for (const up of liked.get(level) === true ? [true, false] : [false, true])
      if (visit(up ? diagram.high(each) : diagram.low(each))) {
        taken.set(level, up)
        return true
      }
    barren.add(each)
    return false
  }
  if (!visit(node)) return undefined
  const value = (name: DimensionName): bigint => {
    const {start, bits} = dimensions[name]
    let sum = 0n
    for (let bit = 0; bit < bits; bit++) sum = (sum << 1n) | (taken.get(start + bit) === true ? 1n : 0n)
    return sum
  }
  return {
    protocol: value('protocol'),
    destination: value('destination'),
    'destination-port': value('destination-port'),
    owner: value('owner'),
    uid: value('uid'),
    gid: value('gid'),
    source: value('source'),
    'source-port': value('source-port'),
    'in-interface': value('in-interface'),
    'out-interface': value('out-interface'),
    'ct-state': value('ct-state'),
    mark: value('mark'),
    connmark: value('connmark'),
  }
}
