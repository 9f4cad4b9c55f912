import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {admittedFrom, parentRefs} from '../../../formats/istio-config/gateway-api.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {ROUTE_KINDS} from '../route-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2155',
  slug: 'route-not-allowed',
  aliases: [],
  severity: 'error',
  title: 'Gateway admits no routes of this namespace',
  why: 'A listener accepts only routes from its own namespace, unless allowedRoutes allows more: the route is not attached.',
  fix: 'Set allowedRoutes.namespaces.from to All, or to Selector with labels of the namespace, at the listener.',
  references: [
    'https://gateway-api.sigs.k8s.io/guides/multiple-ns/',
    'https://gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.AllowedRoutes',
  ],
  kinds: ROUTE_KINDS,
  needs: ['KubernetesGateway'],
  check: set => {
    const gateways = new Map(set.of('KubernetesGateway').map(object => [fullName(object), object]))
    return ROUTE_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      parentRefs(object).flatMap(({kind, namespace, name, section, path}) => {
        const gateway = gateways.get(`${namespace}/${name}`)
        if (gateway === undefined || kind !== 'Gateway' || namespace === object.ref.namespace) return []
        const listeners = admittedFrom(gateway).filter(each => section === '' || each.name === section)
        const known = set.of('Namespace').some(({ref}) => ref.name === object.ref.namespace)
        const admitted = listeners.some(
          ({from, labels}) =>
            from === 'All' ||
            (from === 'Selector' &&
              (!known || labels === undefined || selectorMatches(labels, set.namespaceLabels(object.ref.namespace)))),
        )
        if (listeners.length === 0 || admitted) return []
        const why = listeners.map(each => `listener ${each.name}: ${each.from}`).join(', ')
        const message = `Gateway ${namespace}/${name} admits no routes of namespace ${object.ref.namespace} (${why}).`
        return [{object, path, message}]
      }),
    )
  },
}
