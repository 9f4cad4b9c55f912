import {backendRefs, readGrant} from '../../../formats/istio-config/gateway-api.js'
import type {ConfigRule} from '../config-rule.js'
import {ROUTE_KINDS} from '../route-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2118',
  slug: 'reference-grant-missing',
  aliases: [],
  severity: 'error',
  title: 'ReferenceGrant is missing',
  why: 'Without a ReferenceGrant the backend is refused, and requests get 500.',
  fix: 'Create a ReferenceGrant in the namespace of the Service.',
  references: ['https://gateway-api.sigs.k8s.io/api-types/referencegrant/'],
  kinds: ROUTE_KINDS,
  check: set => {
    const grants = set.of('ReferenceGrant').map(readGrant)
    return ROUTE_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      backendRefs(object)
        .filter(({namespace, kind}) => namespace !== object.ref.namespace && kind === 'Service')
        .filter(
          backend =>
            !grants.some(
              ({namespace, from, to}) =>
                namespace === backend.namespace &&
                from.some(each => each.kind === object.ref.kind && each.namespace === object.ref.namespace) &&
                to.some(each => each.kind === 'Service' && (each.name === '' || each.name === backend.name)),
            ),
        )
        .map(({namespace, name, path}) => ({
          object,
          path,
          message: `No ReferenceGrant of ${namespace} lets ${object.ref.kind}s of ${object.ref.namespace} use Service ${name}.`,
        })),
    )
  },
}
