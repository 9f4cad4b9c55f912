import type {CidrRange} from '../../../model/envoy/core.js'
import type {NearMiss} from '../../../model/envoy/decision.js'
import type {FilterChain, FilterChainMatch, Listener} from '../../../model/envoy/listener.js'
import {inRange, parseIp} from '../../../model/kernel/ip-address.js'
import type {DownstreamConnection} from '../connection.js'
import {rangeOf} from '../matching/cidr.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import {chainByMatcher, isLocal} from './chain-matcher.js'

// Filter chain match: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto
// Criteria apply one after another; each keeps the chains with the most specific matching value, without backtracking.

/** The values of a chain for one criterion that match the connection, each with its rank; the highest wins. */
interface Key {
  readonly key: string
  readonly rank: number
}
type Criterion = {
  readonly name: string
  readonly keys: (match: FilterChainMatch, connection: DownstreamConnection) => readonly Key[]
}

const ANY: readonly Key[] = [{key: '', rank: 0}]

function ipKeys(ranges: readonly CidrRange[], ip: string): readonly Key[] {
  if (ranges.length === 0) return ANY
  const address = parseIp(ip)
  return ranges.flatMap(each => {
    const {range, length} = rangeOf(each)
    if (address === undefined || !inRange(address, range)) return []
    return [{key: `${range.bits}/${length}`, rank: length}]
  })
}

function nameKeys(names: readonly string[], serverName: string): readonly Key[] {
  if (names.length === 0) return ANY
  return names.flatMap(each => {
    const name = asciiLower(each)
    if (name === serverName) return [{key: name, rank: 10_000}]
    const suffix = name.startsWith('*.') ? name.slice(1) : undefined
    return suffix !== undefined && serverName.endsWith(suffix) ? [{key: name, rank: suffix.length}] : []
  })
}

function protocolKeys(wanted: readonly string[], offered: readonly string[]): readonly Key[] {
  if (wanted.length === 0) return ANY
  return wanted.flatMap(each => {
    const at = offered.indexOf(each)
    return at < 0 ? [] : [{key: each, rank: offered.length - at}]
  })
}

function sourceTypeKeys(match: FilterChainMatch, connection: DownstreamConnection): readonly Key[] {
  const type = match.sourceType ?? 'ANY'
  if (type === 'ANY') return ANY
  const fits = (type === 'SAME_IP_OR_LOOPBACK' || type === 'LOCAL') === isLocal(connection)
  return fits ? [{key: type, rank: 1}] : []
}

function exactKey(wanted: number | string | undefined, is: number | string): readonly Key[] {
  if (wanted === undefined || wanted === '') return ANY
  return wanted === is ? [{key: String(wanted), rank: 1}] : []
}

/** The first criterion: in a sidecar it eliminates the chains of all other ports. */
export const DESTINATION_PORT = 'destination port'

const CRITERIA: readonly Criterion[] = [
  {name: DESTINATION_PORT, keys: (m, c) => exactKey(m.destinationPort, c.local.port)},
  {name: 'destination address', keys: (m, c) => ipKeys(m.prefixRanges, c.local.ip)},
  {name: 'server name', keys: (m, c) => nameKeys(m.serverNames, c.serverName)},
  {name: 'transport protocol', keys: (m, c) => exactKey(m.transportProtocol, c.transport)},
  {name: 'application protocol', keys: (m, c) => protocolKeys(m.applicationProtocols, c.applicationProtocols)},
  {name: 'direct source address', keys: (m, c) => ipKeys(m.directSourcePrefixRanges, c.directRemote.ip)},
  {name: 'source type', keys: sourceTypeKeys},
  {name: 'source address', keys: (m, c) => ipKeys(m.sourcePrefixRanges, c.remote.ip)},
  {name: 'source port', keys: (m, c) => sourcePortKeys(m.sourcePorts, c.remote.port)},
]

function sourcePortKeys(ports: readonly number[], port: number): readonly Key[] {
  if (ports.length === 0) return ANY
  return ports.includes(port) ? [{key: String(port), rank: 1}] : []
}

/** A range that covers every address ranks like no range at all: Envoy may pick either chain. */
function refuseTies(
  found: readonly {readonly chain: FilterChain; readonly keys: readonly Key[]}[],
  best: Key | undefined,
): void {
  const tie = found.find(({keys}) => keys.some(each => each.rank === best?.rank && each.key !== best.key))
  if (tie !== undefined) undecided('one filter chain for all addresses and another without addresses', tie.chain.at)
}

interface Narrowed {
  readonly chains: readonly FilterChain[]
  readonly lost: readonly {readonly chain: FilterChain; readonly criterion: string}[]
}

function keysOf(criterion: Criterion, chain: FilterChain, connection: DownstreamConnection): readonly Key[] {
  const match = chain.filterChainMatch
  return match === undefined ? ANY : criterion.keys(known(match, 'a filter chain match'), connection)
}

function narrow(before: Narrowed, criterion: Criterion, connection: DownstreamConnection): Narrowed {
  const found = before.chains.map(chain => ({chain, keys: keysOf(criterion, chain, connection)}))
  const best = found
    .flatMap(each => each.keys)
    .reduce<Key | undefined>((a, b) => (a === undefined || b.rank > a.rank ? b : a), undefined)
  refuseTies(found, best)
  const stays = (keys: readonly Key[]) =>
    best !== undefined && keys.some(each => each.key === best.key && each.rank === best.rank)
  return {
    chains: found.filter(each => stays(each.keys)).map(each => each.chain),
    lost: [
      ...before.lost,
      ...found.filter(each => !stays(each.keys)).map(({chain}) => ({chain, criterion: criterion.name})),
    ],
  }
}

export interface ChainChoice {
  readonly chain: FilterChain | undefined
  readonly isDefault: boolean
  readonly nearMisses: readonly NearMiss[]
}

/** Chains eliminated by the last criteria: the near misses. */
function nearMisses(lost: Narrowed['lost']): readonly NearMiss[] {
  return lost
    .slice(-3)
    .map(({chain, criterion}) => ({what: `filter chain ${chain.name ?? '(unnamed)'}`, except: criterion}))
}

/** The filter chain of a listener that matches the connection; the default chain when none does. */
export function chooseFilterChain(listener: Listener, connection: DownstreamConnection): ChainChoice {
  if (listener.filterChainMatcher !== undefined) {
    const chain = chainByMatcher(listener, listener.filterChainMatcher, connection)
    return {chain: chain.found, isDefault: chain.isDefault, nearMisses: []}
  }
  const all: Narrowed = {chains: listener.filterChains, lost: []}
  const {chains, lost} = CRITERIA.reduce((before, criterion) => narrow(before, criterion, connection), all)
  const chain = chains[0]
  if (chain !== undefined) return {chain, isDefault: false, nearMisses: nearMisses(lost)}
  return {chain: listener.defaultFilterChain, isDefault: true, nearMisses: nearMisses(lost)}
}
