import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {jwtConditions} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2111',
  slug: 'jwt-policy-without-authentication',
  aliases: [],
  severity: 'warning',
  title: 'Policy on JWTs without RequestAuthentication',
  why: 'Without one no request has a principal: an ALLOW rule admits nothing, a DENY rule with notRequestPrincipals refuses everything.',
  fix: 'Apply a RequestAuthentication to the same workloads.',
  references: [
    'https://istio.io/latest/docs/tasks/security/authorization/authz-jwt/',
    'https://istio.io/latest/docs/concepts/security/#request-authentication',
  ],
  kinds: ['AuthorizationPolicy'],
  needs: ['RequestAuthentication'],
  check: set => {
    const authentications = set.scopes('RequestAuthentication')
    return set.authorizationPolicies().flatMap(({object, selector = {}, targetRefs}) => {
      const [path] = jwtConditions(object)
      if (path === undefined) return []
      const {namespace} = object.ref
      const everywhere = namespace === set.mesh.rootNamespace
      const applies = authentications.some(
        each =>
          everywhere ||
          each.object.ref.namespace === set.mesh.rootNamespace ||
          (each.object.ref.namespace === namespace &&
            (targetRefs.length > 0 ||
              Object.keys(selector).length === 0 ||
              selectorMatches(each.selector ?? {}, selector) ||
              set
                .podsIn(namespace)
                .some(
                  ({labels}) => selectorMatches(selector, labels) && selectorMatches(each.selector ?? {}, labels),
                ))),
      )
      if (applies) return []
      return [{object, path, message: 'No RequestAuthentication applies to the workloads of the policy.'}]
    })
  },
}
