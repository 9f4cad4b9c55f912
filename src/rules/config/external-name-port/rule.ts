import {isControlPlane} from '../../../analysis/istio-config/control-plane-objects.js'
import {isManagedService, protocolKnown} from '../../../analysis/istio-config/port-protocol.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2036',
  slug: 'external-name-port',
  aliases: ['IST0150'],
  severity: 'warning',
  title: 'Port of an ExternalName Service is taken for TCP',
  why: 'A TCP port without addresses takes all connections to that port number, also those to other hosts.',
  fix: 'Name the port after its protocol, such as https or http.',
  references: [analysisPage('IST0150')],
  kinds: ['Service'],
  check: set =>
    set.services().flatMap(({object, type, ports}) => {
      if (type !== 'ExternalName' || isControlPlane(object) || isManagedService(object)) return []
      return ports
        .filter(port => port.name === 'tcp' || !protocolKnown(port))
        .map(({name, port, path}) => ({
          object,
          path: `${path}.name`,
          message: `Port ${port} of the ExternalName Service is named ${JSON.stringify(name)}: every connection to port ${port} may be sent to it.`,
        }))
    }),
}
