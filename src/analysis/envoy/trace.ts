import {definedFields} from '../../model/collections/defined-fields.js'
import type {Decision, DecisionFacts, DecisionStep, NearMiss, RequestOutcome} from '../../model/envoy/decision.js'
import type {FilterChain, Listener} from '../../model/envoy/listener.js'
import type {EnvoyProxy, ListenerEntry, Surroundings} from '../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../model/envoy/request.js'
import {UnreadablePart} from '../../model/evidence/unreadable-part.js'
import {acceptedConnection, type DownstreamConnection, requestText} from './connection.js'
import {readsHttp2, speaksOtherThanHttp2} from './http/codec.js'
import {type HttpEnding, runManager} from './http/connection-manager.js'
import {requestLine} from './http/request-line.js'
import {chooseFilterChain} from './listener/chain-match.js'
import {acceptingListener, listenerOf} from './listener/choice.js'
import {type ListenerFilterResult, runListenerFilters} from './listener/filters.js'
import {FAILURES, type Handshake, handshake} from './listener/handshake.js'
import {runNetworkFilters, type Terminal} from './network/filters.js'
import {runTcpProxy} from './network/tcp-proxy.js'
import {known, Undecided, undecided} from './undecided.js'

// The life of a request: https://www.envoyproxy.io/docs/envoy/latest/intro/life_of_a_request

const NOTHING: RequestOutcome = {
  listener: null,
  filterChain: null,
  route: null,
  virtualHost: null,
  cluster: null,
  status: null,
  flags: [],
  details: null,
  terminationDetails: null,
  location: null,
  upstreamPath: null,
  upstreamHost: null,
  remoteIp: null,
}

/** The state of a trace: the decisions and steps so far. */
interface Trail {
  readonly proxy: EnvoyProxy
  readonly surroundings: Surroundings
  readonly request: EnvoyRequest
  readonly steps: DecisionStep[]
  /** The decisions so far, as fields. */
  facts: DecisionFacts
}

function tell(
  trail: Trail,
  stage: DecisionStep['stage'],
  text: string,
  at?: string,
  nearMisses: readonly NearMiss[] = [],
): void {
  trail.steps.push({stage, text, at, nearMisses})
}

function settle(trail: Trail, more: DecisionFacts): void {
  trail.facts = {...trail.facts, ...more}
}

interface Arrival {
  readonly listener: Listener
  readonly passage: ListenerFilterResult
}

function readListener(entry: ListenerEntry): Listener {
  const listener = entry.read()
  if (listener === undefined) return undecided(`listener ${entry.name} cannot be read`)
  return known(listener, `listener ${entry.name}`)
}

/** Runs the listener filters and hands the connection to the listener of its original destination. */
function arrive(trail: Trail, entry: ListenerEntry, connection: DownstreamConnection, mayHandOver: boolean): Arrival {
  const {request, surroundings, proxy} = trail
  const listener = readListener(entry)
  tell(trail, 'listener', `listener ${entry.name} accepts the connection`, listener.at)
  // A PROXY line is read once: the listener that takes the connection over does not see it.
  const bytes = mayHandOver ? request : {...request, proxyLine: undefined}
  const passage = runListenerFilters(listener, connection, bytes, surroundings.patience)
  const after = passage.connection
  if (passage.kind !== 'goes-on' || !mayHandOver || !listener.useOriginalDst || !after.localRestored)
    return {listener, passage}
  const other = listenerOf(proxy.listeners, after.local)
  if (other === undefined) return {listener, passage}
  // A listener hands over to itself as well, and its filters run again.
  if (other.name === entry.name)
    return request.proxyLine === undefined ? {listener, passage} : arrive(trail, other, after, false)
  tell(
    trail,
    'listener',
    `use_original_dst: handed off to the listener of ${after.local.ip}:${after.local.port}`,
    listener.at,
  )
  return arrive(trail, other, after, false)
}

function clusterOf(names: readonly string[]): RequestOutcome['cluster'] {
  const distinct = [...new Set(names)]
  return distinct.length > 1 ? distinct : (distinct[0] ?? null)
}

function httpOutcome(base: RequestOutcome, ending: HttpEnding): RequestOutcome {
  const {answer, state} = ending
  const route = state.chosen?.route
  const routed = (state.chosen?.clusters ?? []).filter(name => state.proxy.cluster(name) !== undefined)
  return {
    ...base,
    route: route?.name ?? null,
    virtualHost: route === undefined ? null : (state.chosen?.virtualHost.name ?? null),
    cluster: clusterOf(routed),
    status: answer.status,
    flags: answer.flags,
    details: answer.details,
    location: answer.location ?? null,
    upstreamPath: answer.upstreamPath ?? null,
    upstreamHost: answer.upstreamHost ?? null,
    remoteIp: state.remoteIp,
  }
}

/** A client that does not read HTTP, or whose TLS Envoy does not speak, sees no status. */
function seenByClient(
  outcome: RequestOutcome,
  request: EnvoyRequest,
  connection: DownstreamConnection,
  isHttp2: boolean,
): RequestOutcome {
  const garbled =
    (request.tls !== undefined && connection.tls === undefined) || (request.protocol === 'http/2' && !isHttp2)
  if (request.protocol !== 'tcp' && !garbled) return outcome
  return {...outcome, status: null, location: null, upstreamPath: null, upstreamHost: null}
}

const MAX_NAMED = 5

function endpointWords(endpoints: readonly string[]): string {
  const rest = endpoints.length - MAX_NAMED
  return `${endpoints.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`
}

function throughHttp(trail: Trail, terminal: Terminal, base: RequestOutcome): RequestOutcome {
  const {manager, connection} = terminal
  if (manager === undefined) return base
  if (speaksOtherThanHttp2(manager, trail.request, connection)) {
    settle(trail, {answeredBy: 'codec'})
    tell(trail, 'answer', 'the bytes are not HTTP/2, and the codec closes the connection', manager.at)
    return {...base, flags: ['DPE']}
  }
  const ending = runManager(trail.proxy, trail.surroundings, trail.request, connection, manager, trail.steps)
  const {endpoints = [], by, policy, at} = ending.answer
  settle(trail, {
    answeredBy: by,
    ...definedFields({denied: by === 'rbac' ? {layer: 'http', policy, at: at ?? manager.at} : undefined}),
  })
  if (endpoints.length > 0) tell(trail, 'endpoint', endpointWords(endpoints))
  tell(trail, 'answer', ending.answer.text, at)
  const isHttp2 = readsHttp2(manager, trail.request, connection)
  return seenByClient(httpOutcome(base, ending), trail.request, connection, isHttp2)
}

function throughTcp(trail: Trail, terminal: Terminal, base: RequestOutcome, agreed: boolean): RequestOutcome {
  const {tcp, connection, cluster, denied} = terminal
  const {request} = trail
  if (tcp === undefined) return base
  const ending = runTcpProxy(trail.proxy, trail.surroundings, request, connection, tcp, cluster)
  const reached = {...base, cluster: clusterOf(ending.clusters), flags: ending.flags}
  if (denied !== undefined && ending.flags.length === 0) {
    settle(trail, {denied: {layer: 'network', policy: denied.policy, at: denied.at}})
    tell(trail, 'network-filter', `network RBAC denies the connection: ${denied.details}`, denied.at)
    return {...reached, terminationDetails: denied.details}
  }
  if (!agreed && ending.flags.includes('UF')) {
    undecided('whether the handshake or the upstream fails first', ending.at)
  }
  tell(trail, 'answer', ending.text, ending.at)
  if (!agreed || ending.status === null) return reached
  if (!ending.delivered) return {...reached, status: ending.status}
  const text = requestText(request)
  const line = requestLine(text)
  const upstreamPath = line.kind === 'whole' ? line.target : null
  const upstreamHost = /^host:(.*)$/im.exec(text)?.[1]?.trim() ?? null
  return {...reached, status: ending.status, upstreamPath, upstreamHost}
}

function throughChain(
  trail: Trail,
  chain: FilterChain,
  connection: DownstreamConnection,
  shaken: Handshake,
  base: RequestOutcome,
): RequestOutcome {
  const secured = shaken.kind === 'agreed' ? {...connection, tls: shaken.tls} : connection
  const agreed = shaken.kind !== 'failed'
  const terminal = runNetworkFilters(chain, secured, agreed, trail.request.sequence)
  for (const {text, at} of terminal.allowedBy) tell(trail, 'network-filter', text, at)
  const socketAt = chain.transportSocket?.at
  if (shaken.kind === 'failed') {
    const why = FAILURES[shaken.failure]
    settle(trail, {handshake: {...shaken, why}})
    tell(trail, 'tls', `the TLS handshake fails: ${why}`, socketAt)
  } else settle(trail, {handshake: shaken.kind === 'agreed' ? {kind: 'agreed', alpn: shaken.tls.alpn} : shaken})
  if (shaken.kind === 'agreed')
    tell(trail, 'tls', `TLS agreed${shaken.tls.alpn === '' ? '' : ` on ${shaken.tls.alpn}`}`, socketAt)
  const {own} = terminal
  if (own !== undefined) {
    tell(trail, 'answer', own.text, own.at)
    return {...base, details: own.details}
  }
  if (terminal.kind === 'tcp') return throughTcp(trail, terminal, base, agreed)
  if (!agreed) return base
  return throughHttp(trail, terminal, base)
}

function decide(trail: Trail): RequestOutcome {
  const {proxy, request} = trail
  const {inner} = request
  const entry =
    inner === undefined
      ? acceptingListener(proxy, request.acceptedBy)
      : proxy.listeners.find(({name}) => name === inner.listener)
  if (entry === undefined) {
    const socket = inner?.listener ?? `a socket on ${request.acceptedBy.ip}:${request.acceptedBy.port}`
    tell(trail, 'listener', inner === undefined ? `no listener has ${socket}` : `there is no listener ${socket}`)
    return NOTHING
  }
  const {listener, passage} = arrive(trail, entry, acceptedConnection(request), true)
  const base: RequestOutcome = {...NOTHING, listener: listener.name ?? null, remoteIp: passage.connection.remote.ip}
  if (passage.kind !== 'goes-on') {
    const words = passage.kind === 'waits' ? 'waits for bytes that do not come' : 'closes the connection'
    settle(trail, {heldBy: {filter: passage.filter, how: passage.kind}})
    tell(trail, 'listener-filters', `${passage.filter} ${words}`, listener.at)
    return base
  }
  const connection: DownstreamConnection = {
    ...passage.connection,
    transport: passage.connection.transport || 'raw_buffer',
  }
  const choice = chooseFilterChain(listener, connection)
  if (choice.chain === undefined) {
    settle(trail, {filterChain: 'none'})
    tell(trail, 'filter-chain', 'no filter chain matches: the connection is closed', listener.at, choice.nearMisses)
    return {...base, flags: ['NR'], details: 'filter_chain_not_found'}
  }
  const chain = known(choice.chain, 'a filter chain')
  const name = chain.name ?? ''
  settle(trail, {filterChain: choice.isDefault ? 'default' : 'matched'})
  tell(
    trail,
    'filter-chain',
    `filter chain ${name || '(unnamed)'}${choice.isDefault ? ', the default one' : ''}`,
    chain.at,
    choice.nearMisses,
  )
  return throughChain(trail, chain, connection, handshake(chain, request), {...base, filterChain: name || null})
}

/**
 * What one Envoy does with one request, by its configuration. Undecided, with the construct named, where the answer
 * depends on something that is not modelled or that the configuration cannot tell.
 */
export function traceRequest(proxy: EnvoyProxy, request: EnvoyRequest, surroundings: Surroundings): Decision {
  const trail: Trail = {proxy, surroundings, request, steps: [], facts: {}}
  try {
    const outcome = decide(trail)
    return {decided: true, outcome, facts: trail.facts, steps: trail.steps}
  } catch (error) {
    const at = error instanceof Undecided ? error.at : undefined
    if (!(error instanceof Undecided) && !(error instanceof UnreadablePart)) throw error
    return {decided: false, reason: error.message, at, facts: trail.facts, steps: trail.steps}
  }
}
