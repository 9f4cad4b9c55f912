import {tlsOrigination} from '../../../analysis/istio-config/tls-origination.js'
import {protocolClass} from '../../../model/istio-config/protocol.js'
import type {ConfigRule} from '../config-rule.js'

const HTTPS_PORT = 443

export const rule: ConfigRule = {
  code: 'MCT2141',
  slug: 'service-entry-http-on-443',
  aliases: [],
  severity: 'warning',
  title: 'Port 443 is declared as plain HTTP',
  why: 'The proxy parses what the application sends as HTTP, so its TLS handshake fails; and what is plain HTTP reaches a TLS server.',
  fix: 'Declare the port as HTTPS or TLS, or add a DestinationRule that starts TLS for it.',
  references: [
    'https://istio.io/latest/docs/ops/common-problems/network-issues/#sending-https-to-an-http-port',
    'https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/',
  ],
  kinds: ['ServiceEntry'],
  check: set => {
    const encrypts = tlsOrigination(set.destinationRules())
    return set.serviceEntries().flatMap(({object, hosts, ports}) => {
      const port = ports.find(({number, protocol}) => number === HTTPS_PORT && protocolClass(protocol) === 'http')
      if (port === undefined) return []
      const bare = hosts.filter(host => !encrypts(host))
      if (bare.length === 0) return []
      const message = `Port 443 of ${bare.join(', ')} has protocol ${port.protocol}, and no DestinationRule starts TLS for it.`
      return [{object, path: `${port.path}.protocol`, message}]
    })
  },
}
