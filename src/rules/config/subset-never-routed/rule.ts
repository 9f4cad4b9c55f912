import {fullHost} from '../../../analysis/istio-config/host-names.js'
import type {ConfigRule} from '../config-rule.js'
import {routeDestinations} from '../route-destinations.js'

export const rule: ConfigRule = {
  code: 'MCT2114',
  slug: 'subset-never-routed',
  aliases: [],
  severity: 'info',
  title: 'No route leads to the subset',
  why: 'The subset is a cluster of every proxy that gets no requests.',
  fix: 'Route to the subset in a VirtualService, or remove it.',
  references: ['https://istio.io/latest/docs/concepts/traffic-management/#destination-rules'],
  kinds: ['DestinationRule'],
  needs: ['VirtualService'],
  check: set => {
    const routed = new Set(
      routeDestinations(set).flatMap(({object, host, subset}) =>
        subset === undefined ? [] : [`${fullHost(host, object.ref.namespace)} ${subset}`],
      ),
    )
    return set.destinationRules().flatMap(({object, host, subsets}) => {
      const full = fullHost(host, object.ref.namespace)
      const idle = subsets.filter(({name}) => !routed.has(`${full} ${name}`))
      const [first] = idle
      if (first === undefined || full.startsWith('*')) return []
      const names = idle.map(({name}) => name).join(', ')
      return [{object, path: `${first.path}.name`, message: `No VirtualService routes to subset ${names} of ${host}.`}]
    })
  },
}
