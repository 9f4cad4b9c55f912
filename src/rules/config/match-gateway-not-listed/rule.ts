import {gatewayReference} from '../../../analysis/istio-config/gateway-names.js'
import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import type {ConfigRule} from '../config-rule.js'

function fullGateway(name: string, home: string): string {
  if (name === 'mesh') return name
  const {namespace, name: own} = gatewayReference(name, home)
  return `${namespace}/${own}`
}

export const rule: ConfigRule = {
  code: 'MCT2133',
  slug: 'match-gateway-not-listed',
  aliases: [],
  severity: 'warning',
  title: 'Match names a gateway the VirtualService lacks',
  why: 'A match is only used at gateways that spec.gateways lists; without that list it is used by sidecars only.',
  fix: 'Add the gateway to spec.gateways, and also mesh if sidecars are to use the VirtualService.',
  references: ['https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest-gateways'],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, gateways, rules}) => {
      const {namespace} = object.ref
      const attached = (gateways.length === 0 ? ['mesh'] : gateways).map(each => fullGateway(each, namespace))
      return rules.flatMap(rule =>
        rule.matches.flatMap(match => {
          const known = match.gateways.some(each => attached.includes(fullGateway(each, namespace)))
          if (match.gateways.length === 0 || known) return []
          const message = `Rule ${ruleLabel(rule)} is for gateway ${match.gateways.join(', ')}, and the VirtualService is attached to ${attached.join(', ')} only: the match is never used.`
          return [{object, path: `${match.path}.gateways`, message}]
        }),
      )
    }),
}
