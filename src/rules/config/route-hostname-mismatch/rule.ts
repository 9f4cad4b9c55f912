import {textsOf} from '../../../formats/decode.js'
import {listenersOf, parentRefs} from '../../../formats/istio-config/gateway-api.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import type {ConfigRule} from '../config-rule.js'
import {ROUTE_KINDS} from '../route-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2156',
  slug: 'route-hostname-mismatch',
  aliases: [],
  severity: 'error',
  title: 'Route and listener have no hostname in common',
  why: 'A route is attached to a listener only for hostnames both have: this one gets no requests.',
  fix: 'Correct the hostnames of the route, or the hostname of the listener.',
  references: [
    'https://gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.HTTPRouteSpec',
    'https://gateway-api.sigs.k8s.io/api-types/httproute/#hostnames',
  ],
  kinds: ROUTE_KINDS,
  needs: ['KubernetesGateway'],
  check: set => {
    const gateways = new Map(set.of('KubernetesGateway').map(object => [fullName(object), object]))
    return ROUTE_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      parentRefs(object).flatMap(({kind, namespace, name, section, path}) => {
        const gateway = gateways.get(`${namespace}/${name}`)
        const hostnames = textsOf(object.raw, 'spec', 'hostnames')
        if (gateway === undefined || kind !== 'Gateway' || hostnames.length === 0) return []
        const listeners = listenersOf(gateway).filter(each => section === '' || each.name === section)
        const common = listeners.some(
          ({hostname}) => hostname === '' || hostnames.some(each => hostsOverlap(hostname, each)),
        )
        if (listeners.length === 0 || common) return []
        const own = listeners.map(({hostname}) => hostname).join(', ')
        const message = `Gateway ${namespace}/${name} has ${own}, and the route has ${hostnames.join(', ')}.`
        return [{object, path, message}]
      }),
    )
  },
}
