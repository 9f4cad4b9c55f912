import {principalsOf} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'

/** Why no identity of a workload meets the value; undefined when one may. */
function problemOf(value: string): string | undefined {
  if (value.startsWith('spiffe://')) return 'principals are written without the scheme spiffe://'
  if (value.includes('*')) return undefined
  return /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(value) ? undefined : 'it is not TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT'
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
        return problem === undefined ? [] : [{object, path, message: `${value} never matches: ${problem}.`}]
      }),
    ),
}
