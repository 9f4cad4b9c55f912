import {type OperationValue, operationValues} from '../../../formats/istio-config/policy-values.js'
import type {ConfigRule} from '../config-rule.js'

/** Why no request has the value; undefined when some may. */
function problemOf({field, value}: OperationValue): string | undefined {
  if (/methods$/i.test(field) && value !== value.toUpperCase()) return 'methods are compared in upper case'
  if (/hosts$/i.test(field) && /^https?:\/\//.test(value)) return 'a host has no scheme'
  if (!/paths$/i.test(field)) return undefined
  if (value.includes('?')) return 'the query is not part of the path'
  return /^[/*{]/.test(value) ? undefined : 'a path begins with /'
}

export const rule: ConfigRule = {
  code: 'MCT2143',
  slug: 'policy-value-never-matches',
  aliases: [],
  severity: 'warning',
  title: 'Value of a policy that no request has',
  why: 'The condition is never met: an ALLOW rule admits nothing, a DENY rule refuses nothing, and a negated field always holds.',
  fix: 'Write methods in upper case, paths with a leading / and no query, and hosts without a scheme.',
  references: [
    'https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation',
    'https://istio.io/latest/docs/ops/common-problems/security-issues/',
  ],
  kinds: ['AuthorizationPolicy'],
  check: set =>
    set.of('AuthorizationPolicy').flatMap(object =>
      operationValues(object).flatMap(each => {
        const problem = problemOf(each)
        if (problem === undefined) return []
        return [{object, path: each.path, message: `${each.value} in ${each.field} never matches: ${problem}.`}]
      }),
    ),
}
