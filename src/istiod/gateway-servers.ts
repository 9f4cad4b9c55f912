import {at, field, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {groupedBy} from '../model/collections/grouped-by.js'
import type {Json} from '../model/envoy/schema.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {resourcesOf} from './dump.js'
import {virtualServiceRoutes} from './http-routes.js'
import type {Message} from './rbac/strings.js'
import {hostFits, hostsMeet} from './scope.js'
import {securityFilters, withSecurity} from './security-filters.js'
import type {Viewpoint} from './viewpoint.js'
import {boundVirtualServices} from './virtual-services.js'

/** A server of a Gateway object, and what it is called in Envoy. */
interface Server {
  readonly gateway: string
  readonly port: number
  readonly target: number
  readonly hosts: readonly ServerHost[]
  readonly tls: boolean
  readonly clientCertificate: boolean
  /** Plain HTTP is redirected to HTTPS. */
  readonly redirects: boolean
  readonly config: string
}

/** A host of a server (`namespace/host`): only VirtualServices of its namespace are bound; undefined for any. */
interface ServerHost {
  readonly namespace: string | undefined
  readonly host: string
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

function serverHost(written: string, home: string): ServerHost {
  const slash = written.indexOf('/')
  const scope = slash < 0 ? '*' : written.slice(0, slash)
  return {namespace: scope === '*' ? undefined : scope === '.' ? home : scope, host: written.slice(slash + 1)}
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
        const target = targetPort(view, port)
        const {namespace, name: own} = object.metadata
        return [
          {
            gateway: nameOf(object),
            port,
            target,
            hosts: textsOf(server, 'hosts').map(each => serverHost(each, namespace ?? 'default')),
            tls: ends,
            clientCertificate: textOf(server, 'tls', 'mode') === 'MUTUAL',
            redirects: at(server, 'tls', 'httpsRedirect') === true,
            config: ends ? `https.${port}.${name}.${own}.${namespace}` : `http.${target}`,
          },
        ]
      }),
    )
}

/** What two names with wildcards have in common: the narrower one (istio.io, "Gateway": hosts of servers and VirtualServices). */
function narrower(a: string, b: string): string {
  return hostFits(a, b) ? b : a
}

function virtualHost(host: string, {port, redirects}: Server, routes: readonly Message[]): Message {
  return {
    name: `${host}:${port}`,
    domains: [host],
    routes,
    ...(redirects ? {require_tls: 'ALL'} : {}),
  }
}

function virtualHosts(view: Viewpoint, server: Server): readonly Message[] {
  const bound = boundVirtualServices(view.state, server.gateway).flatMap(({name, object}) => {
    const home = object.metadata.namespace ?? 'default'
    const hosts = server.hosts.filter(
      ({namespace, host}) => (namespace === undefined || namespace === home) && hostsMeet(host, name),
    )
    const routes =
      hosts.length === 0 ? [] : virtualServiceRoutes(object, view.state, view.place, server.port, [server.gateway])
    return routes.length === 0
      ? []
      : [...new Set(hosts.map(each => narrower(each.host, name)))].map(each => virtualHost(each, server, routes))
  })
  const redirected = server.redirects ? server.hosts.map(({host}) => virtualHost(host, server, [])) : []
  return [...bound, ...redirected]
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
    const redirects = some.some(each => each.require_tls !== undefined)
    return {...some[0], routes, ...(redirects ? {require_tls: 'ALL'} : {})}
  })
}

/**
 * Whose address and certificate a gateway believes: its peer's, or the address that proxies before it have written down
 * (istio.io, "Configuring Gateway Network Topology").
 */
function edge({state}: Viewpoint): Message {
  const hops = state.settings.trustedProxies
  return {
    use_remote_address: true,
    forward_client_cert_details: 'SANITIZE_SET',
    ...(hops > 0 ? {xff_num_trusted_hops: hops} : {}),
  }
}

function manager(dump: Message, config: string, view: Viewpoint): Message | undefined {
  const filters = resourcesOf(dump, 'listeners')
    .flatMap(each => listOf(each, 'filter_chains'))
    .flatMap(each => listOf(each, 'filters')) as readonly Message[]
  const like = filters.find(each => at(each, 'typed_config', 'rds') !== undefined)
  if (like === undefined) return undefined
  const typed = (objectOf(like, 'typed_config') ?? {}) as Message
  const rds = {...(field(typed, 'rds') as Message), route_config_name: config}
  return {...like, typed_config: {...typed, ...edge(view), rds}}
}

function listenerOf(target: number, servers: readonly Server[], view: Viewpoint, dump: Message): Message {
  const security = securityFilters(view.state, view.place)
  const chains = servers.flatMap((server): readonly Message[] => {
    const filter = manager(dump, server.config, view)
    if (filter === undefined) return []
    const filters = withSecurity([filter], security) as Json
    if (!server.tls) return [{filters}]
    const socket = {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
        common_tls_context: {tls_certificate_sds_secret_configs: [{name: 'gateway'}]},
        ...(server.clientCertificate ? {require_client_certificate: true} : {}),
      },
    }
    const names = server.hosts.map(each => each.host).filter(each => each !== '*')
    return [{filter_chain_match: names.length === 0 ? {} : {server_names: names}, filters, transport_socket: socket}]
  })
  const [first] = chains
  return {
    name: `0.0.0.0_${target}`,
    address: {socket_address: {address: '0.0.0.0', port_value: target}},
    filter_chains: servers.some(each => each.tls) || first === undefined ? chains : [first],
    ...(servers.some(each => each.tls)
      ? {
          listener_filters: [
            {
              name: 'envoy.filters.listener.tls_inspector',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
              },
            },
          ],
        }
      : {}),
  }
}

/** The route configurations and listeners that Gateways and their VirtualServices make at a gateway; `like` has an HTTP connection manager. */
export function madeGateway(
  view: Viewpoint,
  like: Message,
): {readonly routes: readonly Message[]; readonly listeners: readonly Message[]} {
  const servers = serversOf(view)
  const targets = groupedBy(servers, each => each.target)
  const configs = groupedBy(servers, each => each.config)
  return {
    routes: [...configs].map(
      ([name, mine]): Message => ({
        name,
        virtual_hosts: mergedHosts(mine.flatMap(each => virtualHosts(view, each))),
        ignore_port_in_host_matching: true,
      }),
    ),
    listeners: [...targets].map(([target, mine]) => listenerOf(target, mine, view, like)),
  }
}
