import {httpRules} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2145',
  slug: 'deny-without-rules',
  aliases: [],
  severity: 'warning',
  title: 'DENY policy without rules denies nothing',
  why: 'A policy without rules never matches; to deny everything it needs one empty rule.',
  fix: 'Add rules; rules: [{}] denies every request.',
  references: ['https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy'],
  kinds: ['AuthorizationPolicy'],
  check: set =>
    set
      .authorizationPolicies()
      .filter(({action, object}) => action === 'DENY' && httpRules(object).length === 0)
      .map(({object}) => ({
        object,
        path: 'spec',
        message: 'The policy has action DENY and no rules: it denies nothing.',
      })),
}
