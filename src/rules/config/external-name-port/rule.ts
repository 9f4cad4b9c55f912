import {isControlPlane} from '../../../analysis/istio-config/control-plane-objects.js'
import {isManagedService, protocolKnown} from '../../../analysis/istio-config/port-protocol.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2036',
  slug: 'external-name-port',
  aliases: ['IST0150'],
  severity: 'warning',
  title: 'ExternalName Service port is treated as TCP',
  why: 'A TCP port without addresses takes all connections to that port number, also those to other hosts.',
  fix: 'Name the port after its protocol, such as https or http.',
  references: [analysisPage('IST0150')],
  kinds: ['Service'],
  check: set =>
    set.services().flatMap(({object, type, ports}) => {
      if (type !== 'ExternalName' || isControlPlane(object) || isManagedService(object)) return []
      const wrong = ports.filter(port => port.name === 'tcp' || !protocolKnown(port))
      const [first] = wrong
      if (first === undefined) return []
      const list = wrong.map(({name, port}) => `${port} (${JSON.stringify(name)})`).join(', ')
      return [
        {
          object,
          path: `${first.path}.name`,
          message: `By its name, port ${list} of the ExternalName Service is TCP: connections to that port of other hosts may be sent to it.`,
        },
      ]
    }),
}
