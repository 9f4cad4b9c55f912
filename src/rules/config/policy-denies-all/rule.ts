import {httpRules} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2110',
  slug: 'policy-denies-all',
  aliases: [],
  severity: 'info',
  title: 'ALLOW policy without rules denies everything',
  why: 'A workload with an ALLOW policy refuses whatever no rule allows, and this one allows nothing.',
  fix: 'Add rules; an empty rule ({}) allows everything.',
  references: ['https://istio.io/latest/docs/concepts/security/#allow-nothing-deny-all-and-allow-all-policy'],
  kinds: ['AuthorizationPolicy'],
  check: set =>
    set
      .authorizationPolicies()
      .filter(({action, object}) => action === 'ALLOW' && httpRules(object).length === 0)
      .map(({object}) => ({object, path: 'spec', message: 'The policy has no rules: it denies every request.'})),
}
