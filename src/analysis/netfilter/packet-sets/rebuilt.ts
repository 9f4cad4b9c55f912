import type {Diagram, Node} from './diagram.js'

/** A function built again from the top, where each part that `replaced` has an answer for becomes that answer; shared parts are visited once. */
export function rebuilt(diagram: Diagram, node: Node, replaced: (each: Node) => Node | undefined): Node {
  const done = new Map<Node, Node>()
  const visit = (each: Node): Node => {
    const value = replaced(each)
    if (value !== undefined) return value
    const known = done.get(each)
    if (known !== undefined) return known
    const result = diagram.make(diagram.level(each), visit(diagram.low(each)), visit(diagram.high(each)))
    done.set(each, result)
    return result
  }
  return visit(node)
}
