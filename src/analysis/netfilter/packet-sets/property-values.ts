import {type Diagram, FALSE, type Node} from './diagram.js'
import type {Dimension} from './dimensions.js'

/** Values from one to another, both included. */
export interface Interval {
  readonly from: bigint
  readonly to: bigint
}

/** The values of a property under a condition, with the condition that remains for them. */
export interface Group {
  readonly rest: Node
  /** How many values. */
  readonly size: number
  readonly values: () => readonly Interval[]
}

/** The values of the property a condition tests first, grouped by the remaining condition. */
export function groupsOf(diagram: Diagram, dimension: Dimension, node: Node): readonly Group[] {
  return dimension.bits > 32 ? wideGroups(diagram, dimension, node) : narrowGroups(diagram, dimension, node)
}

/** The value ranges of the property a condition tests first. */
export function valuesOf(diagram: Diagram, dimension: Dimension, node: Node): readonly Interval[] {
  return groupsOf(diagram, dimension, node)
    .flatMap(({values}) => values())
    .sort((a, b) => (a.from < b.from ? -1 : 1))
}

/** Groups of a property of at most 32 bits, found without big integers: the first and the last value of each range. */
function narrowGroups(diagram: Diagram, {start, bits}: Dimension, node: Node): readonly Group[] {
  const groups = new Map<Node, number[]>()
  const visit = (each: Node, bit: number, base: number): void => {
    if (each === FALSE) return
    const level = diagram.level(each)
    const size = 2 ** (bits - bit)
    if (level >= start + bits) {
      const group = groups.get(each)
      if (group === undefined) groups.set(each, [base, base + size - 1])
      else if (group[group.length - 1] === base - 1) group[group.length - 1] = base + size - 1
      else group.push(base, base + size - 1)
      return
    }
    const here = level === start + bit
    visit(here ? diagram.low(each) : each, bit + 1, base)
    visit(here ? diagram.high(each) : each, bit + 1, base + size / 2)
  }
  visit(node, 0, 0)
  return [...groups].map(([rest, ends]) => {
    let size = 0
    for (let place = 0; place < ends.length; place += 2) size += (ends[place + 1] ?? 0) - (ends[place] ?? 0) + 1
    return {rest, size, values: () => intervals(ends)}
  })
}

function intervals(ends: readonly number[]): readonly Interval[] {
  const found: Interval[] = []
  for (let place = 0; place < ends.length; place += 2)
    found.push({from: BigInt(ends[place] ?? 0), to: BigInt(ends[place + 1] ?? 0)})
  return found
}

function wideGroups(diagram: Diagram, {start, bits}: Dimension, node: Node): readonly Group[] {
  const groups = new Map<Node, Interval[]>()
  const visit = (each: Node, bit: number, base: bigint): void => {
    if (each === FALSE) return
    const level = diagram.level(each)
    if (level >= start + bits) {
      const to = base + (1n << BigInt(bits - bit)) - 1n
      const group = groups.get(each)
      const last = group?.at(-1)
      if (group === undefined || last === undefined) groups.set(each, [{from: base, to}])
      else if (last.to + 1n === base) group[group.length - 1] = {from: last.from, to}
      else group.push({from: base, to})
      return
    }
    const half = 1n << BigInt(bits - bit - 1)
    const here = level === start + bit
    visit(here ? diagram.low(each) : each, bit + 1, base)
    visit(here ? diagram.high(each) : each, bit + 1, base + half)
  }
  visit(node, 0, 0n)
  return [...groups].map(([rest, values]) => {
    let size = 0
    for (const {from, to} of values) size += Number(to) - Number(from) + 1
    return {rest, size, values: () => values}
  })
}
