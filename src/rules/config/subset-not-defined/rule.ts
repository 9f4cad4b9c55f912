import {clusterName} from '../../../analysis/istio-config/host-names.js'
import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {routeDestinations} from '../route-destinations.js'

function hostKey(host: string, namespace: string): string {
  const {name, namespace: own} = clusterName(host) ?? {name: host, namespace}
  return `${own}/${name}`
}

export const rule: ConfigRule = {
  code: 'MCT2005',
  slug: 'subset-not-defined',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Subset of a route does not exist',
  why: 'Envoy has no cluster for the subset and answers 503 with the flag NC.',
  fix: 'Define the subset in the DestinationRule of the host, or correct its name.',
  references: [analysisPage('IST0101')],
  kinds: ['VirtualService'],
  needs: ['DestinationRule'],
  check: set => {
    const rules = groupedPairs(
      set.destinationRules().map(({object, host, subsets}) => {
        const own = {named: fullName(object), subsets: subsets.map(({name}) => name)}
        return [hostKey(host, object.ref.namespace), own] as const
      }),
    )
    return routeDestinations(set).flatMap(({object, host, subset, path, mirror}) => {
      if (subset === undefined) return []
      const known = rules.get(hostKey(host, object.ref.namespace)) ?? []
      if (known.some(({subsets}) => subsets.includes(subset))) return []
      const all = known.map(({named, subsets}) => `${named} has ${subsets.join(', ') || 'none'}`)
      const reason = all.length === 0 ? 'no DestinationRule is for that host' : all.join('; ')
      const message = `Subset ${subset} of ${mirror ? 'mirror ' : ''}host ${host} is not defined: ${reason}.`
      return [{object, path: `${path}.subset`, about: `subset ${subset} of ${host}`, message}]
    })
  },
}
