import {gatewayServicesOf, tlsEndsBefore} from '../../../analysis/istio-config/load-balancer.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ServiceConfig} from '../../../model/istio-config/kubernetes.js'
import type {ConfigRule} from '../config-rule.js'

/** The ports of the load balancer that lead to that port of the gateway. */
function portsTo({ports}: ServiceConfig, target: number): readonly number[] {
  return ports.filter(each => (each.targetPort ?? each.port) === target || each.port === target).map(({port}) => port)
}

function isShared(service: ServiceConfig, server: number): boolean {
  const own = service.ports.find(({port, targetPort}) => port === server || targetPort === server)
  const target = own?.targetPort ?? own?.port
  const secure = service.ports.find(({port}) => port === 443)
  return target !== undefined && secure !== undefined && (secure.targetPort ?? secure.port) === target
}

export const rule: ConfigRule = {
  code: 'MCT2137',
  slug: 'redirect-loop',
  aliases: [],
  severity: 'error',
  title: 'Redirect to HTTPS never ends',
  why: 'The load balancer ends TLS and sends https:// requests to the same plain port, which redirects them again.',
  fix: 'Redirect at the load balancer, or give its port 443 a target port of its own, with a server without httpsRedirect.',
  references: [
    'https://github.com/istio/istio/issues/16778',
    'https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings',
  ],
  kinds: ['Gateway'],
  needs: ['Service'],
  check: set =>
    set.gateways().flatMap(gateway => {
      const redirecting = gateway.servers.filter(({tls}) => tls?.httpsRedirect === true)
      if (redirecting.length === 0) return []
      const services = gatewayServicesOf(set, gateway).filter(tlsEndsBefore)
      return redirecting.flatMap(server => {
        const service = services.find(each => isShared(each, server.port))
        if (service === undefined) return []
        const ports = portsTo(service, server.port).filter(port => port !== 443)
        const message = `The load balancer of Service ${fullName(service.object)} ends TLS and sends port 443 to the same target as port ${ports.join(', ') || server.port}: the redirect to HTTPS repeats forever.`
        return [{object: gateway.object, path: `${server.path}.tls.httpsRedirect`, message}]
      })
    }),
}
