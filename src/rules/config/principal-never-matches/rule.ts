import {correctedPrincipal, principalProblem} from '../../../analysis/authorization/principal.js'
import {principalsOf} from '../../../formats/istio-config/access.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {ConfigRule} from '../config-rule.js'
import {replaceValue} from '../value-patch.js'

export const rule: ConfigRule = {
  code: 'MCT2103',
  slug: 'principal-never-matches',
  aliases: [],
  severity: 'warning',
  title: 'Principal can match no client',
  why: 'A peer is compared without the scheme, as TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT: the condition never applies.',
  fix: 'Write cluster.local/ns/NAMESPACE/sa/ACCOUNT, without spiffe://.',
  references: [
    'https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source',
    'https://github.com/istio/ztunnel/issues/1901',
  ],
  kinds: ['AuthorizationPolicy'],
  check: set =>
    set.of('AuthorizationPolicy').flatMap(object =>
      principalsOf(object).flatMap(({value, path}) => {
        const problem = principalProblem(value)
        if (problem === undefined) return []
        const right = correctedPrincipal(value)
        const patch = right === undefined ? undefined : replaceValue(path, value, right)
        return [{object, path, message: `${value} never matches: ${problem}.`, ...definedFields({patch})}]
      }),
    ),
}
