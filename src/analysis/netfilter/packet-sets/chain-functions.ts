import {hiddenByNft, type Rule} from '../../../model/ruleset.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {unshown} from '../packet-walk/evaluate.js'
import {type ConditionContext, ruleSet} from './condition-sets.js'

import {type Diagram, FALSE, LEAF_LEVEL, type Node, nodeMemo, replaceOutcomes, TRUE, whereOutcome} from './diagram.js'
import {CHANGEABLE_LEVEL, UNDECIDED_LEVEL} from './dimensions.js'
import {endsTable, keepsPacket, type MarkForm, type Transform, then, transformOf, UNCHANGED} from './transform.js'

/** How the pass of a packet through a chain ends. `next` goes on behind the rule, `return` behind the jump. */
export type Ending =
  | {readonly kind: 'next' | 'return' | 'accept'; readonly transform: Transform}
  | {readonly kind: 'drop' | 'refuse'; readonly at: string; readonly reason: string}
  | {readonly kind: 'unknown'; readonly reason: string; readonly rule?: Rule}

/** A rule that cannot be decided from the text, with where it stands and why. */
export interface UndecidedRule {
  readonly rule: Rule
  readonly at: string
  readonly because?: string
}

/** What chains do to every packet, one function each, made when first asked for. */
export interface ChainFunctions {
  readonly context: ConditionContext
  /** What the chain does, from each packet as it enters to the number of its ending. */
  of(chain: CompiledChain): Node
  ending(number: number): Ending
  /** The rule behind a level that stands for one that cannot be decided. */
  undecided(level: number): UndecidedRule | undefined
  /** Rules whose conditions were given up on, since the parts they split packets into are too many. */
  readonly givenUp: readonly UndecidedRule[]
}

// Taken from the global once: looking it up there is slow where tests run.
const {min} = Math

/** Rules of one chain may add this many nodes; those behind are given up on. */
const MAX_NODES = 3_000_000

const MAX_DEPTH = 64

/** Properties rules change without ending the chain, put in place of what the packet had. */
export function changedBy(diagram: Diagram, node: Node, transform: Transform, context: ConditionContext): Node {
  const {dimensions} = context.space
  const {mark, connmark, 'ct-state': state} = dimensions
  const done = nodeMemo(diagram)
  const bit = (form: MarkForm, place: number, low: Node, high: Node): Node => {
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
  const visit = (each: Node): Node => {
    const level = diagram.level(each)
    if (level === LEAF_LEVEL) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const low = visit(diagram.low(each))
    const high = visit(diagram.high(each))
    let result: Node
    if (level >= connmark.start) result = bit(transform.connmark, level - connmark.start, low, high)
    else if (level >= mark.start) result = bit(transform.mark, level - mark.start, low, high)
    else if (level >= state.start && transform.untracked)
      // UNTRACKED has code 4: the highest of three bits set, the others not.
      result = level === state.start ? high : low
    else result = diagram.branch(level, low, high)
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** Makes the functions of chains for one packet space. */
export function chainFunctions(context: ConditionContext): ChainFunctions {
  const {diagram} = context.space
  const endings: Ending[] = []
  const numbers = new Map<string, number>()
  const functions = new Map<CompiledChain, Node>()
  const undecidedRules: UndecidedRule[] = []
  const levels = new Map<Rule, number>()
  const givenUp: UndecidedRule[] = []

  const ending = (value: Ending): Node => {
    const {rule, ...rest} = value.kind === 'unknown' ? value : {...value, rule: undefined}
    const key = `${JSON.stringify(rest)} ${rule?.line ?? ''}`
    const known = numbers.get(key)
    if (known !== undefined) return diagram.leaf(known)
    numbers.set(key, endings.length)
    endings.push(value)
    return diagram.leaf(endings.length - 1)
  }
  const NEXT = ending({kind: 'next', transform: UNCHANGED})
  const RETURN = ending({kind: 'return', transform: UNCHANGED})

  const undecidedLevel = (found: UndecidedRule): Node => {
    let level = levels.get(found.rule)
    if (level === undefined) {
      level = UNDECIDED_LEVEL + undecidedRules.length
      undecidedRules.push(found)
      levels.set(found.rule, level)
    }
    return diagram.make(level, 0, TRUE)
  }

  const endingAt = (node: Node): Ending | undefined => {
    const value = diagram.outcome(node)
    return value === undefined ? undefined : endings[value]
  }

  /** What comes behind, for packets the transform was done to. */
  const behind = (transform: Transform, next: Node): Node => {
    if (transform === UNCHANGED) return next
    const moved = keepsPacket(transform) ? next : changedBy(diagram, next, transform, context)
    return replaceOutcomes(diagram, moved, value => {
      const end = endings[value]
      return end !== undefined && 'transform' in end
        ? ending({...end, transform: then(transform, end.transform)})
        : diagram.leaf(value)
    })
  }

  /** The action with its ways to go on leading to an ending. */
  const ledTo = (action: Node, next: Node): Node =>
    replaceOutcomes(diagram, action, value => {
      const end = endings[value]
      return end?.kind === 'next' ? behind(end.transform, next) : diagram.leaf(value)
    })

  let steps = new Map<string, Node>()

  /** `next` where the condition does not hold, `action` where it does, with its ways to go on leading to `next`. */
  const rule = (condition: Node, action: Node, next: Node): Node => {
    if (condition === FALSE || action === NEXT) return next
    if (condition === TRUE && next === NEXT) return action
    const end = endingAt(action)
    if (end !== undefined && end.kind !== 'next') return diagram.choose(condition, action, next)
    if (diagram.outcome(next) !== undefined) return diagram.choose(condition, ledTo(action, next), next)
    const level = min(diagram.level(condition), diagram.level(action), diagram.level(next))
    if (level >= CHANGEABLE_LEVEL) return amongChangeable(condition, action, next)
    const key = `${condition} ${action} ${next}`
    const known = steps.get(key)
    if (known !== undefined) return known
    const part = (node: Node, high: boolean): Node =>
      diagram.level(node) !== level ? node : high ? diagram.high(node) : diagram.low(node)
    const low = rule(part(condition, false), part(action, false), part(next, false))
    const high = rule(part(condition, true), part(action, true), part(next, true))
    const result = diagram.make(level, low, high)
    steps.set(key, result)
    return result
  }

  /** The same where only properties are left that rules can change: what is behind must see them as changed. */
  const amongChangeable = (condition: Node, action: Node, next: Node): Node => {
    let result = next
    const seen = new Set<number>()
    replaceOutcomes(diagram, action, value => {
      seen.add(value)
      return TRUE
    })
    for (const value of seen) {
      const here = diagram.and(
        condition,
        whereOutcome(diagram, action, each => each === value),
      )
      const end = endings[value]
      const leads = end?.kind === 'next' ? behind(end.transform, next) : diagram.leaf(value)
      result = diagram.choose(here, leads, result)
    }
    return result
  }

  const opaque = (chain: CompiledChain, {position, text}: Rule, each: Rule): Node => {
    const part = hiddenByNft(each)
    const reason =
      part === undefined
        ? `${chain.at} rule ${position} does something meshctl does not understand: ${text}`
        : `nft does not show all of ${chain.at} rule ${position} (${part})`
    return ending({kind: 'unknown', reason, rule: each})
  }

  const goesOn = new Map<Node, Node>([[RETURN, NEXT]])
  const goingOn = (node: Node): Node => {
    const known = goesOn.get(node)
    if (known !== undefined) return known
    const result = replaceOutcomes(diagram, node, value => {
      const end = endings[value]
      return end?.kind === 'return' ? ending({...end, kind: 'next'}) : diagram.leaf(value)
    })
    goesOn.set(node, result)
    return result
  }

  const called = (chain: CompiledChain, name: string, each: Rule, back: boolean, depth: number): Node => {
    const target = chain.table.get(name)
    if (target === undefined)
      return ending({
        kind: 'unknown',
        reason: `${chain.at} rule ${each.position} leads to ${name}, which is not in the text`,
        rule: each,
      })
    if (!target.chain.complete)
      return ending({kind: 'unknown', reason: `the text does not hold all rules of ${name}`, rule: each})
    if (depth >= MAX_DEPTH) return ending({kind: 'unknown', reason: 'chains jump in a circle', rule: each})
    const node = chainNode(target, depth + 1)
    if (!back) return node
    return goingOn(node)
  }

  const act = (chain: CompiledChain, each: Rule, depth: number): Node => {
    let result = NEXT
    for (const action of each.actions.toReversed()) {
      const at = `${chain.at} rule ${each.position}`
      const transform = transformOf(action, chain.at)
      if (transform !== undefined)
        result = endsTable(action) ? ending({kind: 'accept', transform}) : behind(transform, result)
      else if (action.kind === 'accept' || action.kind === 'return')
        result = ending({kind: action.kind, transform: UNCHANGED})
      else if (action.kind === 'drop') result = ending({kind: 'drop', at, reason: 'a rule drops it'})
      else if (action.kind === 'reject') {
        const reply = action.reply === undefined ? '' : ` with ${action.reply}`
        result = ending({kind: 'refuse', at, reason: `a rule rejects it${reply}`})
      } else if (action.kind === 'queue')
        result = ending({kind: 'unknown', reason: `${at} hands the packet to a program (NFQUEUE)`, rule: each})
      else if (action.kind === 'opaque') result = opaque(chain, each, each)
      else if (action.kind === 'goto') result = called(chain, action.chain, each, false, depth)
      else if (action.kind === 'jump') result = rule(TRUE, called(chain, action.chain, each, true, depth), result)
    }
    return result
  }

  const chainNode = (chain: CompiledChain, depth: number): Node => {
    const known = functions.get(chain)
    if (known !== undefined) return known
    const {rules} = chain
    const conditions = new Map<CompiledChain['rules'][number], Node>()
    for (const each of rules) {
      const {packets, undecided} = ruleSet(context, each.rule)
      const part = unshown(each.rule, chain.at) ?? (undecided ? undefined : each.hidden)
      const because = part === undefined ? {} : {because: part}
      const open = undecided || each.hidden !== undefined
      conditions.set(
        each,
        open && packets !== 0
          ? diagram.and(packets, undecidedLevel({rule: each.rule, at: chain.at, ...because}))
          : packets,
      )
    }
    const before = diagram.size()
    let result = RETURN
    for (const each of rules.toReversed()) {
      const condition = conditions.get(each) ?? 0
      const action = act(chain, each.rule, depth)
      steps = new Map()
      const over = diagram.size() - before > MAX_NODES
      if (over) givenUp.push({rule: each.rule, at: chain.at, because: 'too many rules split packets otherwise'})
      result = rule(
        over
          ? undecidedLevel({rule: each.rule, at: chain.at, because: 'the rules split packets too finely'})
          : condition,
        action,
        result,
      )
    }
    functions.set(chain, result)
    return result
  }

  return {
    context,
    of: chain => chainNode(chain, 0),
    ending: number => endings[number] ?? {kind: 'unknown', reason: 'no such ending'},
    undecided: level => undecidedRules[level - UNDECIDED_LEVEL],
    givenUp,
  }
}
