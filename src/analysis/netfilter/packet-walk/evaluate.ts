import {definedFields} from '../../../model/collections/defined-fields.js'
import type {WalkStep} from '../../../model/kernel/packet.js'
import {type Action, hiddenByNft, type Rule} from '../../../model/kernel/ruleset.js'
import type {CompiledChain, CompiledRule} from './compile.js'
import type {Flow} from './flow.js'

/** What a base chain decided: go on to the next one, or an end with its reason. */
export type BaseVerdict =
  | {readonly kind: 'accept'}
  | {readonly kind: 'drop' | 'refuse'; readonly at: string; readonly reason: string}
  | {readonly kind: 'unknown'; readonly reason: string}

/** Where events go, and which undecidable rules are taken to match in this run. */
export interface Trail {
  readonly steps: WalkStep[]
  readonly assumed: ReadonlyMap<Rule, boolean>
  /** The first undecidable rule met that no assumption covers. */
  open: {readonly rule: Rule; readonly at: string; readonly because?: string} | undefined
  hops: number
  /** How often the packet came back in through lo. */
  laps: number
}

/** Applies an action that does not end the chain; true when it was one. */
export type ApplyAction = (action: Action, flow: Flow) => boolean

type Flowing = BaseVerdict | 'return' | 'next'

/** So many rules are asked, and so many match, before a walk is given up: jumps that fan out could go on for years. */
const MAX_HOPS = 2_000_000
const MAX_STEPS = 2_000
/** Chains nested deeper are given up. nf_tables takes 16 levels (NFT_JUMP_STACK_SIZE); iptables-legacy has no limit of its own. */
const MAX_DEPTH = 64

/** Why chains are not followed further: the kernel refuses rules that jump in a circle, and deeper than real rulesets nest them. */
export function nestingProblem(
  chain: CompiledChain,
  rule: Rule,
  target: CompiledChain,
  entered: readonly CompiledChain[],
): string | undefined {
  if (entered.includes(target))
    return `chains jump in a circle: ${chain.at} rule ${rule.position} enters ${target.at} again`
  if (entered.length > MAX_DEPTH) return `chains are nested more than ${MAX_DEPTH} deep: gave up on ${target.at}`
  return undefined
}

function matches({rule, tests, hidden}: CompiledRule, flow: Flow, trail: Trail, at: string): boolean {
  let unknown = false
  for (const test of tests()) {
    const holds = test(flow)
    if (holds === false) return false
    if (holds === undefined) unknown = true
  }
  if (!unknown && hidden === undefined) return true
  const assumed = trail.assumed.get(rule)
  if (assumed === undefined) trail.open ??= {rule, at, ...(unknown ? {} : definedFields({because: hidden}))}
  return assumed ?? false
}

/** What to say of a rule that nft prints by halves. */
export function unshown(rule: Rule, at: string): string | undefined {
  const part = hiddenByNft(rule)
  return part === undefined ? undefined : `nft does not show all of ${at} rule ${rule.position} (${part})`
}

function runAction(
  action: Action,
  chain: CompiledChain,
  compiled: CompiledRule,
  flow: Flow,
  trail: Trail,
  apply: ApplyAction,
  entered: readonly CompiledChain[],
): Flowing {
  switch (action.kind) {
    case 'accept':
      return {kind: 'accept'}
    case 'drop':
      return {kind: 'drop', at: `${chain.at} rule ${compiled.rule.position}`, reason: 'a rule drops it'}
    case 'reject':
      return {
        kind: 'refuse',
        at: `${chain.at} rule ${compiled.rule.position}`,
        reason: `a rule rejects it${action.reply === undefined ? '' : ` with ${action.reply}`}`,
      }
    case 'return':
      return 'return'
    case 'queue':
      return {
        kind: 'unknown',
        reason: `${chain.at} rule ${compiled.rule.position} hands the packet to a program (NFQUEUE)`,
      }
    case 'opaque':
      return {
        kind: 'unknown',
        reason:
          unshown(compiled.rule, chain.at) ??
          `${chain.at} rule ${compiled.rule.position} does something meshctl does not understand: ${compiled.rule.text}`,
      }
    case 'jump':
    case 'goto': {
      const target = chain.table.get(action.chain)
      if (target === undefined)
        return {
          kind: 'unknown',
          reason: `${chain.at} rule ${compiled.rule.position} leads to ${action.chain}, which is not in the text`,
        }
      if (!target.chain.complete)
        return {kind: 'unknown', reason: `the text does not hold all rules of ${action.chain}`}
      const problem = nestingProblem(chain, compiled.rule, target, entered)
      if (problem !== undefined) return {kind: 'unknown', reason: problem}
      const end = runChain(target, flow, trail, apply, [...entered, target])
      return end === 'return' && action.kind === 'jump' ? 'next' : end
    }
    default:
      return apply(action, flow) ? {kind: 'accept'} : 'next'
  }
}

/** The rules worth trying: all of a short chain, the index's candidates of a long one. */
function rulesFor(chain: CompiledChain, flow: Flow): readonly CompiledRule[] {
  const index = chain.index()
  if (index === undefined) return chain.rules
  return index.candidates(flow).flatMap(place => chain.rules[place] ?? [])
}

function tooMany(chain: CompiledChain, rule: Rule, {hops}: Trail): string {
  const many = hops > MAX_HOPS ? `${MAX_HOPS} rules were asked` : `${MAX_STEPS} rules match`
  return `the walk was given up at ${chain.at} rule ${rule.position}: more than ${many}`
}

function runChain(
  chain: CompiledChain,
  flow: Flow,
  trail: Trail,
  apply: ApplyAction,
  entered: readonly CompiledChain[],
): BaseVerdict | 'return' {
  for (const compiled of rulesFor(chain, flow)) {
    const {rule, actions} = compiled
    if (++trail.hops > MAX_HOPS || trail.steps.length >= MAX_STEPS)
      return {kind: 'unknown', reason: tooMany(chain, rule, trail)}
    if (!matches(compiled, flow, trail, chain.at)) continue
    trail.steps.push({
      hook: flow.hook,
      backend: chain.backend,
      at: chain.at,
      rule: rule.position,
      text: rule.text,
      actions,
      counted: chain.backend !== 'native' || rule.counters !== undefined,
    })
    for (const action of actions) {
      const result = runAction(action, chain, compiled, flow, trail, apply, entered)
      if (result !== 'next') return result
    }
  }
  return 'return'
}

/**
 * Walks one base chain top down (iptables(8), TARGETS; nft(8), VERDICT STATEMENTS): RETURN goes back behind the jump, the end of a user chain
 * is a RETURN, goto does not come back, the end of a base chain is its policy.
 */
export function runBase(base: CompiledChain, flow: Flow, trail: Trail, apply: ApplyAction): BaseVerdict {
  if (!base.chain.complete) return {kind: 'unknown', reason: `the text does not hold all rules of ${base.chain.name}`}
  const verdict = runChain(base, flow, trail, apply, [base])
  if (verdict !== 'return') return verdict
  if (base.rules.length > 0 || base.chain.policy === 'drop') {
    trail.steps.push({
      hook: flow.hook,
      backend: base.backend,
      counted: true,
      at: base.at,
      rule: 0,
      text: `policy ${base.chain.policy ?? 'accept'}`,
      actions: [],
    })
  }
  if (base.chain.policy === 'drop')
    return {kind: 'drop', at: `${base.at} policy`, reason: 'the policy of the chain drops it'}
  return {kind: 'accept'}
}
