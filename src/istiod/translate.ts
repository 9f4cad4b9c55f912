import {textOf} from '../formats/decode.js'
import {withSection} from './dump.js'
import {gatewayListener, inboundListener} from './inbound.js'
import {outboundClusters} from './outbound-clusters.js'
import {outboundListeners} from './outbound-listeners.js'
import {outboundRoutes} from './outbound-routes.js'
import type {Message} from './rbac/strings.js'
import type {Viewpoint} from './viewpoint.js'

function inboundClusters(dump: Message, from: Viewpoint, to: Viewpoint): Message {
  const had = new Set(from.ports.map(each => each.port))
  const added = to.ports
    .filter(each => !had.has(each.port))
    .map(
      ({port}): Message => ({
        name: `inbound|${port}||`,
        type: 'ORIGINAL_DST',
        lb_policy: 'CLUSTER_PROVIDED',
        connect_timeout: '10s',
      }),
    )
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
