import {backendRefs} from '../../../formats/istio-config/gateway-api.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {ROUTE_KINDS} from '../route-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2117',
  slug: 'route-backend-missing',
  aliases: [],
  severity: 'error',
  title: 'Backend of a route does not exist',
  why: 'Requests that match get 500, and the status of the route has ResolvedRefs False.',
  fix: 'Correct backendRefs.',
  references: ['https://gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.HTTPBackendRef'],
  kinds: ROUTE_KINDS,
  needs: ['Service'],
  check: set => {
    const services = new Map(set.services().map(each => [fullName(each.object), each]))
    return ROUTE_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      backendRefs(object)
        .filter(({kind, group}) => kind === 'Service' && group === '')
        .flatMap(({namespace, name, port, path}) => {
          const service = services.get(`${namespace}/${name}`)
          if (service === undefined)
            return [
              {
                object,
                path,
                about: `Service ${namespace}/${name}`,
                message: `Service ${namespace}/${name} does not exist.`,
              },
            ]
          const ports = service.ports.map(each => each.port)
          if (port === undefined || ports.includes(port)) return []
          return [
            {
              object,
              path: `${path}.port`,
              message: `Service ${namespace}/${name} has no port ${port}, only ${ports.join(', ')}.`,
            },
          ]
        }),
    )
  },
}
