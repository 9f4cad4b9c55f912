import {definedFields} from '../../model/collections/defined-fields.js'
import {
  type Authorization,
  type AuthorizationAction,
  type ProviderUse,
  ruleKey,
} from '../../model/istio/authorization.js'
import type {PolicyPlace} from './place.js'
import {MATCHES_NOTHING, rbacRule} from './rules.js'
import type {Message} from './strings.js'

// Filters istiod generates of AuthorizationPolicies: https://istio.io/latest/docs/concepts/security/#authorization-policies

/** What istiod knows beside the policies. */
export interface PolicySetting {
  readonly trustDomains: readonly string[]
  readonly peerByFilterState: boolean
  /** What happens to CUSTOM policies of a provider. */
  readonly use: (provider: string, tcp: boolean) => ProviderUse
  /** The filter that asks an external authorizer, by the name of the provider. */
  readonly extAuthz: (provider: string, tcp: boolean) => Message
}

const FILTERS = {
  http: {name: 'envoy.filters.http.rbac', type: 'envoy.extensions.filters.http.rbac.v3.RBAC'},
  tcp: {name: 'envoy.filters.network.rbac', type: 'envoy.extensions.filters.network.rbac.v3.RBAC'},
} as const

function policiesOf(
  policies: readonly Authorization[],
  setting: PolicySetting,
  tcp: boolean,
  key: (policy: Authorization, index: number) => string,
): Message {
  const entries = policies.flatMap((policy): readonly (readonly [string, Message])[] => {
    const place: PolicyPlace = {...setting, policyNamespace: policy.object.namespace, tcp}
    if (policy.rules.length === 0) return [[key(policy, 0), MATCHES_NOTHING]]
    return policy.rules.flatMap((rule, index) => {
      const made = rbacRule(policy, rule, place)
      return made === undefined ? [] : [[key(policy, index), made] as const]
    })
  })
  return entries.length === 0 ? {} : {policies: Object.fromEntries(entries)}
}

function filter(tcp: boolean, body: Message): Message {
  const {name, type} = tcp ? FILTERS.tcp : FILTERS.http
  return {
    name,
    typedConfig: {
      '@type': `type.googleapis.com/${type}`,
      ...body,
      ...definedFields({statPrefix: tcp ? 'tcp.' : undefined}),
    },
  }
}

const ACTION: Readonly<Record<AuthorizationAction, Message>> = {
  ALLOW: {},
  DENY: {action: 'DENY'},
  AUDIT: {action: 'LOG'},
  CUSTOM: {action: 'DENY'},
}

function actionFilter(
  action: AuthorizationAction,
  policies: readonly Authorization[],
  setting: PolicySetting,
  tcp: boolean,
): readonly Message[] {
  const mine = policies.filter(each => each.action === action)
  if (mine.length === 0) return []
  const enforced = mine.filter(each => !each.dryRun)
  const dry = mine.filter(each => each.dryRun)
  const rules = (some: readonly Authorization[]) => ({...ACTION[action], ...policiesOf(some, setting, tcp, ruleKey)})
  return [
    filter(tcp, {
      ...definedFields({
        rules: enforced.length === 0 ? undefined : rules(enforced),
        shadowRules: dry.length === 0 ? undefined : rules(dry),
      }),
      shadowRulesStatPrefix: `istio_dry_run_${action === 'DENY' && dry.length > 0 ? 'deny' : 'allow'}_`,
    }),
  ]
}

function customFilters(policies: readonly Authorization[], setting: PolicySetting, tcp: boolean): readonly Message[] {
  const custom = policies.filter(each => each.action === 'CUSTOM')
  const providers = [...new Set(custom.map(each => each.provider))].sort()
  return providers.flatMap(provider => {
    const mine = custom.filter(each => each.provider === provider)
    const name = (policy: Authorization, index: number) => `istio-ext-authz-${provider}-${ruleKey(policy, index)}`
    // One workload may have one provider only: with several, istiod refuses all of them.
    const use = providers.length > 1 ? 'refused' : setting.use(provider, tcp)
    if (use === 'ignored') return []
    if (use === 'refused') {
      const refusing = (policy: Authorization, index: number) => `${name(policy, index)}-deny-due-to-bad-CUSTOM-action`
      return [filter(tcp, {rules: {action: 'DENY', ...policiesOf(mine, setting, tcp, refusing)}})]
    }
    const shadowRules = {action: 'DENY', ...policiesOf(mine, setting, tcp, name)}
    return [filter(tcp, {shadowRules, shadowRulesStatPrefix: 'istio_ext_authz_'}), setting.extAuthz(provider, tcp)]
  })
}

/** The filters of CUSTOM policies, which precede the check of tokens, and those of all others, which follow it. */
export interface PolicyFilters {
  readonly custom: readonly Message[]
  readonly others: readonly Message[]
}

/** The filters of the policies of one proxy, in the order istiod gives them; `tcp` for a chain that does not read HTTP. */
export function policyFilters(policies: readonly Authorization[], setting: PolicySetting, tcp: boolean): PolicyFilters {
  const of = (action: AuthorizationAction) => actionFilter(action, policies, setting, tcp)
  return {custom: customFilters(policies, setting, tcp), others: [...of('AUDIT'), ...of('DENY'), ...of('ALLOW')]}
}
