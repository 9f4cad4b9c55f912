import {type Diagram, type Node, nodeMemo} from './diagram.js'
import type {PacketSpace} from './dimensions.js'
import type {MarkForm, Transform} from './transform.js'

/** The function for packets as rules changed them: the properties that rules change without ending the chain are substituted. */
export function changedBy({diagram, dimensions}: PacketSpace, node: Node, transform: Transform): Node {
  const {mark, connmark, 'ct-state': state} = dimensions
  const changeable = mark.bit | connmark.bit | state.bit
  const done = nodeMemo(diagram)
  const visit = (each: Node): Node => {
    if ((diagram.tested(each) & changeable) === 0) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const level = diagram.level(each)
    const low = visit(diagram.low(each))
    const high = visit(diagram.high(each))
    let result: Node
    if (level >= connmark.start)
      result = markBit({diagram, dimensions}, transform.connmark, level - connmark.start, low, high)
    else if (level >= mark.start) result = markBit({diagram, dimensions}, transform.mark, level - mark.start, low, high)
    else if (level >= state.start && transform.untracked)
      // UNTRACKED is code 4: only the highest of the three bits is set.
      result = level === state.start ? high : low
    else result = diagram.branch(level, low, high)
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** A test of one bit of a mark that was set: `low` and `high` by the bits it was set from. */
function markBit(
  {diagram, dimensions}: {readonly diagram: Diagram; readonly dimensions: PacketSpace['dimensions']},
  form: MarkForm,
  place: number,
  low: Node,
  high: Node,
): Node {
  const {mark, connmark} = dimensions
  const shift = 31 - place
  const [zero, one] = ((form.fixed >>> shift) & 1) === 1 ? [high, low] : [low, high]
  const ofMark = ((form.mark >>> shift) & 1) === 1
  const ofConnmark = ((form.connmark >>> shift) & 1) === 1
  if (!ofMark && !ofConnmark) return zero
  if (ofMark && ofConnmark) {
    const flipped = diagram.branch(connmark.start + place, one, zero)
    return diagram.branch(mark.start + place, diagram.branch(connmark.start + place, zero, one), flipped)
  }
  return diagram.branch((ofMark ? mark : connmark).start + place, zero, one)
}
