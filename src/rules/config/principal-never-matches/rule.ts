import {principalsOf} from '../../../formats/istio-config/access.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {ConfigRule} from '../config-rule.js'
import {replaceValue} from '../value-patch.js'

const SCHEME = 'spiffe://'
const IDENTITY = /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/

/** The value without its scheme, if that is all that is wrong. */
function corrected(value: string): string | undefined {
  const rest = value.startsWith(SCHEME) ? value.slice(SCHEME.length) : ''
  return IDENTITY.test(rest) ? rest : undefined
}

/** Why no identity of a workload meets the value; undefined when one may. */
function problemOf(value: string): string | undefined {
  if (value.startsWith(SCHEME)) return 'principals are written without the scheme spiffe://'
  if (value.includes('*')) return undefined
  return IDENTITY.test(value) ? undefined : 'it is not TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT'
}

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
        const problem = problemOf(value)
        if (problem === undefined) return []
        const right = corrected(value)
        const patch = right === undefined ? undefined : replaceValue(path, value, right)
        return [{object, path, message: `${value} never matches: ${problem}.`, ...definedFields({patch})}]
      }),
    ),
}
