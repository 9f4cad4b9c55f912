/**
 * Reduced ordered decision diagrams with any number of outcomes (multi-terminal BDDs; Bryant 1986, Fujita et al. 1997). Every node is created once, so
 * two functions are equal exactly when they have the same node number. This is what makes "no packet changes" a proof.
 */
export type Node = number

/** The level of leaves: below every variable. */
export const LEAF_LEVEL = 0x7fff_ffff

/** The leaves of conditions. */
export const FALSE: Node = 0
export const TRUE: Node = 1

/** Thrown when a function would take more nodes than allowed. */
export class TooManyNodes extends Error {}

/** A store of nodes. Levels count from the top; smaller levels are tested first. */
export interface Diagram {
  /** The outcome with that number, the same node each time. */
  leaf(value: number): Node
  /** The number of an outcome; undefined for an inner node. */
  outcome(node: Node): number | undefined
  level(node: Node): number
  low(node: Node): Node
  high(node: Node): Node
  /** The function that tests `level` and continues with `low` or `high`, whose levels are greater. */
  make(level: number, low: Node, high: Node): Node
  /** `then` where `condition` holds, `otherwise` elsewhere. */
  choose(condition: Node, then: Node, otherwise: Node): Node
  and(a: Node, b: Node): Node
  or(a: Node, b: Node): Node
  not(a: Node): Node
  /** The function that tests `level` first, whatever levels the two branches test. */
  branch(level: number, low: Node, high: Node): Node
  /** Nodes created so far. */
  size(): number
  /** The limit on nodes. */
  readonly limit: number
}

// Local constants: global lookups are slow inside jest.
const {imul, min} = Math

const FIRST_NODES = 1 << 12
const MOST_CACHED = 1 << 19

function hash(a: number, b: number, c: number): number {
  let h = imul(a, 0x9e37_79b1) ^ imul(b, 0x85eb_ca6b) ^ imul(c, 0xc2b2_ae35)
  h ^= h >>> 15
  h = imul(h, 0x2c1b_3c6d)
  return h ^ (h >>> 13)
}

function grown(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size)
  larger.set(old)
  return larger
}

/** The default limit on nodes: about 350 MB. */
export const MOST_NODES = 1 << 24

/** An empty store with room for the nodes expected; making more than `limit` of them throws TooManyNodes. */
export function createDiagram(expected = FIRST_NODES, limit = MOST_NODES): Diagram {
  const first = Math.max(FIRST_NODES, 2 ** Math.ceil(Math.log2(expected)))
  let levels = new Int32Array(first)
  let lows = new Int32Array(first)
  let highs = new Int32Array(first)
  let table = new Int32Array(first * 2)
  let cache = new Int32Array(Math.min(first, MOST_CACHED) * 4)
  let count = 0
  const leaves = new Map<number, Node>()

  const insert = (node: Node): void => {
    const mask = table.length - 1
    let place = hash(levels[node] ?? 0, lows[node] ?? 0, highs[node] ?? 0) & mask
    while (table[place] !== 0) place = (place + 1) & mask
    table[place] = node + 1
  }

  const grow = (): void => {
    const size = levels.length * 2
    levels = grown(levels, size)
    lows = grown(lows, size)
    highs = grown(highs, size)
    table = new Int32Array(size * 2)
    for (let node = 0; node < count; node++) if (levels[node] !== LEAF_LEVEL) insert(node)
    if (cache.length < size * 4 && size <= MOST_CACHED) cache = new Int32Array(size * 4)
  }

  const add = (level: number, low: Node, high: Node): Node => {
    if (count >= limit) throw new TooManyNodes('the rules split packets into more parts than can be held')
    if (count === levels.length) grow()
    levels[count] = level
    lows[count] = low
    highs[count] = high
    return count++
  }

  const leaf = (value: number): Node => {
    const known = leaves.get(value)
    if (known !== undefined) return known
    const node = add(LEAF_LEVEL, value, value)
    leaves.set(value, node)
    return node
  }
  leaf(0)
  leaf(1)

  const level = (node: Node): number => levels[node] ?? LEAF_LEVEL
  const low = (node: Node): Node => lows[node] ?? FALSE
  const high = (node: Node): Node => highs[node] ?? FALSE

  const make = (at: number, lowNode: Node, highNode: Node): Node => {
    if (lowNode === highNode) return lowNode
    const mask = table.length - 1
    let place = hash(at, lowNode, highNode) & mask
    for (;;) {
      const found = table[place] ?? 0
      if (found === 0) break
      const node = found - 1
      if (levels[node] === at && lows[node] === lowNode && highs[node] === highNode) return node
      place = (place + 1) & mask
    }
    const before = table
    const node = add(at, lowNode, highNode)
    if (table === before) table[place] = node + 1
    else insert(node)
    return node
  }

  const choose = (condition: Node, then: Node, otherwise: Node): Node => {
    if (condition === TRUE || then === otherwise) return then
    if (condition === FALSE) return otherwise
    if (then === TRUE && otherwise === FALSE) return condition
    const slot = (hash(condition, then, otherwise) & (cache.length / 4 - 1)) * 4
    if (cache[slot] === condition + 1 && cache[slot + 1] === then && cache[slot + 2] === otherwise)
      return cache[slot + 3] ?? FALSE
    const c = levels[condition] ?? LEAF_LEVEL
    const t = levels[then] ?? LEAF_LEVEL
    const o = levels[otherwise] ?? LEAF_LEVEL
    const top = min(c, t, o)
    const result = make(
      top,
      choose(
        c === top ? low(condition) : condition,
        t === top ? low(then) : then,
        o === top ? low(otherwise) : otherwise,
      ),
      choose(
        c === top ? high(condition) : condition,
        t === top ? high(then) : then,
        o === top ? high(otherwise) : otherwise,
      ),
    )
    const now = (hash(condition, then, otherwise) & (cache.length / 4 - 1)) * 4
    cache[now] = condition + 1
    cache[now + 1] = then
    cache[now + 2] = otherwise
    cache[now + 3] = result
    return result
  }

  return {
    leaf,
    outcome: node => (levels[node] === LEAF_LEVEL ? lows[node] : undefined),
    level,
    low,
    high,
    make,
    choose,
    and: (a, b) => choose(a, b, FALSE),
    or: (a, b) => choose(a, TRUE, b),
    not: a => choose(a, FALSE, TRUE),
    branch: (at, lowNode, highNode) =>
      at < level(lowNode) && at < level(highNode)
        ? make(at, lowNode, highNode)
        : choose(make(at, FALSE, TRUE), highNode, lowNode),
    size: () => count,
    limit,
  }
}

/** A map from node to node; becomes a typed array once it holds many. */
export interface NodeMemo {
  get(node: Node): Node | undefined
  set(node: Node, result: Node): void
}

/** Entries beyond which a table as large as the store takes less time than a map. */
const MANY = 2_000

/** An empty memo for functions of the store in its current size. */
export function nodeMemo(diagram: Diagram): NodeMemo {
  const few = new Map<Node, Node>()
  const size = diagram.size()
  let many: Int32Array | undefined
  return {
    get: node => {
      if (many === undefined) return few.get(node)
      const found = many[node] ?? 0
      return found === 0 ? undefined : found - 1
    },
    set: (node, result) => {
      if (many !== undefined) {
        many[node] = result + 1
        return
      }
      few.set(node, result)
      if (few.size <= MANY || few.size < size / 64) return
      many = new Int32Array(size)
      for (const [each, known] of few) many[each] = known + 1
    },
  }
}

/** The function with each outcome mapped by `become`, which may return another function. */
export function replaceOutcomes(diagram: Diagram, node: Node, become: (value: number) => Node): Node {
  const done = nodeMemo(diagram)
  const visit = (each: Node): Node => {
    const known = done.get(each)
    if (known !== undefined) return known
    const value = diagram.outcome(each)
    const result =
      value === undefined
        ? diagram.branch(diagram.level(each), visit(diagram.low(each)), visit(diagram.high(each)))
        : become(value)
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** The outcomes of a function. */
export function outcomesOf(diagram: Diagram, node: Node): ReadonlySet<number> {
  const found = new Set<number>()
  const seen = nodeMemo(diagram)
  const visit = (each: Node): void => {
    if (seen.get(each) !== undefined) return
    seen.set(each, each)
    const value = diagram.outcome(each)
    if (value === undefined) {
      visit(diagram.low(each))
      visit(diagram.high(each))
    } else found.add(value)
  }
  visit(node)
  return found
}

/** The condition under which a function has a wanted outcome. */
export function whereOutcome(diagram: Diagram, node: Node, wanted: (value: number) => boolean): Node {
  return replaceOutcomes(diagram, node, value => (wanted(value) ? TRUE : FALSE))
}
