import {type Diagram, FALSE, LEAF_LEVEL, type Node, nodeMemo, TRUE} from './diagram.js'
import {betweenWide, type Dimension, type DimensionName, type PacketSpace, withValues} from './dimensions.js'

/** Values from one to another, both included. */
export interface Interval {
  readonly from: bigint
  readonly to: bigint
}

/** The values of a property in a region. */
export interface Part {
  readonly dimension: DimensionName
  readonly values: readonly Interval[]
}

/** The regions that describe a set; `more` counts those left out, in no particular order. */
export interface Regions {
  readonly regions: readonly Region[]
  readonly more: number
}

/** Packets described by a conjunction: each named property is within its values, all others are free. `share` is its fraction of the space, 0 to 1. */
export interface Region {
  readonly parts: readonly Part[]
  readonly share: number
}

function isIn({start, bits}: Dimension, level: number): boolean {
  return level >= start && level < start + bits
}

/** The properties a function depends on, in the order of the space. */
export function askedDimensions({diagram, dimensions}: PacketSpace, node: Node): readonly Dimension[] {
  const all = Object.values(dimensions)
  const levels = new Set<number>()
  const seen = nodeMemo(diagram)
  const visit = (each: Node): void => {
    if (seen.get(each) !== undefined) return
    seen.set(each, each)
    const level = diagram.level(each)
    if (level === LEAF_LEVEL) return
    levels.add(level)
    visit(diagram.low(each))
    visit(diagram.high(each))
  }
  visit(node)
  return all.filter(dimension => [...levels].some(level => isIn(dimension, level)))
}

/** Quantifies over the other properties: the condition holds for every (`all`) or for some of their values. */
function project(diagram: Diagram, node: Node, kept: readonly Dimension[], all: boolean): Node {
  const done = nodeMemo(diagram)
  const stop = all ? FALSE : TRUE
  const isKept = new Map<number, boolean>()
  const keeps = (level: number): boolean => {
    const known = isKept.get(level) ?? kept.some(dimension => isIn(dimension, level))
    isKept.set(level, known)
    return known
  }
  const visit = (each: Node): Node => {
    if (each === FALSE || each === TRUE) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const level = diagram.level(each)
    const low = visit(diagram.low(each))
    let result: Node
    if (keeps(level)) result = diagram.make(level, low, visit(diagram.high(each)))
    else if (low === stop) result = low
    else result = all ? diagram.and(low, visit(diagram.high(each))) : diagram.or(low, visit(diagram.high(each)))
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** A value range of one property with the remaining condition. */
export interface Run {
  readonly values: Interval
  readonly rest: Node
}

/** The value ranges of the property a condition tests first, each with the remaining condition. */
export function valuesOf(diagram: Diagram, dimension: Dimension, node: Node): readonly Run[] {
  return dimension.bits > 32 ? wideValues(diagram, dimension, node) : narrowValues(diagram, dimension, node)
}

/** The value ranges of a property of at most 32 bits, found without big integers. */
function narrowValues(diagram: Diagram, {start, bits}: Dimension, node: Node): readonly Run[] {
  const runs: {from: number; to: number; rest: Node}[] = []
  const visit = (each: Node, bit: number, base: number): void => {
    if (each === FALSE) return
    const level = diagram.level(each)
    const size = 2 ** (bits - bit)
    if (level >= start + bits) {
      const last = runs.at(-1)
      if (last !== undefined && last.rest === each && last.to + 1 === base) last.to = base + size - 1
      else runs.push({from: base, to: base + size - 1, rest: each})
      return
    }
    const here = level === start + bit
    visit(here ? diagram.low(each) : each, bit + 1, base)
    visit(here ? diagram.high(each) : each, bit + 1, base + size / 2)
  }
  visit(node, 0, 0)
  return runs.map(({from, to, rest}) => ({values: {from: BigInt(from), to: BigInt(to)}, rest}))
}

function wideValues(diagram: Diagram, {start, bits}: Dimension, node: Node): readonly Run[] {
  const found: {values: Interval; rest: Node}[] = []
  const visit = (each: Node, bit: number, base: bigint): void => {
    if (each === FALSE) return
    const level = diagram.level(each)
    if (level >= start + bits) {
      const to = base + (1n << BigInt(bits - bit)) - 1n
      const last = found.at(-1)
      if (last !== undefined && last.rest === each && last.values.to + 1n === base)
        found[found.length - 1] = {rest: each, values: {from: last.values.from, to}}
      else found.push({rest: each, values: {from: base, to}})
      return
    }
    const half = 1n << BigInt(bits - bit - 1)
    const here = level === start + bit
    visit(here ? diagram.low(each) : each, bit + 1, base)
    visit(here ? diagram.high(each) : each, bit + 1, base + half)
  }
  visit(node, 0, 0n)
  return found
}

function sizeOf(values: readonly Interval[]): number {
  let sum = 0
  for (const {from, to} of values) sum += Number(to) - Number(from) + 1
  return sum
}

/** More conjunctions than this are only counted. */
const MOST_CONJUNCTIONS = 20_000

/** The values of one property under a condition, grouped by the remaining condition. */
function grouped(diagram: Diagram, dimension: Dimension, node: Node): ReadonlyMap<Node, readonly Interval[]> {
  const groups = new Map<Node, Interval[]>()
  for (const {values, rest} of valuesOf(diagram, dimension, node)) {
    const group = groups.get(rest)
    if (group === undefined) groups.set(rest, [values])
    else group.push(values)
  }
  return groups
}

/** How many conjunctions `conjunctions` would return without a limit. */
function countConjunctions(diagram: Diagram, dimensions: readonly Dimension[], node: Node): number {
  const known = dimensions.map(() => new Map<Node, number>())
  const count = (place: number, each: Node): number => {
    const dimension = dimensions[place]
    if (each === FALSE) return 0
    if (dimension === undefined) return 1
    const found = known[place]?.get(each)
    if (found !== undefined) return found
    const sum = [...grouped(diagram, dimension, each).keys()].reduce((all, rest) => all + count(place + 1, rest), 0)
    known[place]?.set(each, sum)
    return sum
  }
  return count(0, node)
}

/** Conjunctions that together equal the condition on these properties, up to the limit. */
function conjunctions(
  diagram: Diagram,
  dimensions: readonly Dimension[],
  node: Node,
  room: {left: number},
): readonly Region[] {
  const [first, ...others] = dimensions
  if (node === FALSE || room.left <= 0) return []
  if (first === undefined) {
    room.left--
    return [{parts: [], share: 1}]
  }
  const found: Region[] = []
  for (const [rest, values] of grouped(diagram, first, node)) {
    const part = {dimension: first.name, values}
    const share = sizeOf(values) / 2 ** first.bits
    for (const region of conjunctions(diagram, others, rest, room))
      found.push({parts: [part, ...region.parts], share: share * region.share})
  }
  return found
}

/** Ranges merged where everything between them may be included. */
function joined(diagram: Diagram, dimension: Dimension, values: readonly Interval[], free: Node): readonly Interval[] {
  const allowed = valuesOf(diagram, dimension, free).map(each => each.values)
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
function expanded(space: PacketSpace, region: Region, free: Node): Region {
  const {diagram, dimensions} = space
  const parts = [...region.parts]
  for (const [place, part] of parts.entries()) {
    const dimension = dimensions[part.dimension]
    const others = parts.filter((_, index) => index !== place).map(each => partNode(space, each))
    const here = others.reduce((all, each) => diagram.and(all, each), TRUE)
    const allowed = project(diagram, diagram.or(free, diagram.not(here)), [dimension], true)
    parts[place] = {...part, values: joined(diagram, dimension, part.values, allowed)}
  }
  return {...region, parts}
}

function subsets<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (size === 0) return [[]]
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map(rest => [item, ...rest]))
}

/** Properties that have one value for all packets of a domain. */
function fixedValues(
  space: PacketSpace,
  domain: Node,
): readonly {readonly dimension: Dimension; readonly value: bigint}[] {
  const {diagram} = space
  return askedDimensions(space, domain).flatMap(dimension => {
    const [first, ...more] = valuesOf(diagram, dimension, project(diagram, domain, [dimension], false))
    const single = first !== undefined && more.length === 0 && first.values.from === first.values.to
    return single ? [{dimension, value: first.values.from}] : []
  })
}

/** Properties that define kinds of traffic, whether or not rules test them. */
const MAYBE_IDLE: ReadonlySet<DimensionName> = new Set(['uid', 'gid', 'source', 'in-interface', 'out-interface'])

/** Combinations of properties to try: every one for few properties; for many, single ones, pairs, then all together. */
function sizesFor(count: number): readonly number[] {
  if (count <= 5) return Array.from({length: count}, (_, index) => index + 1)
  return [1, 2, count]
}

/** The set and its domain without properties that only the domain tests: membership does not depend on them. */
function withoutIdle(
  space: PacketSpace,
  wholeSet: Node,
  wholeDomain: Node,
): {readonly set: Node; readonly domain: Node} {
  const {diagram} = space
  let set = wholeSet
  let domain = wholeDomain
  for (const dimension of askedDimensions(space, domain)) {
    if (!MAYBE_IDLE.has(dimension.name)) continue
    const others = askedDimensions(space, diagram.or(set, domain)).filter(each => each !== dimension)
    const some = project(diagram, set, others, false)
    if (diagram.and(some, domain) !== set) continue
    set = some
    domain = project(diagram, domain, others, false)
  }
  return {set, domain}
}

/**
 * A set of packets of a domain as conjunctions of as few properties as possible: first those of one property, then the rest by two, and
 * so on. Their union is exactly the set within the domain, so a summary of them covers all packets; if the set takes more
 * than `most` conjunctions, the rest are counted.
 */
export function regionsOf(space: PacketSpace, wholeSet: Node, wholeDomain: Node, most = MOST_CONJUNCTIONS): Regions {
  const {diagram} = space
  const fixed = fixedValues(space, wholeDomain)
  const bare = withValues(diagram, wholeDomain, fixed)
  const {set, domain} = withoutIdle(space, diagram.and(withValues(diagram, wholeSet, fixed), bare), bare)
  let left = set
  if (left === FALSE) return {regions: [], more: 0}
  const loose = diagram.or(set, diagram.not(domain))
  if (loose === TRUE) return {regions: [{parts: [], share: 1}], more: 0}
  const asked = askedDimensions(space, loose)
  const regions: Region[] = []
  const room = {left: most}
  let more = 0
  for (const size of sizesFor(asked.length)) {
    if (left === FALSE) break
    for (const kept of subsets(asked, size)) {
      const every = kept.length === asked.length
      const whole = every ? loose : project(diagram, loose, kept, true)
      if (whole === FALSE) continue
      const wanted = every ? left : diagram.and(whole, project(diagram, left, kept, false))
      if (wanted === FALSE) continue
      const found = conjunctions(diagram, kept, wanted, room)
      if (room.left <= 0) more += countConjunctions(diagram, kept, wanted) - found.length
      const plain = found.length > MOST_EXPANDED || size > MOST_JOINED
      regions.push(...(plain ? found : found.map(region => expanded(space, region, whole))))
      left = diagram.and(left, diagram.not(whole))
      if (left === FALSE) break
    }
  }
  return {regions: regions.sort((a, b) => b.share - a.share), more}
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

/** One packet that meets a condition, with preferred values for free properties; undefined if there is none. */
export function witness(
  {diagram, dimensions}: PacketSpace,
  set: Node,
  preferred: Readonly<Partial<Record<DimensionName, bigint>>>,
): Readonly<Record<DimensionName, bigint>> | undefined {
  if (set === FALSE) return undefined
  const values = new Map<DimensionName, bigint>()
  let at = set
  for (const {name, start, bits} of Object.values(dimensions)) {
    let value = 0n
    for (let bit = 0; bit < bits; bit++) {
      const liked = ((preferred[name] ?? 0n) >> BigInt(bits - 1 - bit)) & 1n
      let up = liked === 1n
      if (diagram.level(at) === start + bit) {
        if ((up ? diagram.high(at) : diagram.low(at)) === FALSE) up = !up
        at = up ? diagram.high(at) : diagram.low(at)
      }
      value = (value << 1n) | (up ? 1n : 0n)
    }
    values.set(name, value)
  }
  const value = (name: DimensionName) => values.get(name) ?? 0n
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
