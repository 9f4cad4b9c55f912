import {gatewayReference, isInternalGateway} from '../../../analysis/istio-config/gateway-names.js'
import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {RouteRule, VirtualServiceConfig} from '../../../model/istio-config/virtual-service.js'
import type {ConfigRule} from '../config-rule.js'

function takesAll({list, matches}: RouteRule): boolean {
  if (list !== 'http') return false
  return matches.length === 0 || matches.some(each => each.key === '{"uri":{"prefix":"/"}}' || each.key === '{}')
}

/** The gateways of a VirtualService with a host of it: the routes of several with the same are merged. */
function places({object, gateways, hosts}: VirtualServiceConfig): readonly string[] {
  return gateways
    .filter(each => each !== 'mesh' && !isInternalGateway(each))
    .flatMap(each => {
      const {namespace, name} = gatewayReference(each, object.ref.namespace)
      return hosts.map(host => `${host} at gateway ${namespace}/${name}`)
    })
}

export const rule: ConfigRule = {
  code: 'MCT2160',
  slug: 'gateway-host-shared',
  aliases: [],
  severity: 'warning',
  title: 'Catch-all next to other routes of the host',
  why: 'The routes of several VirtualServices for a host are merged in order of age, and a catch-all hides those that follow.',
  fix: 'Keep the routes of a host in one VirtualService, or give every rule a match that no other has.',
  references: [
    'https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services',
    'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  ],
  kinds: ['VirtualService'],
  check: set => {
    const byPlace = groupedPairs(
      set.virtualServices().flatMap(each => [...places(each)].map(place => [place, each] as const)),
    )
    return [...byPlace].flatMap(([place, all]) =>
      all.length < 2
        ? []
        : all.flatMap(({object, rules}) => {
            const catchAll = rules.find(takesAll)
            if (catchAll === undefined) return []
            const others = all.filter(each => each.object !== object).map(each => fullName(each.object))
            const message = `This rule takes every request for ${place}, where ${others.join(', ')} has routes too: those are only reached if they are older.`
            return [{object, path: catchAll.path, message}]
          }),
    )
  },
}
