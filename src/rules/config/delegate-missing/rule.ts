import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2107',
  slug: 'delegate-missing',
  aliases: [],
  severity: 'error',
  title: 'Delegate of a VirtualService does not exist',
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
        if (found === undefined)
          return [{object, path: `${delegate.path}.name`, message: `The delegate ${name} does not exist.`}]
        if (found.hosts.length === 0) return []
        return [
          {object, path: `${delegate.path}.name`, message: `The delegate ${name} has hosts, so it is not a delegate.`},
        ]
      }),
    )
  },
}
