import type {ChainEnds} from './chain-ends.js'
import {changedBy} from './changed-packets.js'
import {branchOf, FALSE, type Node, replaceOutcomes, TRUE, tripleMemo, whereOutcome} from './diagram.js'
import {CHANGEABLE_LEVEL, type PacketSpace} from './dimensions.js'
import {keepsPacket, type Transform, UNCHANGED} from './transform.js'

/** What a rule does with the packets it matches: `final` when none of them goes on to the next rule. */
export interface RuleAction {
  readonly node: Node
  readonly final: boolean
}

/** Joins rules with what comes after them. */
export interface RuleSteps {
  /** `next` where the condition does not hold; where it does the action, and `next` behind it unless it is final. */
  join(condition: Node, action: RuleAction, next: Node): Node
  /** `next` for packets that were changed before. */
  behind(transform: Transform, next: Node): Node
}

// A local constant: global lookups are slow inside jest.
const {min} = Math

/** So many results of joining a rule with what is behind it are remembered. */
const STEPS = 1 << 16

/** The steps of rules in one packet space. */
export function ruleSteps(space: PacketSpace, ends: ChainEnds): RuleSteps {
  const {diagram} = space
  const steps = tripleMemo(STEPS)

  const behind = (transform: Transform, next: Node): Node => {
    if (transform === UNCHANGED) return next
    return ends.changed(keepsPacket(transform) ? next : changedBy(space, next, transform), transform)
  }

  /** The action, with each of its continuations resolved to an end. */
  const continued = (action: Node, next: Node): Node =>
    next === ends.next
      ? action
      : replaceOutcomes(diagram, action, number => {
          const end = ends.at(number)
          return end?.kind === 'next' ? behind(end.transform, next) : diagram.leaf(number)
        })

  const goOn = (condition: Node, action: Node, next: Node): Node => {
    if (condition === FALSE || action === ends.next) return next
    if (condition === TRUE && next === ends.next) return action
    const end = ends.only(action)
    if (end !== undefined && end.kind !== 'next') return diagram.choose(condition, action, next)
    if (diagram.outcome(next) !== undefined) return diagram.choose(condition, continued(action, next), next)
    const level = min(diagram.level(condition), diagram.level(action), diagram.level(next))
    if (level >= CHANGEABLE_LEVEL) return amongChangeable(condition, action, next)
    const known = steps.get(condition, action, next)
    if (known !== undefined) return known
    const low = goOn(
      branchOf(diagram, condition, level, false),
      branchOf(diagram, action, level, false),
      branchOf(diagram, next, level, false),
    )
    const high = goOn(
      branchOf(diagram, condition, level, true),
      branchOf(diagram, action, level, true),
      branchOf(diagram, next, level, true),
    )
    const result = diagram.make(level, low, high)
    steps.set(condition, action, next, result)
    return result
  }

  /** The same when only mutable properties remain: the rest of the chain must see them as changed. */
  const amongChangeable = (condition: Node, action: Node, next: Node): Node => {
    let result = next
    const seen = new Set<number>()
    replaceOutcomes(diagram, action, number => {
      seen.add(number)
      return TRUE
    })
    for (const number of seen) {
      const here = diagram.and(
        condition,
        whereOutcome(diagram, action, each => each === number),
      )
      const end = ends.at(number)
      const leads = end?.kind === 'next' ? behind(end.transform, next) : diagram.leaf(number)
      result = diagram.choose(here, leads, result)
    }
    return result
  }

  return {
    join: (condition, {node, final}, next) =>
      final ? diagram.choose(condition, node, next) : goOn(condition, node, next),
    behind,
  }
}
