import {listenersOf} from '../../../formats/istio-config/gateway-api.js'
import type {ConfigRule} from '../config-rule.js'

const WITH_TLS = ['HTTPS', 'TLS']

/** True for protocols that one port can serve together: several with TLS, by SNI. */
function compatible(one: string, other: string): boolean {
  return one === other || (WITH_TLS.includes(one) && WITH_TLS.includes(other))
}

export const rule: ConfigRule = {
  code: 'MCT2119',
  slug: 'listener-conflict',
  aliases: [],
  severity: 'error',
  title: 'Listeners of a Gateway conflict',
  why: 'Listeners with the same port and hostname, or with different protocols on one port, are not programmed.',
  fix: 'Give each listener its own hostname or port.',
  references: ['https://gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.Listener'],
  kinds: ['KubernetesGateway'],
  check: set =>
    set.of('KubernetesGateway').flatMap(object => {
      const listeners = listenersOf(object)
      return listeners.flatMap((each, index) => {
        const rival = listeners
          .slice(0, index)
          .find(
            ({port, hostname, protocol}) =>
              port === each.port && (!compatible(protocol, each.protocol) || hostname === each.hostname),
          )
        if (rival === undefined) return []
        const same = compatible(rival.protocol, each.protocol)
          ? `hostname ${each.hostname || '*'}`
          : `protocols ${rival.protocol} and ${each.protocol}`
        return [
          {
            object,
            path: each.path,
            message: `Listener ${each.name} conflicts with ${rival.name} on port ${each.port}: ${same}.`,
          },
        ]
      })
    }),
}
