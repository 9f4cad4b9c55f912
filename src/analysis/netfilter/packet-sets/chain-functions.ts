import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Rule} from '../../../model/kernel/ruleset.js'
import type {CompiledChain, CompiledRule} from '../packet-walk/compile.js'
import {unshown} from '../packet-walk/evaluate.js'
import {type ChainEnd, type ChainEnds, chainEnds} from './chain-ends.js'
import {type ConditionContext, ruleSet} from './condition-sets.js'
import {branchOf, FALSE, type Node} from './diagram.js'
import {ruleActions, targetsOf} from './rule-actions.js'
import {type RuleRun, ruleRun} from './rule-runs.js'
import {type RuleAction, ruleSteps} from './rule-steps.js'
import {type UndecidedRule, type UndecidedRules, undecidedRules} from './undecided-rules.js'

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

/** The share of all nodes one chain may use: beyond it the chain is given up and the others continue. */
const CHAIN_SHARE = 1 / 8

/** Thrown when a run of rules takes more than the share of its chain. */
class BeyondShare extends Error {}

/** Makes the functions of chains for one packet space. */
export function chainFunctions(context: ConditionContext): ChainFunctions {
  const {space} = context
  const {diagram} = space
  const ends = chainEnds(diagram)
  const undecided = undecidedRules(diagram)
  const functions = new Map<CompiledChain, Node>()
  const givenUp: string[] = []
  const made = new Map<CompiledChain, number>()
  const room = diagram.limit * CHAIN_SHARE
  let byCalled = 0

  const charge = (chain: CompiledChain, nodes: number): void => {
    made.set(chain, (made.get(chain) ?? 0) + nodes)
  }

  const chainNode = (chain: CompiledChain, entered: readonly CompiledChain[]): Node => {
    const known = functions.get(chain)
    if (known !== undefined) return known
    const before = diagram.size()
    const byOthers = byCalled
    byCalled = 0
    const own = (): number => diagram.size() - before - byCalled
    const check = (): void => {
      if (own() > room) throw new BeyondShare()
    }
    const joined = (part: ChainPart, next: Node): Node => {
      if ('run' in part) {
        const node = part.run.function(next, check)
        check()
        return node
      }
      const reached = diagram.size()
      const node = steps.join(part.condition, part.action, next)
      // A jump adds the function of the chain it leads to.
      for (const target of targetsOf(chain, part.rule)) charge(target, diagram.size() - reached)
      check()
      return node
    }
    try {
      let node = ends.next
      for (const part of parts(chain, entered).toReversed()) {
        try {
          node = joined(part, node)
        } catch (error) {
          if (!(error instanceof BeyondShare)) throw error
          node = beyondShare(chain, part.rule)
          break
        }
      }
      functions.set(chain, node)
      return node
    } finally {
      charge(chain, own())
      byCalled = byOthers + diagram.size() - before
    }
  }

  const steps = ruleSteps(space, ends)
  const act = ruleActions(ends, steps, chainNode)

  /** The rules of a chain: runs of those that ask for ranges only and end alike for all packets they match, and the others one by one. */
  const parts = (chain: CompiledChain, entered: readonly CompiledChain[]): readonly ChainPart[] => {
    const found: ChainPart[] = []
    for (const compiled of chain.rules) {
      const {rule} = compiled
      const action = act(chain, rule, entered)
      const end = compiled.hidden === undefined ? endOf(context, ends, rule, action) : undefined
      const last = found.at(-1)
      if (end !== undefined && last !== undefined && 'run' in last && last.run.add(rule, end)) continue
      const run = ruleRun(space)
      if (end !== undefined && run.add(rule, end)) found.push({run, rule})
      else found.push({rule, action, condition: conditionOf(context, undecided, compiled, chain.at)})
    }
    return found
  }

  /** The result for packets that enter a chain that was given up: unknown. */
  const beyondShare = (chain: CompiledChain, rule: Rule): Node => {
    const called = targetsOf(chain, rule).map(({at}) => `, which leads to ${at}`)
    const where = `${chain.at} at rule ${rule.position} of ${chain.rules.length}${called.join('')}`
    const reason = `the rules split packets into more parts than can be held: gave up on ${where}`
    givenUp.push(reason)
    return ends.leaf({kind: 'unknown', reason})
  }

  return {
    context,
    of: chain => chainNode(chain, [chain]),
    ending: number => ends.at(number) ?? {kind: 'unknown', reason: 'no such ending'},
    undecided: undecided.at,
    hasUndecided: () => !undecided.isEmpty(),
    givenUp,
    made,
  }
}

/** A rule of a chain, or a run of rules by its first. */
type ChainPart =
  | {readonly rule: Rule; readonly run: RuleRun}
  | {readonly rule: Rule; readonly action: RuleAction; readonly condition: Node}

/** The condition of a rule; an undecided one is a variable of its own. */
function conditionOf(
  context: ConditionContext,
  undecidedOnes: UndecidedRules,
  {rule, hidden}: CompiledRule,
  at: string,
): Node {
  const {packets, undecided} = ruleSet(context, rule)
  const {diagram} = context.space
  const because = definedFields({because: unshown(rule, at) ?? (undecided ? undefined : hidden)})
  const open = undecided || hidden !== undefined
  return open && packets !== FALSE ? diagram.and(packets, undecidedOnes.condition({rule, at, ...because})) : packets
}

/** The end that every packet a rule matches comes to in its chain, if it is one for all of them. */
function endOf(
  {space}: ConditionContext,
  ends: ChainEnds,
  {conditions}: Rule,
  {node, final}: RuleAction,
): Node | undefined {
  const only = ends.only(node)
  if (only !== undefined) return final || only.kind !== 'next' ? node : undefined
  // A jump may end alike for the protocol the rule asks for.
  const asked = conditions.find(({field, values, negated}) => field === 'protocol' && !negated && values.length === 1)
  const code = space.protocols.indexOf(asked?.values[0] ?? '')
  if (code < 0) return undefined
  const {start, bits} = space.dimensions.protocol
  let here = node
  for (let level = space.diagram.level(here); level < start + bits; level = space.diagram.level(here))
    here = branchOf(space.diagram, here, level, ((code >> (start + bits - 1 - level)) & 1) === 1)
  const end = ends.only(here)
  return end !== undefined && (final || end.kind !== 'next') ? here : undefined
}
