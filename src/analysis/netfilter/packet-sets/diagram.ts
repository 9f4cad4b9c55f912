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
  /** Gives a block of levels one bit, before any node tests them; levels without a block share UNGROUPED. */
  group(start: number, levels: number, bit: number): void
  /** The bits of the blocks a function tests. */
  tested(node: Node): number
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

/** Remembers results of three nodes, as many as it has places: an older one gives way to a newer. */
export interface TripleMemo {
  get(a: Node, b: Node, c: Node): Node | undefined
  set(a: Node, b: Node, c: Node, result: Node): void
  /** Makes room for more, a power of two; what was remembered is forgotten. */
  grow(places: number): void
}

/** An empty memo with room for a power of two of results. */
export function tripleMemo(places: number): TripleMemo {
  let entries = new Int32Array(places * 4)
  // Nodes made one after the other are remembered side by side, as they are asked for.
  const slotOf = (a: Node, b: Node, c: Node): number =>
    ((a + imul(b, 1021) + imul(c, 31)) & (entries.length / 4 - 1)) * 4
  return {
    get: (a, b, c) => {
      const slot = slotOf(a, b, c)
      return entries[slot] === a + 1 && entries[slot + 1] === b && entries[slot + 2] === c
        ? entries[slot + 3]
        : undefined
    },
    set: (a, b, c, result) => {
      const slot = slotOf(a, b, c)
      entries[slot] = a + 1
      entries[slot + 1] = b
      entries[slot + 2] = c
      entries[slot + 3] = result
    },
    grow: more => {
      if (more * 4 > entries.length) entries = new Int32Array(more * 4)
    },
  }
}

/** The bit of levels without a block. */
export const UNGROUPED = 1 << 30

/** Numbers a node takes: its level, its two branches, and the blocks of levels it tests. */
const STRIDE = 4
/**
 * Nodes are found by the newest of their branches: so many neighbours share a bucket of so many slots each. What is made one after the other lies side
 * by side in memory. The few nodes whose bucket is full are hashed.
 */
const SHARING = 4
const SLOTS = 2

/** The first level of the last part of the order. */
export const LAST_PART = 1 << 20
/** So many levels of either part may have blocks. */
const GROUPED = 1 << 9

/** The bits of blocks of levels: the first levels of all, and the first of the last part of the order. */
function levelGroups() {
  const first = new Int32Array(GROUPED).fill(UNGROUPED)
  const last = new Int32Array(GROUPED).fill(UNGROUPED)
  return {
    add: (start: number, levels: number, bit: number): void => {
      const [table, from] = start < LAST_PART ? [first, start] : [last, start - LAST_PART]
      table.fill(bit, from, from + levels)
    },
    bit: (level: number): number => (level < LAST_PART ? first[level] : last[level - LAST_PART]) ?? UNGROUPED,
  }
}

/** An empty store with room for the nodes expected; making more than `limit` of them throws TooManyNodes. */
export function createDiagram(expected = FIRST_NODES, limit = MOST_NODES): Diagram {
  const first = Math.max(FIRST_NODES, 2 ** Math.ceil(Math.log2(expected)))
  let nodes = new Int32Array(first * STRIDE)
  let near = new Int32Array(first * SLOTS)
  let far = new Int32Array(FIRST_NODES)
  let farCount = 0
  const cache = tripleMemo(min(first, MOST_CACHED))
  let room = first
  let count = 0
  const leaves = new Map<number, Node>()
  const groups = levelGroups()

  const level = (node: Node): number => nodes[node * STRIDE] ?? LEAF_LEVEL
  const low = (node: Node): Node => nodes[node * STRIDE + 1] ?? FALSE
  const high = (node: Node): Node => nodes[node * STRIDE + 2] ?? FALSE

  const tested = (node: Node): number => nodes[node * STRIDE + 3] ?? 0

  const isNode = (node: Node, at: number, lowNode: Node, highNode: Node): boolean => {
    const start = node * STRIDE
    return nodes[start] === at && nodes[start + 1] === lowNode && nodes[start + 2] === highNode
  }

  /** The place of a node among those whose buckets are full: where it is, or the empty one where it belongs. */
  const farPlace = (at: number, lowNode: Node, highNode: Node): number => {
    const mask = far.length - 1
    let place = hash(at, lowNode, highNode) & mask
    for (;;) {
      const found = far[place] ?? 0
      if (found === 0 || isNode(found - 1, at, lowNode, highNode)) return place
      place = (place + 1) & mask
    }
  }

  const growFar = (): void => {
    const before = far
    far = new Int32Array(before.length * 2)
    for (const found of before)
      if (found !== 0) far[farPlace(level(found - 1), low(found - 1), high(found - 1))] = found
  }

  const grow = (): void => {
    room *= 2
    nodes = grown(nodes, room * STRIDE)
    near = grown(near, room * SLOTS)
    if (room <= MOST_CACHED) cache.grow(room)
  }

  const add = (at: number, lowNode: Node, highNode: Node): Node => {
    if (count >= limit) throw new TooManyNodes('the rules split packets into more parts than can be held')
    if (count === room) grow()
    const start = count * STRIDE
    nodes[start] = at
    nodes[start + 1] = lowNode
    nodes[start + 2] = highNode
    nodes[start + 3] = at === LEAF_LEVEL ? 0 : groups.bit(at) | tested(lowNode) | tested(highNode)
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

  const make = (at: number, lowNode: Node, highNode: Node): Node => {
    if (lowNode === highNode) return lowNode
    const newest = lowNode > highNode ? lowNode : highNode
    const bucket = (newest & -SHARING) * SLOTS
    for (let place = bucket; place < bucket + SHARING * SLOTS; place++) {
      const found = near[place] ?? 0
      if (found === 0) {
        const node = add(at, lowNode, highNode)
        near[place] = node + 1
        return node
      }
      if (isNode(found - 1, at, lowNode, highNode)) return found - 1
    }
    const place = farPlace(at, lowNode, highNode)
    const found = far[place] ?? 0
    if (found !== 0) return found - 1
    const node = add(at, lowNode, highNode)
    far[place] = node + 1
    farCount++
    if (farCount * 2 > far.length) growFar()
    return node
  }

  const choose = (condition: Node, then: Node, otherwise: Node): Node => {
    if (condition === TRUE || then === otherwise) return then
    if (condition === FALSE) return otherwise
    if (then === TRUE && otherwise === FALSE) return condition
    const known = cache.get(condition, then, otherwise)
    if (known !== undefined) return known
    const c = level(condition)
    const t = level(then)
    const o = level(otherwise)
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
    cache.set(condition, then, otherwise, result)
    return result
  }

  return {
    leaf,
    outcome: node => (level(node) === LEAF_LEVEL ? low(node) : undefined),
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
    group: groups.add,
    tested,
    size: () => count,
    limit,
  }
}

/** The function where the test of a level comes out low or high; itself when it tests later levels only. */
export function branchOf(diagram: Diagram, node: Node, level: number, high: boolean): Node {
  if (diagram.level(node) !== level) return node
  return high ? diagram.high(node) : diagram.low(node)
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
      if (few.size <= MANY || few.size < size / 256) return
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

/** A function that agrees with the given one wherever the condition holds and tests as little as that allows (Coudert and Madre's `restrict`, 1990). */
export function restricted(diagram: Diagram, node: Node, condition: Node): Node {
  if (condition === FALSE) return node
  const memos = new Map<Node, NodeMemo>()
  const visit = (each: Node, care: Node): Node => {
    const level = diagram.level(each)
    if (care === TRUE || level === LEAF_LEVEL) return each
    const memo = memos.get(care) ?? nodeMemo(diagram)
    memos.set(care, memo)
    const known = memo.get(each)
    if (known !== undefined) return known
    const result = diagram.level(care) < level ? behind(each, care) : inside(each, care)
    memo.set(each, result)
    return result
  }
  /** The condition tests what the function does not. */
  const behind = (each: Node, care: Node): Node => {
    const [low, high] = [diagram.low(care), diagram.high(care)]
    return visit(each, low === FALSE ? high : high === FALSE ? low : diagram.or(low, high))
  }
  const inside = (each: Node, care: Node): Node => {
    const level = diagram.level(each)
    const low = branchOf(diagram, care, level, false)
    const high = branchOf(diagram, care, level, true)
    if (low === FALSE) return visit(diagram.high(each), high)
    if (high === FALSE) return visit(diagram.low(each), low)
    return diagram.make(level, visit(diagram.low(each), low), visit(diagram.high(each), high))
  }
  return visit(node, condition)
}
