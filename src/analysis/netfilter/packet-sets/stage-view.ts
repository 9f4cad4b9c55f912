import type {ChainFunctions} from './chain-functions.js'
import {changedBy} from './changed-packets.js'
import {LEAF_LEVEL, type Node, nodeMemo} from './diagram.js'
import {type PacketSpace, withValues} from './dimensions.js'
import {knownValues, type Stage} from './stage.js'
import {UNCHANGED} from './transform.js'

/** One bit for the dimension a level belongs to, found once for each level. */
function dimensionBits(dimensions: PacketSpace['dimensions']): (level: number) => number {
  const all = Object.values(dimensions)
  const bits = new Map<number, number>()
  return level => {
    const known = bits.get(level)
    if (known !== undefined) return known
    const place = all.findIndex(({start, bits: width}) => level >= start && level < start + width)
    const bit = place < 0 ? 0 : 1 << place
    bits.set(level, bit)
    return bit
  }
}

/** The function for the packets of a stage, in terms of their properties at the start of the path. */
export type StageView = (node: Node, stage: Stage) => Node

/** A view of functions from stages: what is known about all packets of the stage is filled in, what rules changed is undone. */
export function stageView({context}: ChainFunctions): StageView {
  const {space} = context
  const {diagram} = space
  const dimensionBit = dimensionBits(space.dimensions)
  const supports = new Map<Node, number>()

  /** Which of the properties a stage may know a function tests: one bit each. */
  const support = (node: Node): number => {
    const known = supports.get(node)
    if (known !== undefined) return known
    const seen = nodeMemo(diagram)
    let found = 0
    const visit = (each: Node): void => {
      if (seen.get(each) !== undefined) return
      seen.set(each, each)
      const level = diagram.level(each)
      if (level === LEAF_LEVEL) return
      found |= dimensionBit(level)
      visit(diagram.low(each))
      visit(diagram.high(each))
    }
    visit(node)
    supports.set(node, found)
    return found
  }

  return (node, stage) => {
    const {done} = stage
    const changed = done === UNCHANGED ? node : changedBy(space, node, done)
    const known = knownValues(space, stage)
    const mask = known.reduce((all, {dimension}) => all | dimensionBit(dimension.start), 0)
    if ((support(changed) & mask) === 0) return changed
    return withValues(diagram, changed, known)
  }
}
