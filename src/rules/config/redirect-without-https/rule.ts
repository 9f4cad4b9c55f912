import {gatewaysWithSamePods} from '../../../analysis/istio-config/gateway-conflicts.js'
import {gatewayServicesOf, tlsEndsBefore} from '../../../analysis/istio-config/load-balancer.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import type {GatewayServer} from '../../../model/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

/** A host of a server without the namespace it is for. */
function bare(host: string): string {
  return host.slice(host.indexOf('/') + 1)
}

function serves(server: GatewayServer, host: string): boolean {
  return ['HTTPS', 'TLS'].includes(server.protocol) && server.hosts.some(each => hostsOverlap(bare(each), host))
}

export const rule: ConfigRule = {
  code: 'MCT2136',
  slug: 'redirect-without-https',
  aliases: [],
  severity: 'warning',
  title: 'Redirect to HTTPS that nothing serves',
  why: 'Clients are sent to https:// of the same host, where no server of the gateway answers.',
  fix: 'Add an HTTPS server for the host, or remove tls.httpsRedirect.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings',
    'https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/',
  ],
  kinds: ['Gateway'],
  check: set => {
    const same = gatewaysWithSamePods(set)
    return set.gateways().flatMap(gateway => {
      if (!gateway.servers.some(({tls}) => tls?.httpsRedirect === true)) return []
      const all = [gateway, ...(same.get(gateway) ?? [])].flatMap(({servers}) => servers)
      if (gatewayServicesOf(set, gateway).some(tlsEndsBefore)) return []
      return gateway.servers.flatMap(server => {
        const idle = server.hosts.filter(host => !all.some(other => serves(other, bare(host))))
        if (server.tls?.httpsRedirect !== true || idle.length === 0) return []
        const message = `Port ${server.port} redirects ${idle.join(', ')} to HTTPS, and no server of the gateway accepts HTTPS for it.`
        return [{object: gateway.object, path: `${server.path}.tls.httpsRedirect`, message}]
      })
    })
  },
}
