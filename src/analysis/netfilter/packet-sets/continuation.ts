import {once} from '../../../model/collections/once.js'
import type {CompiledRules} from '../packet-walk/compile.js'
import type {ChainFunctions} from './chain-functions.js'
import {type Node, nodeMemo, outcomesOf, UNGROUPED, whereOutcome} from './diagram.js'
import {CHANGEABLE_LEVEL, UNDECIDED_LEVEL} from './dimensions.js'
import type {OutcomeTable} from './outcomes.js'
import {basesUsing, mergerFor} from './undecided.js'

/** Joins functions of one part of the path with those of the next. */
export interface Continuation {
  /** The function with each end replaced by its continuation; rules of one hook that are undecided are merged. */
  follow(node: Node, after: (number: number) => Node): Node
  /** The same for a small function without undecided rules, which large ones follow: those are not taken apart. */
  select(node: Node, after: (number: number) => Node): Node
  /** The function at the end of the path, with all undecided rules merged. */
  settle(node: Node): Node
}

const isUndecided = (level: number): boolean => level >= UNDECIDED_LEVEL && level < CHANGEABLE_LEVEL

/** The continuation of chains, whose undecided rules end as an outcome that depends on them. */
export function continuation(table: OutcomeTable, chains: ChainFunctions, rules: CompiledRules): Continuation {
  const {space} = chains.context
  const {diagram} = space
  const merge = mergerFor(space, table, chains)
  const usedBy = once(() => basesUsing(rules))

  /** A rule in a chain of one hook is evaluated once, so both branches can be compared at once. */
  const mayMerge = (level: number): boolean => {
    const open = chains.undecided(level)
    return open === undefined || (usedBy().get(open.at) ?? 0) <= 1
  }

  const follow = (node: Node, after: (number: number) => Node): Node => {
    const results = nodeMemo(diagram)
    const visit = (each: Node): Node => {
      const known = results.get(each)
      if (known !== undefined) return known
      const value = diagram.outcome(each)
      let result: Node
      if (value !== undefined) result = after(value)
      else {
        const level = diagram.level(each)
        const low = visit(diagram.low(each))
        if (isUndecided(level) && mayMerge(level)) {
          const end = diagram.outcome(low)
          const settled = end !== undefined && table.outcome(end).kind === 'insufficient'
          result = settled ? low : merge(level, low, visit(diagram.high(each)))
        } else result = diagram.branch(level, low, visit(diagram.high(each)))
      }
      results.set(each, result)
      return result
    }
    return visit(node)
  }

  /** Merges the rules used by several hooks, which stay undecided until the end of the path. */
  const mergeAll = (node: Node): Node => {
    const results = nodeMemo(diagram)
    const visit = (each: Node): Node => {
      if ((diagram.tested(each) & UNGROUPED) === 0) return each
      const known = results.get(each)
      if (known !== undefined) return known
      const level = diagram.level(each)
      const [low, high] = [visit(diagram.low(each)), visit(diagram.high(each))]
      const result = isUndecided(level) ? merge(level, low, high) : diagram.branch(level, low, high)
      results.set(each, result)
      return result
    }
    return visit(node)
  }

  const select = (node: Node, after: (number: number) => Node): Node => {
    const [first, ...others] = outcomesOf(diagram, node)
    return others.reduce<Node>(
      (rest, number) =>
        diagram.choose(
          whereOutcome(diagram, node, each => each === number),
          after(number),
          rest,
        ),
      after(first ?? 0),
    )
  }

  return {
    follow,
    select,
    settle: node => (chains.hasUndecided() ? mergeAll(follow(node, number => diagram.leaf(number))) : node),
  }
}
