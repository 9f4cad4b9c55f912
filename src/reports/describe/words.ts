import type {TouchingDestinationRule, TouchingVirtualService} from '../../analysis/traffic/touching.js'
import type {RouteTarget} from '../../model/istio-traffic.js'
import type {ServiceDescription} from './report.js'

function targetText({host, subset, weight}: RouteTarget): string {
  return `${weight}% to ${host}${subset === undefined ? '' : ` subset ${subset}`}`
}

/** One DestinationRule and what it means for the pods. */
export function destinationRuleText({rule, matching, others}: TouchingDestinationRule): string {
  const subsets = [
    ...(matching.length === 0 ? [] : [`these pods are subset ${matching.join(', ')}`]),
    ...(others.length === 0 ? [] : [`other subsets: ${others.join(', ')}`]),
  ]
  const none = rule.subsets.length > 0 && matching.length === 0 ? ['no subset matches these pods'] : []
  const tls = rule.tls === undefined ? [] : [`clients use TLS ${rule.tls.mode}`]
  const words = [...none, ...subsets, ...tls].join('; ')
  return `DestinationRule ${rule.object.name}.${rule.object.namespace} for ${rule.host}${words === '' ? '' : `: ${words}`}`
}

/** One VirtualService: a heading, then a line per route that has to do with the Service. */
export function routeTexts({virtualService, gateways, shares}: TouchingVirtualService): readonly string[] {
  const where = gateways.includes('mesh') ? '' : ` (only through gateway ${gateways.join(', ')})`
  const heading = `VirtualService ${virtualService.object.name}.${virtualService.object.namespace} for ${virtualService.hosts.join(', ')}${where}`
  const routes = shares.map(({route, targets, others}) => {
    const when = route.matches.length === 0 ? 'otherwise' : `when ${route.matches.join(', or ')}`
    const to = [...targets, ...others].map(targetText).join(', ')
    return `${when}: ${[to, ...route.extras].filter(each => each !== '').join('; ')}`
  })
  return [heading, ...routes]
}

/** How a Service is reached from outside. */
export function exposureText({gateway, word, by, hosts}: ServiceDescription['exposed'][number]): string {
  if (gateway === undefined) return `exposed by VirtualService ${by} through gateway ${word}, which does not exist`
  const servers = gateway.servers.map(
    ({protocol, port, tls}) => `${protocol} ${port}${tls === '' ? '' : ` TLS ${tls}`}`,
  )
  return `exposed to the outside by Gateway ${gateway.object.name}.${gateway.object.namespace} (${servers.join(', ')}) for ${hosts.join(', ')}`
}
