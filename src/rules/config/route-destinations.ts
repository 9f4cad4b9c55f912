import type {VirtualServiceConfig} from '../../model/istio-config/virtual-service.js'
import type {ConfigSet} from './config-set.js'

type Destination = VirtualServiceConfig['rules'][number]['destinations'][number]

/** A destination of a route, with the VirtualService it is written in. */
export type RouteDestination = Destination & Pick<VirtualServiceConfig, 'object' | 'exportTo'>

/** Every destination of every route, mirrors included. */
export function routeDestinations(set: ConfigSet): readonly RouteDestination[] {
  return set
    .virtualServices()
    .flatMap(({object, exportTo, rules}) =>
      rules.flatMap(({destinations}) => destinations.map(each => ({...each, object, exportTo}))),
    )
}
