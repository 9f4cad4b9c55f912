import type {Rule} from '../../../model/kernel/ruleset.js'
import {type Diagram, type Node, replaceOutcomes} from './diagram.js'
import {type Transform, then, UNCHANGED} from './transform.js'

/** How the traversal of a chain or of a rule ends. `next` leaves it for what comes after: the next rule, or the rule after the jump. */
export type ChainEnd =
  | {readonly kind: 'next' | 'accept'; readonly transform: Transform}
  | {readonly kind: 'drop' | 'refuse'; readonly at: string; readonly reason: string}
  | {readonly kind: 'unknown'; readonly reason: string; readonly rule?: Rule}

/** The ends of chains as outcomes of functions: equal ends are one outcome. */
export interface ChainEnds {
  /** The outcome for an end. */
  leaf(end: ChainEnd): Node
  /** The end with a number. */
  at(number: number): ChainEnd | undefined
  /** The end that is the same for every packet; undefined for an inner node. */
  only(node: Node): ChainEnd | undefined
  /** Leaves without a change. */
  readonly next: Node
  /** The function for packets that were changed before: every end tells that change as well. */
  changed(node: Node, transform: Transform): Node
}

/** An empty table of ends. */
export function chainEnds(diagram: Diagram): ChainEnds {
  const ends: ChainEnd[] = []
  const numbers = new Map<string, number>()

  const leaf = (end: ChainEnd): Node => {
    const {rule, ...rest} = end.kind === 'unknown' ? end : {...end, rule: undefined}
    const key = `${JSON.stringify(rest)} ${rule?.line ?? ''}`
    const known = numbers.get(key)
    if (known !== undefined) return diagram.leaf(known)
    numbers.set(key, ends.length)
    ends.push(end)
    return diagram.leaf(ends.length - 1)
  }

  return {
    leaf,
    at: number => ends[number],
    only: node => {
      const number = diagram.outcome(node)
      return number === undefined ? undefined : ends[number]
    },
    next: leaf({kind: 'next', transform: UNCHANGED}),
    changed: (node, transform) =>
      replaceOutcomes(diagram, node, number => {
        const end = ends[number]
        return end !== undefined && 'transform' in end
          ? leaf({...end, transform: then(transform, end.transform)})
          : diagram.leaf(number)
      }),
  }
}
