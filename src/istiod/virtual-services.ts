import {listOf, numberOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {fullHost} from './destination-rules.js'
import {isExportedTo, type RegisteredHost} from './registry.js'
import {fullGateway} from './route-match.js'
import {hostFits, importsHost, type ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'

const MESH = 'mesh'

/** The gateways an object is bound to, in full (`namespace/name`, or `mesh`). */
export function gatewaysOf(object: KubeObject): readonly string[] {
  const named = textsOf(object, 'spec', 'gateways')
  if (named.length === 0) return [MESH]
  return named.map(each => fullGateway(each, object.metadata.namespace ?? 'default'))
}

function hostsOf(object: KubeObject, domain: string): readonly string[] {
  const home = object.metadata.namespace ?? 'default'
  return textsOf(object, 'spec', 'hosts').map(each => fullHost(each, home, domain))
}

function visibleIn(state: IstioState, place: ProxyPlace, domain: string): readonly KubeObject[] {
  const imports = importsHost(state, place)
  return state.objects('VirtualService').filter(object => {
    const home = object.metadata.namespace ?? 'default'
    if (!isExportedTo(textsOf(object, 'spec', 'exportTo'), home, place.namespace)) return false
    return place.gateway || hostsOf(object, domain).some(host => imports(home, host))
  })
}

/** The VirtualService that routes requests for a host from inside the mesh: the exact host before a wildcard, the oldest first. */
export function virtualServiceFor(
  state: IstioState,
  place: ProxyPlace,
  {host}: RegisteredHost,
): KubeObject | undefined {
  const domain = state.settings.clusterDomain
  const bound = visibleIn(state, place, domain).filter(each => gatewaysOf(each).includes(MESH))
  const exact = bound.find(each => hostsOf(each, domain).includes(host))
  if (exact !== undefined) return exact
  const wild = bound.flatMap(each =>
    hostsOf(each, domain)
      .filter(name => name.includes('*') && hostFits(name, host))
      .map(name => [name.length, each] as const),
  )
  return [...wild].sort(([a], [b]) => b - a)[0]?.[1]
}

/** Names, and the VirtualService that routes them. */
export interface RoutedName {
  readonly name: string
  readonly object: KubeObject
}

/** The names VirtualServices route: each gets a virtual host on every port with HTTP, whether a host of the registry serves it or not. */
export function routedNames(state: IstioState, place: ProxyPlace): readonly RoutedName[] {
  const domain = state.settings.clusterDomain
  return visibleIn(state, place, domain)
    .filter(each => gatewaysOf(each).includes(MESH) && listOf(each, 'spec', 'http').length > 0)
    .flatMap(object => hostsOf(object, domain).map(name => ({name, object})))
}

/** The hosts that imported VirtualServices lead to: they come into scope with the routes (istio.io, "Sidecar", egress). */
export function routedDestinations(state: IstioState, place: ProxyPlace): ReadonlySet<string> {
  const domain = state.settings.clusterDomain
  return new Set(
    visibleIn(state, place, domain).flatMap(object => {
      const home = object.metadata.namespace ?? 'default'
      const routes = ['http', 'tcp', 'tls'].flatMap(list => listOf(object, 'spec', list))
      const targets = routes.flatMap(route => [
        ...listOf(route, 'route').map(each => textOf(each, 'destination', 'host')),
        textOf(route, 'mirror', 'host'),
        ...listOf(route, 'mirrors').map(each => textOf(each, 'destination', 'host')),
      ])
      return targets.flatMap(each => (each === undefined ? [] : [fullHost(each, home, domain)]))
    }),
  )
}

/** The names routed by VirtualServices bound to a gateway (`namespace/name`). */
export function boundVirtualServices(state: IstioState, gateway: string): readonly RoutedName[] {
  return state
    .objects('VirtualService')
    .filter(each => gatewaysOf(each).includes(gateway))
    .flatMap(object => hostsOf(object, state.settings.clusterDomain).map(name => ({name, object})))
}

/** The cluster of a destination: without a port, that of the listener; at a gateway, the only one of a host that has one. */
export function destinationCluster(
  destination: unknown,
  home: string,
  state: IstioState,
  port: number,
  gateway: boolean,
): string {
  const host = fullHost(textOf(destination, 'host') ?? '', home, state.settings.clusterDomain)
  const found = gateway ? state.hosts.find(each => each.host === host) : undefined
  const only = found?.ports.length === 1 ? found.ports[0]?.port : undefined
  return `outbound|${numberOf(destination, 'port', 'number') ?? only ?? port}|${textOf(destination, 'subset') ?? ''}|${host}`
}
