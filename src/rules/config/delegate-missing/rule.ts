import {visibleScopes} from '../../../analysis/istio-config/host-names.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2107',
  slug: 'delegate-missing',
  aliases: [],
  severity: 'error',
  title: 'Delegate of a VirtualService cannot be used',
  why: 'The rule has no routes and requests that match it get 404.',
  fix: 'Create the delegate, a VirtualService without hosts and gateways, or correct its name.',
  references: ['https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate'],
  kinds: ['VirtualService'],
  check: set => {
    const all = new Map(set.virtualServices().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, rules}) =>
      rules.flatMap(({delegate}) => {
        if (delegate === undefined) return []
        const name = `${delegate.namespace}/${delegate.name}`
        const found = all.get(name)
        const path = `${delegate.path}.name`
        if (found === undefined) return [{object, path, message: `The delegate ${name} does not exist.`}]
        if (found.hosts.length > 0)
          return [{object, path, message: `The delegate ${name} has hosts, so it is not a delegate.`}]
        const scopes = visibleScopes(found.exportTo, delegate.namespace)
        if (scopes.includes('*') || scopes.includes(object.ref.namespace)) return []
        const message = `The delegate ${name} is exported to ${scopes.join(', ')} alone, not to ${object.ref.namespace}.`
        return [{object, path, message}]
      }),
    )
  },
}
