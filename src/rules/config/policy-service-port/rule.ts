import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {reachedPorts} from '../../../analysis/istio-config/service-pods.js'
import {operationValues} from '../../../formats/istio-config/policy-values.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'
import {replaceValue} from '../value-patch.js'

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
        const all = reached.filter(({port}) => port === Number(value))
        const [meant] = all
        if (meant === undefined || own.has(Number(value))) return []
        const {target} = meant
        const certain = target !== undefined && all.every(each => each.target === target)
        const patch = certain ? replaceValue(path, value, String(target)) : undefined
        const message = `${value} is the port of Service ${meant.service}, and its pods receive it on port ${meant.target ?? 'unknown'}: the policy never sees port ${value}.`
        return [{object, path, message, ...definedFields({patch})}]
      })
    }),
}
