import {textOf} from '../formats/decode.js'
import {resourcesOf, withSection} from './dump.js'
import {gatewayListener, inboundListener} from './inbound.js'
import {outboundClusters} from './outbound-clusters.js'
import {outboundListeners} from './outbound-listeners.js'
import {outboundRoutes} from './outbound-routes.js'
import type {Message} from './rbac/strings.js'
import type {Viewpoint} from './viewpoint.js'

/** Clusters for ports the proxy did not serve yet: like the one for ports nothing declares, which leads to the pod itself. */
function inboundClusters(dump: Message, from: Viewpoint, to: Viewpoint): Message {
  const had = new Set(from.ports.map(each => each.port))
  const like = resourcesOf(dump, 'clusters').find(each => textOf(each, 'name') === 'InboundPassthroughCluster')
  const added = to.ports
    .filter(each => !had.has(each.port))
    .map(({port}): Message => ({...like, name: `inbound|${port}||`}))
  return added.length === 0 ? dump : withSection(dump, 'clusters', each => each, added)
}

/**
 * The configuration of a proxy as istiod would make it for `to`, given what it made for `from`: whatever the two have in common
 * stays as Envoy has it. `donors` are configurations of other proxies, which lend endpoints this one did not have.
 */
export function translated(dump: Message, from: Viewpoint, to: Viewpoint, donors: readonly Message[] = []): Message {
  const {dump: clustered, gone} = outboundClusters(inboundClusters(dump, from, to), from, to, donors)
  const routed = outboundRoutes(clustered, from, to)
  const outward = outboundListeners(routed, from, to, gone)
  const inward = (listener: Message): Message => {
    if (textOf(listener, 'name') === 'virtualInbound') return inboundListener(listener, from, to)
    return to.place.gateway ? gatewayListener(listener, from, to) : listener
  }
  return withSection(outward, 'listeners', inward, [])
}
