import {at, field, listOf, objectOf, textOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {groupedBy} from '../model/collections/grouped-by.js'
import type {Json} from '../model/envoy/schema.js'
import {clusterName} from './clusters.js'
import {resourcesOf, withSection} from './dump.js'
import {READS_SNI} from './listener-filters.js'
import type {Message} from './rbac/strings.js'
import type {RegisteredHost, RegisteredPort} from './registry.js'
import {matchesOf, tcpMatchCounts} from './route-match.js'
import {egressScopes, hostFits, outboundMode} from './scope.js'
import {type Target, TCP_PROXY, targetsOf, tcpProxy} from './tcp-targets.js'
import type {Viewpoint} from './viewpoint.js'
import {virtualServiceFor} from './virtual-services.js'

/** Where a TCP or TLS port of a host leads, by the VirtualService that routes it; by SNI for TLS. */
function tcpTargets(view: Viewpoint, host: RegisteredHost, {port, reading}: RegisteredPort): readonly Target[] {
  const own = [{name: clusterName(port, '', host.host), weight: 100}]
  const object = virtualServiceFor(view.state, view.place, host)
  if (object === undefined) return own
  const list = reading === 'tls' ? listOf(object, 'spec', 'tls') : []
  const routes = [...list, ...listOf(object, 'spec', 'tcp')]
  const home = object.metadata.namespace ?? 'default'
  const proxy = {place: view.place, port, gateways: ['mesh'], home}
  const route = routes.find(each =>
    matchesOf(each).some(match => {
      if (match === undefined) return true
      const names = textsOf(match, 'sniHosts')
      const named = names.length === 0 || names.some(name => hostFits(name, host.host))
      return named && tcpMatchCounts(match, proxy)
    }),
  )
  return route === undefined ? own : targetsOf(route, object, view, port)
}

/** Where the connections of a port of a host are listened for, and where they lead. */
interface MadeListener {
  readonly address: string
  readonly port: number
  readonly reading: RegisteredPort['reading']
  readonly host: RegisteredHost
  readonly targets: readonly Target[]
}

function addressesOf(host: RegisteredHost, port: RegisteredPort): readonly string[] {
  if (port.reading === 'http') return ['0.0.0.0']
  if (host.resolution === 'HEADLESS') return (host.endpoints(port) ?? []).map(each => each.address)
  return host.addresses.length === 0 ? ['0.0.0.0'] : host.addresses.filter(each => !each.includes('/'))
}

/** A listener that a port of the Sidecar makes is not made again by its listener for all ports. */
function madeListeners(view: Viewpoint): readonly MadeListener[] {
  const taken = new Set<string>()
  return egressScopes(view.state, view.place).flatMap(({hosts, reading: read, port: named}) => {
    const made = hosts.flatMap(host =>
      host.ports.flatMap(declared => {
        const port = read === undefined ? declared : {...declared, reading: read}
        const targets = port.reading === 'http' ? [] : tcpTargets(view, host, port)
        return addressesOf(host, port).map(address => ({
          address,
          port: port.port,
          reading: port.reading,
          host,
          targets,
        }))
      }),
    )
    const free = made.filter(each => !taken.has(nameOf(each)))
    if (named !== undefined) for (const each of free) taken.add(nameOf(each))
    return free
  })
}

function nameOf({address, port}: Pick<MadeListener, 'address' | 'port'>): string {
  return `${address}_${port}`
}

/** A host and where it is listened for. */
function keyOf(each: MadeListener): string {
  return `${nameOf(each)} ${each.host.host}`
}

function clusterOf(mode: ReturnType<typeof outboundMode>): string {
  return mode === 'REGISTRY_ONLY' ? 'BlackHoleCluster' : 'PassthroughCluster'
}

function catchAllChain(cluster: string): Message {
  return {filter_chain_match: {}, filters: [tcpProxy([{name: cluster, weight: 100}])], name: 'PassthroughFilterChain'}
}

const INSPECTOR: Message = {
  name: 'envoy.filters.listener.http_inspector',
  typed_config: {'@type': 'type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector'},
}

/** An HTTP connection manager like the others of the proxy, with another route configuration. */
function managerLike(listeners: readonly Message[], config: string): Message | undefined {
  const filters = listeners.flatMap(each => listOf(each, 'filter_chains')).flatMap(each => listOf(each, 'filters'))
  const found = filters.find(each => at(each, 'typed_config', 'rds') !== undefined) as Message | undefined
  if (found === undefined) return undefined
  const typed = (objectOf(found, 'typed_config') ?? {}) as Message
  return {...found, typed_config: {...typed, rds: {...(objectOf(typed, 'rds') as Message), route_config_name: config}}}
}

/** The chain of a TLS host, chosen by the server name (SNI) among the hosts of its port. */
function chainBySni({host, targets}: MadeListener): Message {
  return {filter_chain_match: {server_names: [host.host]}, filters: [tcpProxy(targets)]}
}

function readsSni(chains: readonly Message[]): boolean {
  return chains.some(each => textsOf(each, 'filter_chain_match', 'server_names').length > 0)
}

function freshListener(made: MadeListener, manager: Message | undefined, catchAll: string): Message {
  const {address, port, reading, targets} = made
  const base: Message = {
    name: nameOf(made),
    address: {socket_address: {address, port_value: port}},
    traffic_direction: 'OUTBOUND',
    bind_to_port: false,
  }
  if ((reading === 'http' || reading === 'auto') && manager !== undefined) {
    const chain = {
      filter_chain_match: {transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c']},
      filters: [manager],
    }
    const rest = reading === 'auto' ? {filters: [tcpProxy(targets)]} : catchAllChain(catchAll)
    return {...base, filter_chains: [chain], listener_filters: [INSPECTOR], default_filter_chain: rest}
  }
  if (address !== '0.0.0.0') return {...base, filter_chains: [{filters: [tcpProxy(targets)]}]}
  return {
    ...base,
    filter_chains: [reading === 'tls' ? chainBySni(made) : {filters: [tcpProxy(targets)]}],
    ...(reading === 'tls' ? {listener_filters: [READS_SNI], default_filter_chain: catchAllChain(catchAll)} : {}),
  }
}

/** The clusters a chain leads to; none for one that reads HTTP. */
function clustersIn(chain: unknown): readonly string[] {
  return listOf(chain, 'filters').flatMap(filter => {
    if (field(filter, 'name') !== TCP_PROXY) return []
    const config = field(filter, 'typed_config')
    const one = textOf(config, 'cluster')
    return one === undefined
      ? listOf(config, 'weighted_clusters', 'clusters').flatMap(each => textOf(each, 'name') ?? [])
      : [one]
  })
}

function ledTo(chain: Message, targets: readonly Target[]): Message {
  const filters = listOf(chain, 'filters') as readonly Message[]
  return {...chain, filters: filters.map(each => (each.name === TCP_PROXY ? tcpProxy(targets) : each)) as Json}
}

const CATCH_ALL_CHAINS = ['virtualOutbound-catchall-tcp', 'PassthroughFilterChain']

function redirected(chain: Message, cluster: string): Message {
  return CATCH_ALL_CHAINS.includes(textOf(chain, 'name') ?? '') ? ledTo(chain, [{name: cluster, weight: 100}]) : chain
}

/** The listeners that no host has any more, and those that all their hosts read as another protocol. */
function replacedListeners(was: readonly MadeListener[], is: readonly MadeListener[]): ReadonlySet<string> {
  const kept = new Set(is.map(each => `${nameOf(each)} ${each.reading}`))
  const gone = [...groupedBy(was, nameOf)].filter(
    ([name, made]) => !made.some(each => kept.has(`${name} ${each.reading}`)),
  )
  return new Set(gone.map(([name]) => name))
}

/** Lays the difference between the outbound listeners of two viewpoints over a dump whose routes and clusters are laid already. */
export function outboundListeners(dump: Message, from: Viewpoint, to: Viewpoint, gone: ReadonlySet<string>): Message {
  const was = madeListeners(from)
  const is = madeListeners(to)
  const before = new Map(was.map(each => [keyOf(each), each]))
  const catchAll = clusterOf(outboundMode(to.state, to.place))
  const modeChanges = catchAll !== clusterOf(outboundMode(from.state, from.place))
  const configs = new Set(resourcesOf(dump, 'routes').map(each => textOf(each, 'name') ?? ''))
  const retargeted = is.filter(each => {
    const old = before.get(keyOf(each))
    return old !== undefined && JSON.stringify(old.targets) !== JSON.stringify(each.targets)
  })
  const retargetedBy = groupedBy(retargeted, nameOf)
  const joiningBy = groupedBy(
    is.filter(each => each.reading === 'tls' && each.address === '0.0.0.0' && !before.has(keyOf(each))),
    nameOf,
  )
  const names = new Set<string>()
  const replaced = replacedListeners(was, is)
  const retarget = (listener: Message, chain: Message): Message => {
    const mine = retargetedBy.get(textOf(listener, 'name') ?? '')?.[0]
    if (mine === undefined || mine.reading === 'http') return chain
    const old = before.get(keyOf(mine))?.targets.map(each => each.name) ?? []
    const leads = clustersIn(chain)
    return leads.length > 0 && leads.every(each => old.includes(each)) ? ledTo(chain, mine.targets) : chain
  }
  const edit = (listener: Message): Message | undefined => {
    if (listener.traffic_direction !== 'OUTBOUND' && textOf(listener, 'traffic_direction') !== 'OUTBOUND')
      return listener
    const name = textOf(listener, 'name') ?? ''
    if (replaced.has(name)) return undefined
    const chains = listOf(listener, 'filter_chains') as readonly Message[]
    const kept = chains
      .filter(chain => {
        const leads = clustersIn(chain)
        if (leads.length > 0) return !leads.every(each => gone.has(each))
        const config = listOf(chain, 'filters').map(each => textOf(each, 'typed_config', 'rds', 'route_config_name'))
        return !config.some(each => each !== undefined && !configs.has(each))
      })
      .map(chain => retarget(listener, modeChanges ? redirected(chain, catchAll) : chain))
    if (readsSni(chains)) kept.unshift(...(joiningBy.get(name) ?? []).map(chainBySni))
    if (kept.length === 0) return undefined
    names.add(name)
    const rest = objectOf(listener, 'default_filter_chain') as Message | undefined
    const settled = rest === undefined ? undefined : retarget(listener, modeChanges ? redirected(rest, catchAll) : rest)
    if (kept.length === chains.length && kept.every((each, i) => each === chains[i]) && settled === rest)
      return listener
    return {
      ...listener,
      filter_chains: kept as Json,
      ...definedFields({default_filter_chain: settled}),
    }
  }
  const edited = withSection(dump, 'listeners', edit, [])
  const listeners = resourcesOf(dump, 'listeners')
  const fresh = new Map<string, Message>()
  for (const each of is) {
    const name = nameOf(each)
    const kept = before.has(keyOf(each)) && !replaced.has(name)
    if (kept || names.has(name) || fresh.has(name)) continue
    const config = each.reading === 'http' ? String(each.port) : `${each.host.host}:${each.port}`
    fresh.set(name, freshListener(each, managerLike(listeners, config), catchAll))
  }
  return withSection(edited, 'listeners', each => each, [...fresh.values()])
}
