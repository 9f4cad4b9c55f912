import {gatewayReference, isInternalGateway, MESH_GATEWAY} from '../../../analysis/istio-config/gateway-names.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2001',
  slug: 'gateway-not-found',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Gateway of a VirtualService does not exist',
  why: 'The routes are not attached to that gateway: it answers 404.',
  fix: 'Name the Gateway as NAMESPACE/NAME, or create it.',
  references: [analysisPage('IST0101')],
  kinds: ['VirtualService'],
  needs: ['Gateway'],
  suspects: true,
  check: set => {
    const gateways = set.gateways().map(({object}) => object)
    const known = new Set(gateways.map(fullName))
    return set.virtualServices().flatMap(({object, gateways: named}) =>
      named.flatMap((written, index) => {
        if (written === MESH_GATEWAY || isInternalGateway(written)) return []
        const {namespace, name} = gatewayReference(written, object.ref.namespace)
        if (known.has(`${namespace}/${name}`)) return []
        const [other] = gateways.filter(({ref}) => ref.name === name)
        const hint =
          other === undefined ? '' : `; a Gateway of that name is in ${other.ref.namespace}: ${fullName(other)}`
        return [
          {
            object,
            path: `spec.gateways[${index}]`,
            about: `Gateway ${namespace}/${name}`,
            message: `Gateway ${namespace}/${name} does not exist${hint}.`,
            ...definedFields({fix: other === undefined ? undefined : `Write ${fullName(other)}.`}),
          },
        ]
      }),
    )
  },
}
