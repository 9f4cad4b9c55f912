import {listOf, textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import type {Json} from '../model/envoy/schema.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {clusterName} from './clusters.js'
import {withSection} from './dump.js'
import {defaultRoute, virtualServiceRoutes} from './http-routes.js'
import type {Message} from './rbac/strings.js'
import type {RegisteredHost, RegisteredPort} from './registry.js'
import {type EgressScope, egressScopes, hostsInScope, outboundMode, type ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'
import type {Viewpoint} from './viewpoint.js'
import {routedNames, virtualServiceFor} from './virtual-services.js'

/** A virtual host istiod makes, and the route configuration it is in. */
export interface MadeVirtualHost {
  readonly config: string
  readonly name: string
  readonly domains: readonly string[]
  readonly routes: readonly Message[]
}

/** The names of a host of the cluster, the short ones as far as they mean it in the namespace of the proxy. */
function namesOf(host: string, place: ProxyPlace, domain: string): readonly string[] {
  const suffix = `.svc.${domain}`
  if (!host.endsWith(suffix)) return [host, ...(host.startsWith('*') ? [] : [`${host}.`])]
  const [name = '', namespace = ''] = host.slice(0, -suffix.length).split('.')
  const short = namespace === place.namespace ? [name] : []
  return [host, `${host}.`, ...short, `${name}.${namespace}.svc`, `${name}.${namespace}`]
}

function domainsOf(host: RegisteredHost, port: RegisteredPort, place: ProxyPlace, domain: string): readonly string[] {
  if (port.reading === 'auto') return ['*']
  const names = namesOf(host.host, place, domain)
  if (host.resolution !== 'HEADLESS') return [...names, ...host.addresses.filter(each => !each.includes('/'))]
  return [...names, ...names.map(each => `*.${each}`)]
}

/** Ports whose protocol is only seen on the wire have a route configuration of their own. */
function configOf(host: RegisteredHost, {port, reading}: RegisteredPort): string {
  return reading === 'http' ? String(port) : `${host.host}:${port}`
}

function routesOf(state: IstioState, place: ProxyPlace, host: RegisteredHost, port: number): readonly Message[] {
  const service = virtualServiceFor(state, place, host)
  const made = service === undefined ? [] : virtualServiceRoutes(service, state, place, port)
  const http = service !== undefined && listOf(service, 'spec', 'http').length > 0
  return http ? made : [defaultRoute(clusterName(port, '', host.host))]
}

function readsHttp({reading}: RegisteredPort): boolean {
  return reading === 'http' || reading === 'auto'
}

/** The ports with routes: an egress listener with a port has its hosts alone, read as it says; the one without has all others. */
function routedPorts(
  scopes: readonly EgressScope[],
): readonly {readonly host: RegisteredHost; readonly port: RegisteredPort}[] {
  const named = new Set(scopes.flatMap(({port}) => port ?? []))
  return scopes.flatMap(({hosts, reading, port: own}) =>
    hosts.flatMap(host =>
      host.ports
        .filter(port => readsHttp(port) && (own !== undefined || !named.has(port.port)))
        .map(port => ({host, port: reading === 'http' || reading === 'auto' ? {...port, reading} : port})),
    ),
  )
}

/** Every virtual host of a proxy for requests from inside the mesh. */
export function madeVirtualHosts({state, place}: Viewpoint): readonly MadeVirtualHost[] {
  const hosts = hostsInScope(state, place)
  const domain = state.settings.clusterDomain
  const own = routedPorts(egressScopes(state, place)).map(({host, port}) => ({
    config: configOf(host, port),
    name: `${host.host}:${port.port}`,
    domains: domainsOf(host, port, place, domain),
    routes: routesOf(state, place, host, port.port),
  }))
  const httpPorts = (name: string) =>
    (hosts.find(each => each.host === name)?.ports ?? []).filter(each => each.reading === 'http').map(each => each.port)
  const has80 = hosts.some(({ports}) => ports.some(each => each.reading === 'http' && each.port === 80))
  const names = routedNames(state, place)
  // A VirtualService counts on the ports of the hosts it names, and on port 80 whatever it names.
  const portsOf = (object: KubeObject) => {
    const own = names.filter(each => each.object === object).flatMap(each => httpPorts(each.name))
    return [...new Set([...own, ...(has80 ? [80] : [])])]
  }
  const served = new Set(own.map(each => each.name))
  const routed = names.flatMap(({name, object}) =>
    portsOf(object)
      .filter(port => !served.has(`${name}:${port}`))
      .map(port => ({
        config: String(port),
        name: `${name}:${port}`,
        domains: [name],
        routes: virtualServiceRoutes(object, state, place, port),
      })),
  )
  return [...own, ...routed]
}

const CATCH_ALL: Readonly<Record<ReturnType<typeof outboundMode>, Message>> = {
  ALLOW_ANY: {
    name: 'allow_any',
    domains: ['*'],
    routes: [{match: {prefix: '/'}, route: {cluster: 'PassthroughCluster', timeout: '0s'}, name: 'allow_any'}],
    include_request_attempt_count: true,
  },
  REGISTRY_ONLY: {
    name: 'block_all',
    domains: ['*'],
    routes: [{match: {prefix: '/'}, direct_response: {status: 502}, name: 'block_all'}],
    include_request_attempt_count: true,
  },
}
const CATCH_ALL_NAMES = ['allow_any', 'block_all']

/** By name; of several the first, which is that of the oldest VirtualService. */
function byKey(made: readonly MadeVirtualHost[]): ReadonlyMap<string, MadeVirtualHost> {
  return new Map(made.toReversed().map(each => [key(each), each]))
}

function key(each: Pick<MadeVirtualHost, 'config' | 'name'>): string {
  return `${each.config} ${each.name}`
}

function virtualHost({name, domains, routes}: MadeVirtualHost): Message {
  return {name, domains, routes, include_request_attempt_count: true}
}

/** Lays the difference between the virtual hosts of two viewpoints over a dump. */
export function outboundRoutes(dump: Message, from: Viewpoint, to: Viewpoint): Message {
  const was = byKey(madeVirtualHosts(from))
  const is = byKey(madeVirtualHosts(to))
  const catchAll = CATCH_ALL[outboundMode(to.state, to.place)]
  const modeChanges = outboundMode(from.state, from.place) !== outboundMode(to.state, to.place)
  const configs = new Set<string>()
  const edit = (config: Message): Message | undefined => {
    const name = textOf(config, 'name') ?? ''
    configs.add(name)
    const before = listOf(config, 'virtual_hosts') as readonly Message[]
    const names = new Set(before.map(each => textOf(each, 'name') ?? ''))
    const kept = before.flatMap((each): readonly Message[] => {
      const own = textOf(each, 'name') ?? ''
      if (CATCH_ALL_NAMES.includes(own)) return [modeChanges ? catchAll : each]
      const old = was.get(`${name} ${own}`)
      const made = is.get(`${name} ${own}`)
      if (made === undefined) return old === undefined ? [each] : []
      const sameRoutes = old !== undefined && JSON.stringify(old.routes) === JSON.stringify(made.routes)
      const sameDomains = old !== undefined && JSON.stringify(old.domains) === JSON.stringify(made.domains)
      if (sameRoutes && sameDomains) return [each]
      return [
        {
          ...each,
          ...definedFields({
            domains: sameDomains ? undefined : made.domains,
            routes: sameRoutes ? undefined : (made.routes as Json),
          }),
        },
      ]
    })
    const added = [...is.values()].filter(each => each.config === name && !was.has(key(each)) && !names.has(each.name))
    if (added.length === 0 && kept.length === before.length && kept.every((each, i) => each === before[i]))
      return config
    const all = [
      ...kept.filter(each => !CATCH_ALL_NAMES.includes(textOf(each, 'name') ?? '')),
      ...added.map(virtualHost),
    ]
    const last = kept.filter(each => CATCH_ALL_NAMES.includes(textOf(each, 'name') ?? ''))
    if (all.length === 0) return undefined
    return {...config, virtual_hosts: [...all, ...last] as Json}
  }
  const edited = withSection(dump, 'routes', edit, [])
  // A listener that reads HTTP has routes, if only those for what is not in scope.
  const read = egressScopes(to.state, to.place)
    .filter(({reading, hosts}) => reading === 'http' && hosts.length > 0)
    .map(({port}) => String(port))
  const wanted = [...[...is.values()].map(each => each.config), ...read]
  const fresh = new Set(wanted.filter(each => !configs.has(each)))
  const made = [...fresh].map(
    (name): Message => ({
      name,
      virtual_hosts: [...[...is.values()].filter(each => each.config === name).map(virtualHost), catchAll],
      validate_clusters: false,
      ignore_port_in_host_matching: true,
    }),
  )
  return withSection(edited, 'routes', each => each, made)
}
