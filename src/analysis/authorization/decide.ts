import type {Authorization, AuthorizationAction, ProviderUse} from '../../model/istio/authorization.js'
import type {AskedRequest} from './asked.js'
import {type RuleVerdict, ruleVerdict} from './rule.js'

/** What the policies of a workload say about one request. */
export interface AuthorizationDecision {
  readonly verdict: 'allowed' | 'denied' | 'external' | 'unknown'
  /** The rule that decided; undefined where no ALLOW rule fits, or there is no policy. */
  readonly by: RuleVerdict | undefined
  /** The provider that is asked, where one is. */
  readonly provider: string | undefined
  /** Every rule of every policy, in the order of evaluation. */
  readonly rules: readonly RuleVerdict[]
  readonly because: string
}

/** What stands around the policies. */
export interface DecisionSetting {
  /** Identities that one of a policy stands for. */
  readonly twins: (principal: string) => readonly string[]
  /** The trust domains one of a policy stands for. */
  readonly domains: (trustDomain: string) => readonly string[]
  /** What happens to CUSTOM policies of a provider on this kind of connection; undefined when that is not known. */
  readonly provider: (name: string, tcp: boolean) => ProviderUse | undefined
}

/** Policies without the settings of their mesh: every identity stands for itself, and providers are not known. */
export const ALONE: DecisionSetting = {
  twins: principal => [principal],
  domains: trustDomain => [trustDomain],
  provider: () => undefined,
}

const ORDER: readonly AuthorizationAction[] = ['CUSTOM', 'AUDIT', 'DENY', 'ALLOW']

function byName(a: RuleVerdict, b: RuleVerdict): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
}

type Decided = Omit<AuthorizationDecision, 'rules'>

function decided(verdict: Decided['verdict'], because: string, by?: RuleVerdict, provider?: string): Decided {
  return {verdict, because, by, provider}
}

/** What CUSTOM policies say before all others; undefined when none fits. */
function byCustom(rules: readonly RuleVerdict[], tcp: boolean, setting: DecisionSetting): Decided | undefined {
  const asks = rules.find(each => each.matches === true)
  if (asks === undefined) {
    const open = rules.find(each => each.matches === undefined)
    return open === undefined ? undefined : decided('unknown', `whether CUSTOM ${label(open)} matches is unknown`, open)
  }
  const {provider} = asks.policy
  const providers = [...new Set(rules.map(each => each.policy.provider))]
  if (providers.length > 1) {
    const why = `its workload has several providers (${providers.join(', ')}), and istiod takes one`
    return decided('denied', `CUSTOM ${label(asks)} matches, and ${why}`, asks)
  }
  const use = setting.provider(provider, tcp)
  if (use === 'ignored') return undefined
  if (use === 'refused')
    return decided('denied', `CUSTOM ${label(asks)} matches, and provider ${provider} is not configured`, asks)
  return decided('external', `provider ${provider} decides (CUSTOM ${label(asks)} matches)`, asks, provider)
}

function byDenyAndAllow(denies: readonly RuleVerdict[], allows: readonly RuleVerdict[], allowing: boolean): Decided {
  const denied = denies.find(each => each.matches === true)
  if (denied !== undefined) return decided('denied', `DENY ${label(denied)} matches`, denied)
  const open = denies.find(each => each.matches === undefined)
  // Whether a DENY fits or not, without an ALLOW that can fit the request is denied.
  if (allowing && allows.every(each => each.matches === false)) return decided('denied', 'no ALLOW policy matches')
  if (open !== undefined) return decided('unknown', `whether DENY ${label(open)} matches is unknown`, open)
  if (!allowing) return decided('allowed', 'no ALLOW policy applies, and nothing denies')
  const allowed = allows.find(each => each.matches === true)
  if (allowed !== undefined) return decided('allowed', `ALLOW ${label(allowed)} matches`, allowed)
  return decided('unknown', 'whether an ALLOW policy matches is unknown')
}

/**
 * Decides by the objects alone: a CUSTOM policy that fits asks its provider, a DENY that fits denies; then with no ALLOW policy
 * everything is allowed, else one must fit (istio.io, "Authorization Policy", "Policy precedence"). Dry-run and AUDIT never decide.
 */
export function decideByObjects(
  policies: readonly Authorization[],
  asked: AskedRequest,
  setting: DecisionSetting,
): AuthorizationDecision {
  const rules = ORDER.flatMap(action =>
    policies
      .filter(each => each.action === action)
      .flatMap(policy => policy.rules.map((rule, index) => ruleVerdict(policy, rule, index, asked, setting)))
      .sort(byName),
  )
  const enforced = (action: AuthorizationAction) =>
    rules.filter(({policy}) => policy.action === action && !policy.dryRun)
  const allowing = policies.some(each => each.action === 'ALLOW' && !each.dryRun)
  const rest = byDenyAndAllow(enforced('DENY'), enforced('ALLOW'), allowing)
  const first = byCustom(enforced('CUSTOM'), asked.tcp, setting)
  const decided = first === undefined || (first.verdict !== 'denied' && rest.verdict === 'denied') ? rest : first
  return {...decided, rules}
}

/** A rule as people name it. */
export function label({policy, index}: Pick<RuleVerdict, 'policy' | 'index'>): string {
  return `${policy.object.namespace}/${policy.object.name} rule ${index}`
}
