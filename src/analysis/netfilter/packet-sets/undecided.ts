import type {CompiledChain, CompiledRules} from '../packet-walk/compile.js'
import type {ChainFunctions} from './chain-functions.js'
import {sameLanding} from './compare.js'
import type {Node} from './diagram.js'
import type {PacketSpace} from './dimensions.js'
import {dependsOn, NO_PACKET, type OutcomeTable, outcomeKey} from './outcomes.js'
import {targetsOf} from './rule-actions.js'

/** How many base chains lead to each chain. */
export function basesUsing({bases}: CompiledRules): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const base of new Set(bases.map(each => each.base))) {
    const seen = new Set<CompiledChain>([base])
    // A set goes on to what is added while it is walked.
    for (const chain of seen)
      for (const {rule} of chain.rules) for (const target of targetsOf(chain, rule)) seen.add(target)
    for (const {at} of seen) uses.set(at, (uses.get(at) ?? 0) + 1)
  }
  return uses
}

/** Merges both branches of an undecided rule: one outcome if they are equal, `depends on` otherwise. */
export function mergerFor(
  space: PacketSpace,
  table: OutcomeTable,
  chains: ChainFunctions,
): (level: number, low: Node, high: Node) => Node {
  const {diagram} = space
  const leaf = (outcome: Parameters<OutcomeTable['number']>[0]): Node => diagram.leaf(table.number(outcome))
  const none = diagram.leaf(NO_PACKET)
  return (level, low, high) => {
    const open = chains.undecided(level)
    const done = new Map<string, Node>()
    const why = open?.because ?? ''
    const depends = open === undefined ? none : leaf(dependsOn(open.at, open.rule, why))
    const visit = (a: Node, b: Node): Node => {
      if (a === b) return a
      const one = diagram.outcome(a)
      const other = diagram.outcome(b)
      if (one !== undefined && other !== undefined) {
        const [left, right] = [table.outcome(one), table.outcome(other)]
        if (left.kind === 'insufficient' || left.kind === 'none') return a
        if (right.kind === 'insufficient') return b
        if (outcomeKey(left) === outcomeKey(right)) return a
        return diagram.choose(sameLanding(space, left, right), a, depends)
      }
      if (one !== undefined && table.outcome(one).kind === 'insufficient') return a
      const key = `${a} ${b}`
      const known = done.get(key)
      if (known !== undefined) return known
      const top = Math.min(diagram.level(a), diagram.level(b))
      const part = (node: Node, up: boolean): Node =>
        diagram.level(node) !== top ? node : up ? diagram.high(node) : diagram.low(node)
      const result = diagram.branch(top, visit(part(a, false), part(b, false)), visit(part(a, true), part(b, true)))
      done.set(key, result)
      return result
    }
    return visit(low, high)
  }
}
