import {isInternalGateway} from '../../../analysis/istio-config/gateway-names.js'
import {fullHost} from '../../../analysis/istio-config/host-names.js'
import {declaredProtocol} from '../../../analysis/istio-config/port-protocol-class.js'
import {tlsOrigination} from '../../../analysis/istio-config/tls-origination.js'
import {protocolClass} from '../../../model/istio-config/protocol.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2135',
  slug: 'gateway-plain-to-tls-port',
  aliases: [],
  severity: 'warning',
  title: 'Gateway sends plain HTTP to an HTTPS port',
  why: 'The gateway has ended TLS, and the server waits for a TLS handshake: requests fail with 503 or 400.',
  fix: 'Add a DestinationRule with trafficPolicy.tls.mode SIMPLE for that host, or route to its plain HTTP port.',
  references: ['https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/#gateways'],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const index = set.hosts()
    const encrypts = tlsOrigination(set.destinationRules())
    return set.virtualServices().flatMap(({object, gateways, exportTo, rules}) => {
      if (gateways.length === 0 || gateways.every(each => each === 'mesh' || isInternalGateway(each))) return []
      return rules
        .filter(({list}) => list === 'http')
        .flatMap(({destinations}) =>
          destinations.flatMap(({host, port, path}) => {
            const {namespace} = object.ref
            const found = index.find(namespace, exportTo, host)
            const ports = found?.service?.ports ?? []
            const chosen = port === undefined && ports.length === 1 ? ports[0] : ports.find(each => each.port === port)
            if (chosen === undefined || protocolClass(declaredProtocol(chosen)) !== 'tls') return []
            if (encrypts(fullHost(host, namespace), chosen.port)) return []
            const message = `Port ${chosen.port} of ${host} is declared as ${declaredProtocol(chosen)}, and no DestinationRule makes the gateway speak TLS to it: it sends plain HTTP.`
            return [{object, path, message}]
          }),
        )
    })
  },
}
