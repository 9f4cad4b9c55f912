import type {RegistryHost} from '../../../analysis/istio-config/host-index.js'
import {declaredProtocol} from '../../../analysis/istio-config/port-protocol-class.js'
import {protocolClass} from '../../../model/istio-config/protocol.js'
import type {TrafficPolicyConfig} from '../../../model/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

/** The ports of a host on which clients speak TLS themselves. */
function tlsPorts({service, entry}: RegistryHost): readonly number[] {
  if (entry !== undefined)
    return entry.ports.filter(({protocol}) => protocolClass(protocol) === 'tls').map(({number}) => number)
  return (service?.ports ?? []).filter(each => protocolClass(declaredProtocol(each)) === 'tls').map(({port}) => port)
}

/** The ports to which a policy adds TLS of its own. */
function encrypted({tls, ports}: TrafficPolicyConfig, among: readonly number[]): readonly number[] {
  return among.filter(port => {
    const own = ports.find(each => each.port === port)
    const mode = (own === undefined ? tls : own.tls)?.mode
    return mode === 'SIMPLE' || mode === 'MUTUAL'
  })
}

export const rule: ConfigRule = {
  code: 'MCT2101',
  slug: 'tls-originated-twice',
  aliases: [],
  severity: 'warning',
  title: 'TLS is added to TLS traffic',
  why: 'The application speaks TLS on that port, and the proxy encrypts it again: the server answers with a TLS error.',
  fix: 'Remove tls from the DestinationRule for that port, or let the application speak HTTP on a port of its own.',
  references: [
    'https://istio.io/latest/docs/ops/common-problems/network-issues/#double-tls',
    'https://github.com/istio/istio/issues/17031',
  ],
  kinds: ['DestinationRule'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const hosts = set.hosts()
    return set.destinationRules().flatMap(({object, host, exportTo, policy}) => {
      const found = hosts.find(object.ref.namespace, exportTo, host)
      const ports = found === undefined ? [] : encrypted(policy, tlsPorts(found))
      const [first] = ports
      if (first === undefined) return []
      const own = policy.ports.find(({port}) => port === first)
      return [
        {
          object,
          path: (own?.tls ?? policy.tls)?.path ?? 'spec.trafficPolicy',
          message: `Clients already speak TLS on port ${ports.join(', ')} of ${host}, and the DestinationRule encrypts it a second time.`,
        },
      ]
    })
  },
}
