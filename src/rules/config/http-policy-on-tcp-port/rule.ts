import {tcpPortsOf} from '../../../analysis/istio-config/port-protocol-class.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {httpRules} from '../../../formats/istio-config/access.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

const SHOWN = 3

export const rule: ConfigRule = {
  code: 'MCT2112',
  slug: 'http-policy-on-tcp-port',
  aliases: [],
  severity: 'warning',
  title: 'Policy matches HTTP on a TCP port',
  why: 'A TCP port has no paths, methods or hosts: an ALLOW rule never matches there, and a DENY rule denies every connection.',
  fix: 'Limit the rule to the HTTP ports with to.operation.ports, or use fields of TCP only.',
  references: [
    'https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/',
    'https://github.com/istio/istio/issues/24845',
  ],
  kinds: ['AuthorizationPolicy'],
  needs: [POD_KINDS],
  check: set =>
    set.authorizationPolicies().flatMap(({object, selector = {}, targetRefs, action}) => {
      const rule = httpRules(object).find(({fields, ports}) => fields.length > 0 && ports.length === 0)
      const chosen = Object.keys(selector).length > 0 && (action === 'ALLOW' || action === 'DENY')
      if (rule === undefined || !chosen || targetRefs.length > 0) return []
      const everywhere = object.ref.namespace === set.mesh.rootNamespace
      const pods = podsSelected(set, selector, everywhere ? undefined : object.ref.namespace)
      const ports = [...new Set(pods.flatMap(pod => tcpPortsOf(pod, set)))]
      if (ports.length === 0) return []
      const effect = action === 'DENY' ? 'denies every connection there' : 'never matches there'
      return [
        {
          object,
          path: rule.path,
          message: `The ${action} rule matches by ${rule.fields.slice(0, SHOWN).join(', ')}, and TCP port ${ports.join(', ')} has none of those: it ${effect}.`,
        },
      ]
    }),
}
