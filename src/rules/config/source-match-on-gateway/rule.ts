import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import {sourceFields} from '../../../formats/istio-config/route-fields.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2132',
  slug: 'source-match-on-gateway',
  aliases: [],
  severity: 'warning',
  title: 'Match on the client applies to sidecars only',
  why: 'sourceLabels and sourceNamespace are compared with the pod of the proxy itself: at a gateway that is the gateway, never its client.',
  fix: 'Add mesh to gateways, or match at the gateway by headers.',
  references: ['https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest'],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, gateways, rules}) =>
      rules.flatMap(rule =>
        rule.matches.flatMap((match, number) => {
          const among = match.gateways.length > 0 ? match.gateways : gateways
          if (among.length === 0 || among.includes('mesh')) return []
          const fields = sourceFields(object, rule, number)
          const [first] = fields
          if (first === undefined) return []
          const message = `Rule ${ruleLabel(rule)} matches by ${fields.join(' and ')}, and applies to ${among.join(', ')} only: no client of a gateway meets it.`
          return [{object, path: `${match.path}.${first}`, message}]
        }),
      ),
    ),
}
