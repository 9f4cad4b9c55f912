import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2159',
  slug: 'delegate-nested',
  aliases: [],
  severity: 'error',
  title: 'Delegate delegates further',
  why: 'Istio follows one level of delegation: the rule that leads further is left out, and its requests get 404.',
  fix: 'Name the last VirtualService in the one with hosts.',
  references: ['https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate'],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules, hosts}) =>
      rules.flatMap(rule => {
        const {delegate} = rule
        if (delegate === undefined || hosts.length > 0) return []
        const name = `${delegate.namespace}/${delegate.name}`
        return [
          {
            object,
            path: delegate.path,
            message: `Rule ${ruleLabel(rule)} of a delegate delegates further, to ${name}.`,
          },
        ]
      }),
    ),
}
