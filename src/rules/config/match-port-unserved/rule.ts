import {gatewayReference} from '../../../analysis/istio-config/gateway-names.js'
import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2158',
  slug: 'match-port-unserved',
  aliases: [],
  severity: 'warning',
  title: 'Match on a port no gateway serves',
  why: 'port is the port of the server of the Gateway, not of the backend or of the load balancer: the match is never met.',
  fix: 'Use the port number of a server of the Gateway, or leave port out.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest-port',
    'https://github.com/istio/istio/issues/35695',
    'https://github.com/alibaba/virtual-environment/issues/13',
  ],
  kinds: ['VirtualService'],
  needs: ['Gateway'],
  check: set => {
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, gateways: attached, rules}) =>
      rules.flatMap(rule =>
        rule.matches.flatMap(match => {
          const named = match.gateways.length > 0 ? match.gateways : attached
          const found = named.map(each => {
            const {namespace, name} = gatewayReference(each, object.ref.namespace)
            return gateways.get(`${namespace}/${name}`)
          })
          const servers = found.flatMap(each => each?.servers ?? [])
          const open = named.length === 0 || found.some(each => each === undefined)
          if (match.port === undefined || open || servers.some(({port}) => port === match.port)) return []
          const ports = [...new Set(servers.map(({port}) => port))].join(', ')
          const message = `Rule ${ruleLabel(rule)} is for port ${match.port}, and ${named.join(', ')} serves ${ports || 'none'}.`
          return [{object, path: `${match.path}.port`, message}]
        }),
      ),
    )
  },
}
