import {declaredProtocol} from '../../../analysis/istio-config/port-protocol-class.js'
import {protocolClass} from '../../../model/istio-config/protocol.js'
import {appliesToMesh} from '../../../model/istio-config/virtual-service.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2134',
  slug: 'http-routes-on-tcp-port',
  aliases: [],
  severity: 'warning',
  title: 'HTTP routes for a Service without HTTP ports',
  why: 'Sidecars pass the connections of a TCP or TLS port on as bytes: no http rule is ever used.',
  fix: 'Name the port http-... or set its appProtocol, or use tcp or tls rules.',
  references: [
    'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/',
    'https://github.com/istio/istio/issues/36528',
  ],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const index = set.hosts()
    return set.virtualServices().flatMap(each => {
      const {object, hosts, exportTo, rules} = each
      if (!appliesToMesh(each) || rules.length === 0 || rules.some(({list}) => list !== 'http')) return []
      return hosts.flatMap((host, number) => {
        const found = index.find(object.ref.namespace, exportTo, host)
        const own = found?.service?.ports.map(port => ({port: port.port, says: declaredProtocol(port)}))
        const entry = found?.entry?.ports.map(({number: port, protocol}) => ({port, says: protocol}))
        const ports = own ?? entry ?? []
        if (ports.length === 0 || ports.some(({says}) => !['tcp', 'tls'].includes(protocolClass(says) ?? ''))) return []
        const list = ports.map(({port, says}) => `${port} (${says.toLowerCase()})`).join(', ')
        const message = `The ports of ${host} are ${list}: the http rules are never used by sidecars.`
        return [{object, path: `spec.hosts[${number}]`, message}]
      })
    })
  },
}
