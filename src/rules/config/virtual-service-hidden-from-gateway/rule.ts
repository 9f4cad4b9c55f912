import {gatewayHome} from '../../../analysis/istio-config/gateway-home.js'
import {gatewayReference} from '../../../analysis/istio-config/gateway-names.js'
import {visibleScopes} from '../../../analysis/istio-config/host-names.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2150',
  slug: 'virtual-service-hidden-from-gateway',
  aliases: [],
  severity: 'error',
  title: 'VirtualService is not exported to its gateway',
  why: 'A gateway sees what is exported to the namespace of its pods: it has no route for these hosts and answers 404.',
  fix: 'Add the namespace of the gateway pods to exportTo, or remove exportTo.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-export_to',
    'https://github.com/istio/istio/issues/57329',
  ],
  kinds: ['VirtualService'],
  needs: ['Gateway', [...POD_KINDS, 'Service']],
  check: set => {
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, exportTo, gateways: named}) => {
      const scopes = visibleScopes(exportTo, object.ref.namespace)
      if (scopes.includes('*')) return []
      return named.flatMap(written => {
        const {namespace, name} = gatewayReference(written, object.ref.namespace)
        const gateway = gateways.get(`${namespace}/${name}`)
        const home = gateway === undefined ? undefined : gatewayHome(set, gateway.selector)
        if (home === undefined || scopes.includes(home)) return []
        const message = `The pods of Gateway ${namespace}/${name} are in namespace ${home}, and exportTo is ${exportTo.join(', ')}: the gateway does not see this VirtualService.`
        return [{object, path: 'spec.exportTo', message}]
      })
    })
  },
}
