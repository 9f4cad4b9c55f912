import {textOf} from '../formats/decode.js'
import type {Json} from '../model/envoy/schema.js'
import {resourcesOf, withSection} from './dump.js'
import {gatewayChanges} from './gateway-changes.js'
import {gatewayListener, inboundListener} from './inbound.js'
import {outboundClusters} from './outbound-clusters.js'
import {outboundListeners} from './outbound-listeners.js'
import {outboundRoutes} from './outbound-routes.js'
import type {Message} from './rbac/strings.js'
import type {InboundPort, Viewpoint} from './viewpoint.js'

/** The cluster behind an inbound port: the pod itself, or the endpoint a Sidecar names. */
function inboundCluster({port, endpoint}: InboundPort, like: Message | undefined): Message {
  const name = `inbound|${port}||`
  if (endpoint === undefined) return {...like, name}
  const address: Json =
    'path' in endpoint
      ? {pipe: {path: endpoint.path}}
      : {socket_address: {address: endpoint.ip, port_value: endpoint.port}}
  const lb_endpoints = [{endpoint: {address}}]
  return {
    name,
    type: 'STATIC',
    connect_timeout: '10s',
    load_assignment: {cluster_name: name, endpoints: [{lb_endpoints}]},
  }
}

function leadsAlike(a: InboundPort | undefined, b: InboundPort): boolean {
  return a !== undefined && JSON.stringify(a.endpoint) === JSON.stringify(b.endpoint)
}

/** Clusters for ports the proxy did not serve yet, or that lead elsewhere now; the one for ports nothing declares leads to the pod itself. */
function inboundClusters(dump: Message, from: Viewpoint, to: Viewpoint): Message {
  const had = new Map(from.ports.map(each => [each.port, each]))
  const like = resourcesOf(dump, 'clusters').find(each => textOf(each, 'name') === 'InboundPassthroughCluster')
  const changed = to.ports.filter(each => !leadsAlike(had.get(each.port), each))
  if (changed.length === 0) return dump
  const names = new Set(changed.map(({port}) => `inbound|${port}||`))
  return withSection(
    dump,
    'clusters',
    each => (names.has(textOf(each, 'name') ?? '') ? undefined : each),
    changed.map(each => inboundCluster(each, like)),
  )
}

/**
 * The configuration of a proxy as istiod would make it for `to`, given what it made for `from`: whatever the two have in common
 * stays as Envoy has it. `donors` are configurations of other proxies, which lend endpoints this one did not have.
 */
export function translated(dump: Message, from: Viewpoint, to: Viewpoint, donors: readonly Message[] = []): Message {
  const {dump: clustered, gone} = outboundClusters(inboundClusters(dump, from, to), from, to, donors)
  if (to.place.gateway) {
    const changed = gatewayChanges(clustered, from, to, donors)
    return withSection(changed, 'listeners', each => gatewayListener(each, from, to), [])
  }
  const routed = outboundRoutes(clustered, from, to)
  const outward = outboundListeners(routed, from, to, gone)
  const inward = (listener: Message): Message =>
    textOf(listener, 'name') === 'virtualInbound' ? inboundListener(listener, from, to) : listener
  return withSection(outward, 'listeners', inward, [])
}
