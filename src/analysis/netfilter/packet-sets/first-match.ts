import {branchOf, type Diagram, type Node} from './diagram.js'
import {rebuilt} from './rebuilt.js'

/** So many properties a box has a range of; each has a place in the order of the space. */
export const PLACES = 8

/** Rules as boxes, in their order: of each its range per property, the set of properties it asks about, and the end of its packets. */
export interface Boxes {
  count: number
  from: Float64Array<ArrayBuffer>
  to: Float64Array<ArrayBuffer>
  asks: Int32Array<ArrayBuffer>
  ends: Int32Array<ArrayBuffer>
}

/** Properties by place: the level of their first bit, and how many they have. */
export interface Levels {
  readonly starts: readonly number[]
  readonly bits: readonly number[]
}

/** Builds the function of one box. */
interface BoxFunctions {
  /** For all that is left of the properties from a place on. */
  only(place: number, box: number, otherwise: Node): Node
  /** For a part of the values of a property. */
  within(place: number, level: number, size: number, base: number, box: number, after: Node): Node
}

/** A stack of lists of boxes: the list of the deepest part of the space is the last. */
interface BoxLists {
  at(place: number): number
  top(): number
  push(box: number): void
  /** Forgets the boxes from a place on. */
  cut(place: number): void
}

function boxLists(expected: number): BoxLists {
  let boxes = new Int32Array(expected)
  let top = 0
  return {
    at: place => boxes[place] ?? 0,
    top: () => top,
    push: box => {
      if (top === boxes.length) {
        const before = boxes
        boxes = new Int32Array(2 * before.length)
        boxes.set(before)
      }
      boxes[top++] = box
    },
    cut: place => {
      top = place
    },
  }
}

/** What comes after tests earlier properties: its branches, each behind the same boxes. */
function above(diagram: Diagram, level: number, after: Node, build: (after: Node) => Node): Node {
  return rebuilt(diagram, after, each => (diagram.level(each) >= level ? build(each) : undefined))
}

function boxFunctions(diagram: Diagram, {starts, bits}: Levels, boxes: Boxes, check: () => void): BoxFunctions {
  const {from, to, asks, ends} = boxes
  const kinds = boxes.count * PLACES
  // By number, place and what comes after.
  const results = new Map<number, Node>()

  const only = (place: number, box: number, otherwise: Node): Node => {
    const left = (asks[box] ?? 0) >>> place
    if (left === 0) return ends[box] ?? otherwise
    const key = otherwise * kinds + box * PLACES + place
    const known = results.get(key)
    if (known !== undefined) return known
    check()
    const here = place + firstBit(left)
    const start = starts[here] ?? 0
    const result = above(diagram, start, otherwise, after => within(here, start, 2 ** (bits[here] ?? 0), 0, box, after))
    results.set(key, result)
    return result
  }

  const within = (place: number, start: number, size: number, base: number, box: number, after: Node): Node => {
    const low = from[box * PLACES + place] ?? 0
    const high = to[box * PLACES + place] ?? 0
    const isBelow = diagram.level(after) >= (starts[place] ?? 0) + (bits[place] ?? 0)
    const inside = isBelow ? only(place + 1, box, after) : after
    const halve = (level: number, width: number, first: number, otherwise: Node): Node => {
      const last = first + width - 1
      if (low > last || high < first) return otherwise
      if (low <= first && last <= high) return isBelow ? inside : only(place + 1, box, otherwise)
      const half = width / 2
      return diagram.make(
        level,
        halve(level + 1, half, first, isBelow ? otherwise : branchOf(diagram, otherwise, level, false)),
        halve(level + 1, half, first + half, isBelow ? otherwise : branchOf(diagram, otherwise, level, true)),
      )
    }
    return halve(start, size, base, after)
  }

  return {only, within}
}

/**
 * The end of the first box that holds a packet, `next` where none does: every property is halved until the boxes left take all of what remains or
 * none of it. Only the nodes of the result are made, where joining box by box makes those of every box and of every rest of the list.
 * `check` is called now and then and may throw.
 */
export function firstMatch(diagram: Diagram, levels: Levels, boxes: Boxes, next: Node, check: () => void): Node {
  const {starts, bits} = levels
  const {from, to, asks, ends} = boxes
  const {only, within} = boxFunctions(diagram, levels, boxes, check)
  const lists = boxLists(4 * boxes.count + 64)

  /** A list of boxes, from a place of the lists on, for all that is left of the properties from a place on. */
  const among = (place: number, first: number, given: number, after: Node): Node => {
    check()
    let count = 0
    let otherwise = after
    let all = 0
    for (; count < given; count++) {
      const box = lists.at(first + count)
      const left = (asks[box] ?? 0) >>> place
      all |= left
      if (left !== 0) continue
      // A box that asks nothing more takes all that is left: those after it get nothing.
      otherwise = ends[box] ?? after
      break
    }
    if (count === 0) return otherwise
    if (count === 1) return only(place, lists.at(first), otherwise)
    const here = place + firstBit(all)
    const start = starts[here] ?? 0
    return above(diagram, start, otherwise, each => split(here, start, 2 ** (bits[here] ?? 0), 0, first, count, each))
  }

  /** The same for a part of the values of a property. */
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
    if (given === 1) return within(place, level, size, base, lists.at(first), otherwise)
    const half = size / 2
    const middle = base + half
    const before = lists.top()
    let parted = false
    let count = 0
    // Those that meet the lower half.
    while (count < given) {
      const box = lists.at(first + count++)
      const low = from[box * PLACES + place] ?? 0
      if (low < middle) lists.push(box)
      if (low > base || (to[box * PLACES + place] ?? 0) < base + size - 1) parted = true
      // A box that takes all that is left: those after it get nothing.
      else if ((asks[box] ?? 0) >>> (place + 1) === 0) break
    }
    if (!parted) {
      lists.cut(before)
      return among(place + 1, first, count, otherwise)
    }
    const below = branchOf(diagram, otherwise, level, false)
    const lower = split(place, level + 1, half, base, before, lists.top() - before, below)
    lists.cut(before)
    for (let at = first; at < first + count; at++) {
      const box = lists.at(at)
      if ((to[box * PLACES + place] ?? 0) >= middle) lists.push(box)
    }
    const beyond = branchOf(diagram, otherwise, level, true)
    const upper = split(place, level + 1, half, middle, before, lists.top() - before, beyond)
    lists.cut(before)
    return diagram.make(level, lower, upper)
  }

  for (let box = 0; box < boxes.count; box++) lists.push(box)
  return among(0, 0, boxes.count, next)
}

function firstBit(set: number): number {
  return 31 - Math.clz32(set & -set)
}
