import {
  gatewayReference,
  isInternalGateway,
  MESH_GATEWAY,
  serverHostsFor,
} from '../../../analysis/istio-config/gateway-names.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2018',
  slug: 'host-not-in-gateway',
  aliases: ['IST0132'],
  severity: 'warning',
  title: 'Gateway serves no host of the VirtualService',
  why: 'The gateway has no listener for those hosts, so the routes are never used.',
  fix: 'Add the host to a server of the Gateway, or correct the hosts of the VirtualService.',
  references: [analysisPage('IST0132')],
  kinds: ['VirtualService'],
  needs: ['Gateway'],
  check: set => {
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, hosts, gateways: named}) =>
      named.flatMap((written, index) => {
        if (written === MESH_GATEWAY || isInternalGateway(written)) return []
        const {namespace, name} = gatewayReference(written, object.ref.namespace)
        const gateway = gateways.get(`${namespace}/${name}`)
        const all = gateway?.servers.flatMap(server => server.hosts) ?? []
        const usable = serverHostsFor(all, namespace, object.ref.namespace)
        if (hosts.some(host => usable.some(each => hostsOverlap(each, host)))) return []
        const list = hosts.join(', ')
        const path = `spec.gateways[${index}]`
        const missing = `No gateway serves ${list}, as Gateway ${namespace}/${name} does not exist.`
        if (gateway === undefined) return [{object, path, severity: 'info' as const, message: missing}]
        const barred = all.length > 0 && usable.length === 0
        const reason = barred
          ? `its hosts (${all.join(', ')}) are not for VirtualServices of namespace ${object.ref.namespace}`
          : `its hosts are ${usable.join(', ') || 'none'}`
        return [{object, path, message: `Gateway ${namespace}/${name} serves no host of ${list}: ${reason}.`}]
      }),
    )
  },
}
