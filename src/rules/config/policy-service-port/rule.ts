import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {reachedPorts} from '../../../analysis/istio-config/service-pods.js'
import {operationValues} from '../../../formats/istio-config/policy-values.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2144',
  slug: 'policy-service-port',
  aliases: [],
  severity: 'warning',
  title: 'Policy names the port of the Service',
  why: 'The proxy of the server compares the port its pod receives the connection on, which is the target port of the Service.',
  fix: 'Use the port of the container (targetPort).',
  references: [
    'https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation-ports',
    'https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/',
  ],
  kinds: ['AuthorizationPolicy'],
  needs: [POD_KINDS, 'Service'],
  check: set =>
    set.authorizationPolicies().flatMap(({object, selector = {}, targetRefs}) => {
      const values = operationValues(object).filter(({field}) => field === 'ports' || field === 'notPorts')
      if (targetRefs.length > 0 || Object.keys(selector).length === 0 || values.length === 0) return []
      const pods = podsSelected(set, selector, object.ref.namespace)
      const reached = reachedPorts(pods, set.services())
      const own = new Set([
        ...pods.flatMap(({containers}) => containers.flatMap(({ports}) => ports.map(({port}) => port))),
        ...reached.flatMap(({target}) => target ?? []),
      ])
      return values.flatMap(({value, path}) => {
        const meant = reached.find(({port}) => port === Number(value))
        if (meant === undefined || own.has(Number(value))) return []
        const message = `${value} is the port of Service ${meant.service}, and its pods receive it on port ${meant.target ?? 'unknown'}: the policy never sees port ${value}.`
        return [{object, path, message}]
      })
    }),
}
