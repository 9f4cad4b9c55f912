import {listenersOf, parentRefs} from '../../../formats/istio-config/gateway-api.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {ROUTE_KINDS} from '../route-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2116',
  slug: 'route-parent-missing',
  aliases: [],
  severity: 'error',
  title: 'Parent of a route does not exist',
  why: 'The route is not used.',
  fix: 'Correct parentRefs; a Gateway in another namespace needs namespace, and must allow it with allowedRoutes.',
  references: ['https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways'],
  kinds: ROUTE_KINDS,
  needs: ['KubernetesGateway'],
  check: set => {
    const gateways = new Map(set.of('KubernetesGateway').map(object => [fullName(object), object]))
    return ROUTE_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      parentRefs(object)
        .filter(({kind}) => kind === 'Gateway')
        .flatMap(({namespace, name, section, path}) => {
          const gateway = gateways.get(`${namespace}/${name}`)
          if (gateway === undefined)
            return [
              {
                object,
                path,
                about: `Gateway ${namespace}/${name}`,
                message: `Gateway ${namespace}/${name} does not exist.`,
              },
            ]
          const listeners = listenersOf(gateway).map(each => each.name)
          if (section === '' || listeners.includes(section)) return []
          const message = `Gateway ${namespace}/${name} has no listener ${section}, only ${listeners.join(', ') || 'none'}.`
          return [{object, path: `${path}.sectionName`, message}]
        }),
    )
  },
}
