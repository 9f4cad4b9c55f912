import {gatewayHome} from '../../../analysis/istio-config/gateway-home.js'
import {gatewayReference} from '../../../analysis/istio-config/gateway-names.js'
import {clusterName, fullHost, visibleScopes} from '../../../analysis/istio-config/host-names.js'
import {groupedBy} from '../../../model/collections/grouped-by.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2151',
  slug: 'subset-hidden-from-gateway',
  aliases: [],
  severity: 'error',
  title: 'Gateway does not see the subset',
  why: 'A proxy looks for DestinationRules in its own namespace, that of the Service and the root namespace, as far as they are exported: requests get 503 NC.',
  fix: 'Move the DestinationRule to the namespace of the Service, and export it to the namespace of the gateway pods.',
  references: [
    'https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration',
    'https://github.com/istio/istio/issues/30730',
  ],
  kinds: ['VirtualService'],
  needs: ['Gateway', 'DestinationRule', [...POD_KINDS, 'Service']],
  check: set => {
    const byHost = groupedBy(set.destinationRules(), ({host, object}) => fullHost(host, object.ref.namespace))
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    return set.virtualServices().flatMap(({object, gateways: named, rules}) => {
      const {namespace} = object.ref
      const homes = named.flatMap(written => {
        const reference = gatewayReference(written, namespace)
        const gateway = gateways.get(`${reference.namespace}/${reference.name}`)
        return gateway === undefined ? [] : (gatewayHome(set, gateway.selector) ?? [])
      })
      return rules
        .flatMap(({destinations}) => destinations)
        .flatMap(({host, subset, path}) => {
          const full = fullHost(host, namespace)
          const defining = (byHost.get(full) ?? []).filter(each => each.subsets.some(({name}) => name === subset))
          const [first] = defining
          const service = clusterName(full)?.namespace ?? ''
          const hidden = homes.find(
            home =>
              !defining.some(each => {
                const own = each.object.ref.namespace
                const scopes = visibleScopes(each.exportTo, own)
                const found = [home, service, set.mesh.rootNamespace].includes(own)
                return found && (scopes.includes('*') || scopes.includes(home))
              }),
          )
          if (first === undefined || hidden === undefined) return []
          const message = `Subset ${subset} of ${host} is defined in DestinationRule ${fullName(first.object)}, which the gateway pods in namespace ${hidden} do not see.`
          return [{object, path: `${path}.subset`, message}]
        })
    })
  },
}
