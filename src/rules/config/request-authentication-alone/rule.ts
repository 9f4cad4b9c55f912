import {jwtConditions} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2149',
  slug: 'request-authentication-alone',
  aliases: [],
  severity: 'info',
  title: 'Requests without a JWT are still accepted',
  why: 'A RequestAuthentication refuses invalid tokens only: a request without a token passes unless a policy asks for one.',
  fix: 'Add an AuthorizationPolicy with requestPrincipals ["*"], or DENY with notRequestPrincipals ["*"].',
  references: [
    'https://istio.io/latest/docs/concepts/security/#request-authentication',
    'https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#require-a-valid-token',
  ],
  kinds: ['RequestAuthentication'],
  needs: ['AuthorizationPolicy'],
  check: set => {
    const asking = set.authorizationPolicies().filter(({object}) => jwtConditions(object).length > 0)
    const homes = new Set(asking.map(({object}) => object.ref.namespace))
    return set
      .of('RequestAuthentication')
      .filter(
        ({ref}) =>
          !homes.has(ref.namespace) &&
          !homes.has(set.mesh.rootNamespace) &&
          (ref.namespace !== set.mesh.rootNamespace || homes.size === 0),
      )
      .map(object => ({
        object,
        path: 'spec.jwtRules',
        message: 'No AuthorizationPolicy asks for a token: requests without one are accepted.',
      }))
  },
}
