import {type Action, hiddenByNft, type Rule} from '../../../model/kernel/ruleset.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {nestingProblem} from '../packet-walk/evaluate.js'
import type {ChainEnds} from './chain-ends.js'
import {type Node, TRUE} from './diagram.js'
import type {RuleAction, RuleSteps} from './rule-steps.js'
import {endsTable, transformOf, UNCHANGED} from './transform.js'

/** The decision node of a chain, given the chains it was entered through, this one last. */
export type ChainNode = (chain: CompiledChain, entered: readonly CompiledChain[]) => Node

/** The chains a rule jumps or goes to. */
export function targetsOf(chain: CompiledChain, {actions}: Rule): readonly CompiledChain[] {
  return actions.flatMap(action => {
    if (action.kind !== 'jump' && action.kind !== 'goto') return []
    return chain.table.get(action.chain) ?? []
  })
}

/** What the rule of a chain does with the packets it matches. */
export function ruleActions(ends: ChainEnds, steps: RuleSteps, chainNode: ChainNode) {
  const called = (chain: CompiledChain, name: string, rule: Rule, entered: readonly CompiledChain[]): Node => {
    const target = chain.table.get(name)
    const unknown = (reason: string): Node => ends.leaf({kind: 'unknown', reason, rule})
    if (target === undefined)
      return unknown(`${chain.at} rule ${rule.position} leads to ${name}, which is not in the text`)
    if (!target.chain.complete) return unknown(`the text does not hold all rules of ${name}`)
    const problem = nestingProblem(chain, rule, target, entered)
    return problem === undefined ? chainNode(target, [...entered, target]) : unknown(problem)
  }

  /** An action, with what the later ones of its rule do. */
  const before = (
    chain: CompiledChain,
    rule: Rule,
    action: Action,
    later: RuleAction,
    entered: readonly CompiledChain[],
  ): RuleAction => {
    const at = `${chain.at} rule ${rule.position}`
    const end = (node: Node): RuleAction => ({node, final: true})
    const transform = transformOf(action, chain.at)
    if (transform !== undefined)
      return endsTable(action)
        ? end(ends.leaf({kind: 'accept', transform}))
        : {...later, node: steps.behind(transform, later.node)}
    switch (action.kind) {
      case 'accept':
        return end(ends.leaf({kind: 'accept', transform: UNCHANGED}))
      case 'return':
        return end(ends.next)
      case 'drop':
        return end(ends.leaf({kind: 'drop', at, reason: 'a rule drops it'}))
      case 'reject': {
        const reply = action.reply === undefined ? '' : ` with ${action.reply}`
        return end(ends.leaf({kind: 'refuse', at, reason: `a rule rejects it${reply}`}))
      }
      case 'queue':
        return end(ends.leaf({kind: 'unknown', reason: `${at} hands the packet to a program (NFQUEUE)`, rule}))
      case 'opaque':
        return end(ends.leaf({kind: 'unknown', reason: notUnderstood(at, rule), rule}))
      case 'goto':
        return end(called(chain, action.chain, rule, entered))
      case 'jump': {
        const target = {node: called(chain, action.chain, rule, entered), final: false}
        return {...later, node: steps.join(TRUE, target, later.node)}
      }
      default:
        return later
    }
  }

  return (chain: CompiledChain, rule: Rule, entered: readonly CompiledChain[]): RuleAction =>
    rule.actions.reduceRight<RuleAction>((later, action) => before(chain, rule, action, later, entered), {
      node: ends.next,
      final: false,
    })
}

function notUnderstood(at: string, rule: Rule): string {
  const part = hiddenByNft(rule)
  return part === undefined
    ? `${at} does something meshctl does not understand: ${rule.text}`
    : `nft does not show all of ${at} (${part})`
}
