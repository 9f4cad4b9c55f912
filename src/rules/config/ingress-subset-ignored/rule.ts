import {fullName} from '../../../model/istio-config/config-object.js'
import type {RouteDestination, VirtualServiceConfig} from '../../../model/istio-config/virtual-service.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

function routesOf({rules}: VirtualServiceConfig): readonly RouteDestination[] {
  const http = rules.filter(({list}) => list === 'http')
  return http.flatMap(({destinations}) => destinations.filter(({mirror}) => !mirror))
}

/** The hosts a VirtualService is for and routes to by subsets. */
function hostsWithSubsets(each: VirtualServiceConfig): readonly string[] {
  const named = routesOf(each).flatMap(({host, subset}) => (subset === undefined ? [] : [host]))
  return [...new Set(named)].filter(host => each.hosts.includes(host))
}

export const rule: ConfigRule = {
  code: 'MCT2019',
  slug: 'ingress-subset-ignored',
  aliases: ['IST0140'],
  severity: 'warning',
  title: 'Gateway routes ignore subsets of the mesh',
  why: 'Rules for sidecars do not apply to requests of a gateway: they go to all pods of the host.',
  fix: 'Name the subset in the route of the gateway, or add the gateway to the other VirtualService.',
  references: [analysisPage('IST0140')],
  kinds: ['VirtualService'],
  check: set => {
    const all = set.virtualServices()
    const chosen = all
      .map(each => ({by: fullName(each.object), hosts: hostsWithSubsets(each)}))
      .filter(({hosts}) => hosts.length > 0)
    return all
      .filter(({gateways}) => gateways.length > 0)
      .flatMap(each => {
        const whole = routesOf(each).filter(({subset}) => subset === undefined)
        return chosen.flatMap(({by, hosts}) => {
          const [first, ...rest] = whole.filter(({host}) => hosts.includes(host))
          if (first === undefined) return []
          const names = [...new Set([first, ...rest].map(({host}) => host))].join(', ')
          const message = `The subsets ${by} chooses for ${names} do not apply to requests through ${each.gateways.join(', ')}.`
          return [{object: each.object, path: `${first.path}.host`, message}]
        })
      })
  },
}
