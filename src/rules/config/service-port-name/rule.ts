import {isControlPlane} from '../../../analysis/istio-config/control-plane-objects.js'
import {isManagedService, protocolKnown} from '../../../analysis/istio-config/port-protocol.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2035',
  slug: 'service-port-name',
  aliases: ['IST0118'],
  severity: 'info',
  title: 'Port name declares no protocol',
  why: 'Istio detects the protocol from the first bytes, which delays protocols in which the server speaks first.',
  fix: 'Name the port PROTOCOL or PROTOCOL-NAME, or set appProtocol.',
  references: [
    analysisPage('IST0118'),
    'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/',
  ],
  kinds: ['Service'],
  check: set =>
    set.services().flatMap(({object, type, ports}) => {
      if (isControlPlane(object) || isManagedService(object)) return []
      return ports
        .filter(port => type !== 'ExternalName' && !protocolKnown(port))
        .map(({name, port, path}) => ({
          object,
          path: `${path}.name`,
          message: `Port ${port} is named ${JSON.stringify(name)}, which is not a protocol Istio knows.`,
        }))
    }),
}
