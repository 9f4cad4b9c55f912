import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2159',
  slug: 'delegate-ignored',
  aliases: [],
  severity: 'error',
  title: 'VirtualService cannot be delegated to',
  why: 'A delegate has no hosts of its own and does not delegate further: otherwise the delegating rule is left out, and requests get 404.',
  fix: 'Remove hosts and gateways from the delegate, and name the last VirtualService directly.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate',
    'https://github.com/istio/istio/issues/33530',
  ],
  kinds: ['VirtualService'],
  check: set => {
    const all = new Map(set.virtualServices().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, rules, hosts}) =>
      rules.flatMap(rule => {
        const {delegate} = rule
        if (delegate === undefined) return []
        const name = `${delegate.namespace}/${delegate.name}`
        const target = all.get(name)
        const [own] = target?.hosts ?? []
        const label = ruleLabel(rule)
        if (own !== undefined) {
          const message = `Rule ${label} delegates to ${name}, which has hosts of its own (${own}).`
          return [{object, path: delegate.path, message}]
        }
        if (hosts.length > 0) return []
        return [{object, path: delegate.path, message: `Rule ${label} of a delegate delegates further, to ${name}.`}]
      }),
    )
  },
}
