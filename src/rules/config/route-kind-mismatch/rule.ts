import {gatewayReference, serverHostsFor} from '../../../analysis/istio-config/gateway-names.js'
import {listsOfServer} from '../../../analysis/istio-config/server-routes.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import type {GatewayServer} from '../../../model/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

/** Says that servers pass TLS through, when all of them do. */
function passing(servers: readonly GatewayServer[]): string {
  const all = servers.length > 0 && servers.every(({tls}) => /PASSTHROUGH$/.test(tls?.mode ?? ''))
  return all ? ' (TLS mode PASSTHROUGH: the gateway does not decrypt)' : ''
}

export const rule: ConfigRule = {
  code: 'MCT2115',
  slug: 'route-kind-mismatch',
  aliases: [],
  severity: 'error',
  title: 'Routes and Gateway server have different protocols',
  why: 'A server that ends TLS or speaks HTTP uses http routes only, one that passes TLS through uses tls routes only.',
  fix: 'Use http routes with HTTP and terminated HTTPS, tls routes with mode PASSTHROUGH, and tcp routes with TCP.',
  references: [
    'https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate',
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService',
  ],
  kinds: ['VirtualService'],
  needs: ['Gateway'],
  check: set => {
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, hosts, gateways: named, rules}) =>
      named.flatMap((written, index) => {
        const {namespace, name} = gatewayReference(written, object.ref.namespace)
        const gateway = gateways.get(`${namespace}/${name}`)
        const servers = (gateway?.servers ?? []).filter(server =>
          serverHostsFor(server.hosts, namespace, object.ref.namespace).some(each =>
            hosts.some(host => hostsOverlap(each, host)),
          ),
        )
        const has = [...new Set(rules.map(({list}) => list))]
        const takes = [...new Set(servers.flatMap(listsOfServer))]
        if (servers.length === 0 || has.length === 0 || has.some(list => takes.includes(list))) return []
        return [
          {
            object,
            path: `spec.gateways[${index}]`,
            message: `The servers of Gateway ${namespace}/${name} for these hosts take ${takes.join(' and ')} routes${passing(servers)}, and the VirtualService has ${has.join(' and ')} routes only.`,
          },
        ]
      }),
    )
  },
}
