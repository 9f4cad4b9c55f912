import {definedFields} from '../../../model/defined-fields.js'
import {hiddenByNft, type Rule} from '../../../model/ruleset.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {nestingProblem, unshown} from '../packet-walk/evaluate.js'
import {type ConditionContext, ruleSet} from './condition-sets.js'

import {
  type Diagram,
  FALSE,
  LEAF_LEVEL,
  type Node,
  nodeMemo,
  replaceOutcomes,
  TRUE,
  tripleMemo,
  whereOutcome,
} from './diagram.js'
import {CHANGEABLE_LEVEL, UNDECIDED_LEVEL} from './dimensions.js'
import {endsTable, keepsPacket, type MarkForm, type Transform, then, transformOf, UNCHANGED} from './transform.js'

/** How the traversal of a chain ends. `next` continues after the rule, `return` after the jump. */
export type ChainEnd =
  | {readonly kind: 'next' | 'return' | 'accept'; readonly transform: Transform}
  | {readonly kind: 'drop' | 'refuse'; readonly at: string; readonly reason: string}
  | {readonly kind: 'unknown'; readonly reason: string; readonly rule?: Rule}

/** A rule that cannot be decided from the text, with its position and the reason. */
export interface UndecidedRule {
  readonly rule: Rule
  readonly at: string
  readonly because?: string
}

/** What chains do to every packet, one function per chain, built on first use. */
export interface ChainFunctions {
  readonly context: ConditionContext
  /** The function of the chain: from each packet that enters to the number of its end. */
  of(chain: CompiledChain): Node
  ending(number: number): ChainEnd
  /** The undecided rule that a level represents. */
  undecided(level: number): UndecidedRule | undefined
  /** True when a chain that was asked for has a rule that cannot be decided. */
  hasUndecided(): boolean
  /** Chains that were given up because they split packets into too many parts, with the reason naming the rules. */
  readonly givenUp: readonly string[]
  /** Nodes used by each chain so far: its own rules, and inlined where others call it. */
  readonly made: ReadonlyMap<CompiledChain, number>
}

// A local constant: global lookups are slow inside jest.
const {min} = Math

/** The share of all nodes one chain may use: beyond it the chain is given up and the others continue. */
const CHAIN_SHARE = 3 / 16

/** So many results of joining a rule with what is behind it are remembered. */
const STEPS = 1 << 16

/** Substitutes the properties that rules change without ending the chain. */
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
      // UNTRACKED is code 4: only the highest of the three bits is set.
      result = level === state.start ? high : low
    else result = diagram.branch(level, low, high)
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** The chains a rule jumps or goes to. */
export function targetsOf(chain: CompiledChain, {actions}: Rule): readonly CompiledChain[] {
  return actions.flatMap(action => {
    if (action.kind !== 'jump' && action.kind !== 'goto') return []
    return chain.table.get(action.chain) ?? []
  })
}

/** Makes the functions of chains for one packet space. */
export function chainFunctions(context: ConditionContext): ChainFunctions {
  const {diagram} = context.space
  const endings: ChainEnd[] = []
  const numbers = new Map<string, number>()
  const functions = new Map<CompiledChain, Node>()
  const undecidedRules: UndecidedRule[] = []
  const levels = new Map<Rule, number>()
  const givenUp: string[] = []
  const made = new Map<CompiledChain, number>()
  const room = diagram.limit * CHAIN_SHARE
  let byCalled = 0

  const ending = (value: ChainEnd): Node => {
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

  const endingAt = (node: Node): ChainEnd | undefined => {
    const value = diagram.outcome(node)
    return value === undefined ? undefined : endings[value]
  }

  /** The rest of the chain, for packets after the transform. */
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

  /** The action, with each of its continuations resolved to an end. */
  const ledTo = (action: Node, next: Node): Node =>
    replaceOutcomes(diagram, action, value => {
      const end = endings[value]
      return end?.kind === 'next' ? behind(end.transform, next) : diagram.leaf(value)
    })

  const steps = tripleMemo(STEPS)

  /** `next` where the condition does not hold, `action` where it does, continuing with `next`. */
  const rule = (condition: Node, action: Node, next: Node): Node => {
    if (condition === FALSE || action === NEXT) return next
    if (condition === TRUE && next === NEXT) return action
    const end = endingAt(action)
    if (end !== undefined && end.kind !== 'next') return diagram.choose(condition, action, next)
    if (diagram.outcome(next) !== undefined) return diagram.choose(condition, ledTo(action, next), next)
    const level = min(diagram.level(condition), diagram.level(action), diagram.level(next))
    if (level >= CHANGEABLE_LEVEL) return amongChangeable(condition, action, next)
    const known = steps.get(condition, action, next)
    if (known !== undefined) return known
    const part = (node: Node, high: boolean): Node =>
      diagram.level(node) !== level ? node : high ? diagram.high(node) : diagram.low(node)
    const low = rule(part(condition, false), part(action, false), part(next, false))
    const high = rule(part(condition, true), part(action, true), part(next, true))
    const result = diagram.make(level, low, high)
    steps.set(condition, action, next, result)
    return result
  }

  /** The same when only mutable properties remain: the rest of the chain must see them as changed. */
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

  const called = (
    chain: CompiledChain,
    name: string,
    each: Rule,
    back: boolean,
    entered: readonly CompiledChain[],
  ): Node => {
    const target = chain.table.get(name)
    if (target === undefined)
      return ending({
        kind: 'unknown',
        reason: `${chain.at} rule ${each.position} leads to ${name}, which is not in the text`,
        rule: each,
      })
    if (!target.chain.complete)
      return ending({kind: 'unknown', reason: `the text does not hold all rules of ${name}`, rule: each})
    const problem = nestingProblem(chain, each, target, entered)
    if (problem !== undefined) return ending({kind: 'unknown', reason: problem, rule: each})
    const node = chainNode(target, [...entered, target])
    if (!back) return node
    return goingOn(node)
  }

  const act = (chain: CompiledChain, each: Rule, entered: readonly CompiledChain[]): Node => {
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
      else if (action.kind === 'goto') result = called(chain, action.chain, each, false, entered)
      else if (action.kind === 'jump') result = rule(TRUE, called(chain, action.chain, each, true, entered), result)
    }
    return result
  }

  /** The conditions of a chain's rules; an undecided one gets a level of its own. */
  const conditionOf = ({rule: each, hidden}: CompiledChain['rules'][number], at: string): Node => {
    const {packets, undecided} = ruleSet(context, each)
    const part = unshown(each, at) ?? (undecided ? undefined : hidden)
    const because = definedFields({because: part})
    const open = undecided || hidden !== undefined
    return open && packets !== FALSE ? diagram.and(packets, undecidedLevel({rule: each, at, ...because})) : packets
  }

  const chainNode = (chain: CompiledChain, entered: readonly CompiledChain[]): Node => {
    const known = functions.get(chain)
    if (known !== undefined) return known
    const before = diagram.size()
    const byOthers = byCalled
    byCalled = 0
    const own = (): number => diagram.size() - before - byCalled
    try {
      const {rules} = chain
      const conditions = rules.map(each => conditionOf(each, chain.at))
      let result = RETURN
      for (const [place, each] of [...rules.entries()].toReversed()) {
        const action = act(chain, each.rule, entered)
        const reached = diagram.size()
        result = rule(conditions[place] ?? FALSE, action, result)
        // A jump adds the function of the chain it leads to.
        for (const target of targetsOf(chain, each.rule)) charge(target, diagram.size() - reached)
        if (own() <= room) continue
        result = tooFine(chain, each.rule)
        break
      }
      functions.set(chain, result)
      return result
    } finally {
      charge(chain, own())
      byCalled = byOthers + diagram.size() - before
    }
  }

  const charge = (chain: CompiledChain, nodes: number): void => {
    made.set(chain, (made.get(chain) ?? 0) + nodes)
  }

  /** The result for packets that enter a chain that was given up: unknown. */
  const tooFine = (chain: CompiledChain, each: Rule): Node => {
    const called = targetsOf(chain, each).map(({at}) => `, which leads to ${at}`)
    const where = `${chain.at} at rule ${each.position} of ${chain.rules.length}${called.join('')}`
    const reason = `the rules split packets into more parts than can be held: gave up on ${where}`
    givenUp.push(reason)
    return ending({kind: 'unknown', reason})
  }

  return {
    context,
    of: chain => chainNode(chain, [chain]),
    ending: number => endings[number] ?? {kind: 'unknown', reason: 'no such ending'},
    undecided: level => undecidedRules[level - UNDECIDED_LEVEL],
    hasUndecided: () => undecidedRules.length > 0,
    givenUp,
    made,
  }
}
