import {at, field, listOf, objectOf, textOf} from '../formats/decode.js'
import {groupedBy} from '../model/collections/grouped-by.js'
import type {Json} from '../model/envoy/schema.js'
import {resourcesOf} from './dump.js'
import {boundHosts, type Server, serversOf} from './gateway-server.js'
import {passedOnChains, terminated} from './gateway-tcp.js'
import {virtualServiceRoutes} from './http-routes.js'
import {READS_SNI} from './listener-filters.js'
import type {Message} from './rbac/strings.js'
import {hostFits} from './scope.js'
import {securityFilters, withSecurity} from './security-filters.js'
import type {Viewpoint} from './viewpoint.js'
import {boundVirtualServices} from './virtual-services.js'

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
    const hosts = boundHosts(server, home, name)
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

function secured(chain: Message, security: ReturnType<typeof securityFilters>): Message {
  return {...chain, filters: withSecurity(listOf(chain, 'filters') as readonly Message[], security) as Json}
}

function listenerOf(target: number, servers: readonly Server[], view: Viewpoint, dump: Message): Message {
  const security = securityFilters(view.state, view.place)
  const chains = servers.flatMap((server): readonly Message[] => {
    if (server.reading !== 'http') return passedOnChains(view, server).map(each => secured(each, security))
    const filter = manager(dump, server.config, view)
    if (filter === undefined) return []
    return [secured(terminated({filters: [filter]}, server), security)]
  })
  const [first] = chains
  const byName = servers.some(each => each.tls || each.reading === 'sni')
  return {
    name: `0.0.0.0_${target}`,
    address: {socket_address: {address: '0.0.0.0', port_value: target}},
    filter_chains: byName || first === undefined ? chains : [first],
    ...(byName ? {listener_filters: [READS_SNI]} : {}),
  }
}

/** The route configurations and listeners that Gateways and their VirtualServices make at a gateway; `like` has an HTTP connection manager. */
export function madeGateway(
  view: Viewpoint,
  like: Message,
): {readonly routes: readonly Message[]; readonly listeners: readonly Message[]} {
  const servers = serversOf(view)
  const targets = groupedBy(servers, each => each.target)
  const configs = groupedBy(
    servers.filter(({reading}) => reading === 'http'),
    each => each.config,
  )
  return {
    routes: [...configs].map(
      ([name, mine]): Message => ({
        name,
        virtual_hosts: mergedHosts(mine.flatMap(each => virtualHosts(view, each))),
        ignore_port_in_host_matching: true,
      }),
    ),
    // A port whose servers have no routes to pass connections on by is not listened on.
    listeners: [...targets]
      .map(([target, mine]) => listenerOf(target, mine, view, like))
      .filter(each => listOf(each, 'filter_chains').length > 0),
  }
}
