import {type Diagram, FALSE, type Node, TRUE} from './diagram.js'
import type {Dimension, DimensionName} from './dimensions.js'
import {groupsOf, type Interval, valuesOf} from './property-values.js'

/** The values of a property in a region. */
export interface Part {
  readonly dimension: DimensionName
  readonly values: readonly Interval[]
}

/** How many conjunctions `conjunctions` would return without a limit. */
export function countConjunctions(diagram: Diagram, dimensions: readonly Dimension[], node: Node): number {
  const known = dimensions.map(() => new Map<Node, number>())
  const count = (place: number, each: Node): number => {
    const dimension = dimensions[place]
    if (each === FALSE) return 0
    // All values of the last property make one conjunction.
    if (dimension === undefined || place === dimensions.length - 1) return 1
    const found = known[place]?.get(each)
    if (found !== undefined) return found
    const sum = groupsOf(diagram, dimension, each).reduce((all, {rest}) => all + count(place + 1, rest), 0)
    known[place]?.set(each, sum)
    return sum
  }
  return count(0, node)
}

/** A region whose values are found when asked for. */
export interface Conjunction {
  readonly share: number
  readonly parts: () => readonly Part[]
}

/** Conjunctions that together equal the condition on these properties, up to the limit. */
export function conjunctions(
  diagram: Diagram,
  dimensions: readonly Dimension[],
  node: Node,
  room: {left: number},
): readonly Conjunction[] {
  const densities = new Map<Node, number>([
    [FALSE, 0],
    [TRUE, 1],
  ])
  /** The fraction of values that meet a condition on one property. */
  const density = (each: Node): number => {
    const known = densities.get(each)
    if (known !== undefined) return known
    const result = (density(diagram.low(each)) + density(diagram.high(each))) / 2
    densities.set(each, result)
    return result
  }
  const within = (place: number, each: Node): readonly Conjunction[] => {
    const dimension = dimensions[place]
    if (each === FALSE || room.left <= 0) return []
    if (dimension === undefined || place === dimensions.length - 1) {
      room.left--
      const values = () =>
        dimension === undefined ? [] : [{dimension: dimension.name, values: valuesOf(diagram, dimension, each)}]
      return [{share: density(each), parts: values}]
    }
    const found: Conjunction[] = []
    for (const {rest, size, values} of groupsOf(diagram, dimension, each)) {
      const share = size / 2 ** dimension.bits
      for (const later of within(place + 1, rest))
        found.push({
          share: share * later.share,
          parts: () => [{dimension: dimension.name, values: values()}, ...later.parts()],
        })
    }
    return found
  }
  return within(0, node)
}
