import {at, field, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/defined-fields.js'
import type {Json} from '../model/envoy/schema.js'
import {groupedBy} from '../model/grouped-by.js'
import type {KubeObject} from '../model/kube-object.js'
import {matchesLabels, requirementsOf} from '../model/selector.js'
import {resourcesOf, withSection} from './dump.js'
import {virtualServiceRoutes} from './http-routes.js'
import type {Message} from './rbac/strings.js'
import {hostsMeet} from './scope.js'
import {securityFilters, withSecurity} from './security-filters.js'
import {translated} from './translate.js'
import type {Viewpoint} from './viewpoint.js'
import {boundVirtualServices} from './virtual-services.js'

/** A server of a Gateway object, and what it is called in Envoy. */
interface Server {
  readonly gateway: string
  readonly port: number
  readonly target: number
  readonly hosts: readonly string[]
  readonly tls: boolean
  readonly config: string
}

function nameOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`
}

/** The port of the pod behind a port of the gateway's Service. */
function targetPort({state, place}: Viewpoint, port: number): number {
  const service = state.hosts.find(
    ({namespace, selector, ports}) =>
      namespace === place.namespace &&
      selector !== undefined &&
      matchesLabels(requirementsOf(selector), place.labels) &&
      ports.some(each => each.port === port),
  )
  const target = service?.ports.find(each => each.port === port)?.target
  return typeof target === 'number' ? target : port
}

function serversOf(view: Viewpoint): readonly Server[] {
  return view.state
    .objects('Gateway')
    .filter(each => matchesLabels(requirementsOf(textMapOf(each, 'spec', 'selector')), view.place.labels))
    .flatMap(object =>
      listOf(object, 'spec', 'servers').flatMap((server): readonly Server[] => {
        const port = numberOf(server, 'port', 'number')
        const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
        const http = ['HTTP', 'HTTP2', 'GRPC'].includes(protocol)
        const ends = protocol === 'HTTPS' && ['SIMPLE', 'MUTUAL'].includes(textOf(server, 'tls', 'mode') ?? '')
        if (port === undefined || !(http || ends)) return []
        const name = textOf(server, 'port', 'name') ?? ''
        const {namespace, name: own} = object.metadata
        return [
          {
            gateway: nameOf(object),
            port,
            target: targetPort(view, port),
            hosts: textsOf(server, 'hosts').map(each => each.slice(each.indexOf('/') + 1)),
            tls: ends,
            config: ends ? `https.${port}.${name}.${own}.${namespace}` : `http.${port}`,
          },
        ]
      }),
    )
}

function virtualHosts(view: Viewpoint, server: Server): readonly Message[] {
  return boundVirtualServices(view.state, server.gateway).flatMap(({name, object}) => {
    if (!server.hosts.some(each => hostsMeet(each, name))) return []
    const routes = virtualServiceRoutes(object, view.state, view.place, server.port, [server.gateway])
    const domains = name === '*' ? ['*'] : [name]
    return routes.length === 0 ? [] : [{name: `${name}:${server.port}`, domains, routes}]
  })
}

/** At a gateway, VirtualServices of one host merge: the routes of the older come first. */
function mergedHosts(all: readonly Message[]): readonly Message[] {
  return [...groupedBy(all, each => textOf(each, 'name') ?? '').values()].map((some): Message => {
    const seen = new Set<string>()
    const routes = some
      .flatMap(each => listOf(each, 'routes') as readonly Message[])
      .filter(route => {
        const text = JSON.stringify(route)
        return !seen.has(text) && seen.add(text) !== undefined
      })
    return {...some[0], routes}
  })
}

function manager(dump: Message, config: string): Message | undefined {
  const filters = resourcesOf(dump, 'listeners')
    .flatMap(each => listOf(each, 'filter_chains'))
    .flatMap(each => listOf(each, 'filters')) as readonly Message[]
  const like = filters.find(each => at(each, 'typed_config', 'rds') !== undefined)
  if (like === undefined) return undefined
  const typed = (objectOf(like, 'typed_config') ?? {}) as Message
  const rds = {...(field(typed, 'rds') as Message), route_config_name: config}
  return {...like, typed_config: {...typed, rds}}
}

function listener(target: number, servers: readonly Server[], view: Viewpoint, dump: Message): Message {
  const security = securityFilters(view.state, view.place)
  const chains = servers.flatMap((server): readonly Message[] => {
    const filter = manager(dump, server.config)
    if (filter === undefined) return []
    const filters = withSecurity([filter], security) as Json
    if (!server.tls) return [{filters}]
    const socket = {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
        common_tls_context: {tls_certificate_sds_secret_configs: [{name: 'gateway'}]},
      },
    }
    const names = server.hosts.filter(each => each !== '*')
    return [{filter_chain_match: names.length === 0 ? {} : {server_names: names}, filters, transport_socket: socket}]
  })
  const [first] = chains
  return {
    name: `0.0.0.0_${target}`,
    address: {socket_address: {address: '0.0.0.0', port_value: target}},
    filter_chains: servers.some(each => each.tls) || first === undefined ? chains : [first],
    ...definedFields({
      listener_filters: servers.some(each => each.tls)
        ? [
            {
              name: 'envoy.filters.listener.tls_inspector',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
              },
            },
          ]
        : undefined,
    }),
  }
}

/** The configuration of a gateway that was not captured: its Gateways and VirtualServices, with clusters as a captured sidecar has them. */
export function gatewayProxy(donor: Message, from: Viewpoint, view: Viewpoint): Message {
  const clusters = translated(donor, from, {...view, ports: from.ports})
  const servers = serversOf(view)
  const targets = [...new Set(servers.map(each => each.target))]
  const configs = new Map(servers.map(each => [each.config, servers.filter(other => other.config === each.config)]))
  const routes = [...configs].map(([name, mine]): Message => {
    return {
      name,
      virtual_hosts: mergedHosts(mine.flatMap(each => virtualHosts(view, each))),
      ignore_port_in_host_matching: true,
    }
  })
  const routed = withSection(clusters, 'routes', () => undefined, routes)
  const own = targets.map(target =>
    listener(
      target,
      servers.filter(each => each.target === target),
      view,
      donor,
    ),
  )
  return withSection(routed, 'listeners', () => undefined, own)
}
