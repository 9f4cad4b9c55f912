import {withSection} from './dump.js'
import {madeGateway} from './gateway-servers.js'
import type {Message} from './rbac/strings.js'
import {translated} from './translate.js'
import type {Viewpoint} from './viewpoint.js'

/** The configuration of a gateway that was not captured: its Gateways and VirtualServices, with clusters as a captured sidecar has them. */
export function gatewayProxy(donor: Message, from: Viewpoint, view: Viewpoint): Message {
  const clusters = translated(donor, from, {...view, ports: from.ports})
  const {routes, listeners} = madeGateway(view, donor)
  const routed = withSection(clusters, 'routes', () => undefined, routes)
  return withSection(routed, 'listeners', () => undefined, listeners)
}
