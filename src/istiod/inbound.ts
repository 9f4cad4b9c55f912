import {listOf, numberOf, objectOf, textOf} from '../formats/decode.js'
import {groupedBy} from '../model/collections/grouped-by.js'
import type {Json} from '../model/envoy/schema.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {type ChainParts, inboundChains, serverSocket} from './inbound-chains.js'
import {inboundListenerFilters} from './listener-filters.js'
import {serverMode} from './mtls.js'
import type {Message} from './rbac/strings.js'
import type {Reading} from './registry.js'
import {securityFilters, withSecurity} from './security-filters.js'
import type {InboundPort, Viewpoint} from './viewpoint.js'

const MANAGER = 'envoy.filters.network.http_connection_manager'
const OWN_PORT = 15_006

function filtersOf(chain: Message): readonly Message[] {
  return listOf(chain, 'filters') as readonly Message[]
}

function portOf(chain: Message): number {
  return numberOf(chain, 'filter_chain_match', 'destination_port') ?? 0
}

function readsHttp(chain: Message): boolean {
  return filtersOf(chain).some(each => each.name === MANAGER)
}

function readingOf(chains: readonly Message[]): Reading {
  const http = chains.some(readsHttp)
  return http && chains.some(each => !readsHttp(each)) ? 'auto' : http ? 'http' : 'tcp'
}

function socketOf(chains: readonly Message[], http: boolean): Message | undefined {
  const found = chains.find(each => readsHttp(each) === http && each.transport_socket !== undefined)
  return objectOf(found, 'transport_socket') as Message | undefined
}

function partsOf(group: readonly Message[], all: readonly Message[]): ChainParts {
  const http = group.find(readsHttp)
  const tcp = group.find(each => !readsHttp(each))
  const httpName = textOf(http, 'name') ?? textOf(tcp, 'name') ?? ''
  const tcpName = textOf(tcp, 'name') ?? httpName
  return {
    http: http === undefined ? [] : filtersOf(http),
    tcp: tcp === undefined ? [] : filtersOf(tcp),
    httpTls: socketOf(group, true) ?? socketOf(all, true) ?? serverSocket(['h2', 'http/1.1']),
    tcpTls: socketOf(group, false) ?? socketOf(all, false) ?? serverSocket(['istio-peer-exchange', 'h2', 'http/1.1']),
    name: reads => (reads === 'http' ? httpName : tcpName),
  }
}

/** The filters of a port's chains, made of those for ports nothing declares: the cluster behind them is the port's own. */
function partsForPort(port: number, parts: ChainParts): ChainParts {
  const cluster = `inbound|${port}||`
  const route = {match: {prefix: '/'}, route: {cluster, timeout: '0s'}, name: 'default'}
  const named = (filters: readonly Message[]) =>
    filters.map((each): Message => {
      const config = (objectOf(each, 'typed_config') ?? {}) as Message
      if (each.name === MANAGER) {
        const route_config = {
          name: cluster,
          virtual_hosts: [{name: `inbound|http|${port}`, domains: ['*'], routes: [route]}],
        }
        return {...each, typed_config: {...config, route_config}}
      }
      return each.name === 'envoy.filters.network.tcp_proxy' ? {...each, typed_config: {...config, cluster}} : each
    })
  return {...parts, http: named(parts.http), tcp: named(parts.tcp), name: () => `0.0.0.0_${port}`}
}

/** Ports that only a PeerAuthentication of the workload names. */
function policyPorts({state, place}: Viewpoint): readonly number[] {
  const own = state.peerAuthentications.find(
    each =>
      each.object.namespace === place.namespace &&
      each.selector !== undefined &&
      matchesLabels(requirementsOf(each.selector), place.labels),
  )
  return Object.keys(own?.ports ?? {}).map(Number)
}

function modeAt({state, place}: Viewpoint, port: number) {
  return serverMode(state, place.namespace, place.labels, port === 0 ? -1 : port)
}

interface Group {
  readonly port: number
  readonly chains: readonly Message[]
}

function grouped(chains: readonly Message[]): readonly Group[] {
  const groups = groupedBy(
    chains.filter(chain => portOf(chain) !== OWN_PORT),
    portOf,
  )
  return [...groups].map(([port, list]) => ({port, chains: list}))
}

function newPort(wanted: InboundPort, template: readonly Message[], to: Viewpoint): readonly Message[] {
  const parts = partsForPort(wanted.port, partsOf(template, template))
  return inboundChains(wanted.port, wanted.reading, modeAt(to, wanted.port), parts)
}

function chainsOf(before: readonly Message[], from: Viewpoint, to: Viewpoint): readonly Message[] {
  const own = before.filter(each => portOf(each) === OWN_PORT)
  const groups = grouped(before)
  const template = groups.find(each => each.port === 0)?.chains ?? []
  const declared = (port: number, {ports}: Viewpoint) => ports.find(each => each.port === port)
  const kept = groups.flatMap(({port, chains}): readonly Message[] => {
    const was = declared(port, from)
    const is = declared(port, to)
    if (port !== 0 && was !== undefined && is === undefined) return []
    if (port !== 0 && was === undefined && is === undefined && !policyPorts(to).includes(port)) return []
    if (is !== undefined && was?.reading !== is.reading) return newPort(is, template, to)
    if (modeAt(from, port) === modeAt(to, port)) return chains
    return inboundChains(port, port === 0 ? 'auto' : readingOf(chains), modeAt(to, port), partsOf(chains, before))
  })
  const known = new Set(groups.map(each => each.port))
  const added = to.ports.filter(each => !known.has(each.port)).flatMap(each => newPort(each, template, to))
  const undeclared = policyPorts(to)
    .filter(port => !known.has(port) && declared(port, to) === undefined)
    .flatMap(port => inboundChains(port, 'auto', modeAt(to, port), partsOf(template, before)))
  return [...own, ...kept, ...added, ...undeclared]
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The inbound listener of a sidecar as the objects of `to` make it, where they differ from those of `from`. */
export function inboundListener(listener: Message, from: Viewpoint, to: Viewpoint): Message {
  const before = listOf(listener, 'filter_chains') as readonly Message[]
  const chains = chainsOf(before, from, to)
  const wanted = securityFilters(to.state, to.place)
  const secured = same(securityFilters(from.state, from.place), wanted)
    ? chains
    : chains.map((chain): Message => {
        if (portOf(chain) === OWN_PORT) return chain
        return {...chain, filters: withSecurity(filtersOf(chain), wanted) as Json}
      })
  if (same(before, secured)) return listener
  const filters = inboundListenerFilters(listOf(listener, 'listener_filters') as readonly Message[], secured)
  return {...listener, filter_chains: secured as Json, listener_filters: filters as Json}
}

/** A listener of a gateway with the security filters of `to`. */
export function gatewayListener(listener: Message, from: Viewpoint, to: Viewpoint): Message {
  const wanted = securityFilters(to.state, to.place)
  if (same(securityFilters(from.state, from.place), wanted)) return listener
  const chains = (listOf(listener, 'filter_chains') as readonly Message[]).map(
    (chain): Message => ({...chain, filters: withSecurity(filtersOf(chain), wanted) as Json}),
  )
  return {...listener, filter_chains: chains}
}
