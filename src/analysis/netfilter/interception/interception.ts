import {isLoopback} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {everyRule, type IpFamily, type Ruleset} from '../../../model/kernel/ruleset.js'
import {directionOf, directionWithParts, proxyParts} from '../packet-sets/answers.js'
import {loopbackAddresses} from '../packet-sets/condition-sets.js'
import {FALSE, type Node, restricted, whereOutcome} from '../packet-sets/diagram.js'
import {equalTo} from '../packet-sets/dimensions.js'
import {outcomeVerdict} from '../packet-sets/outcomes.js'
import type {PathFunctions} from '../packet-sets/path-function.js'
import {inboundTraffic, outboundTraffic, outsideOf, toAddress, toPort} from '../packet-sets/traffic.js'
import type {Direction, TrafficOutcome} from '../packet-sets/traffic-outcome.js'
import {type ProxyTraits, proxyTraitsOf} from '../proxy-traits.js'
import {askPaths, type PodPaths} from './pod-paths.js'

export type {Decider, Direction, Exception, TrafficOutcome} from '../packet-sets/traffic-outcome.js'

/** What a set of rules does to all first packets of a pod, for one address family. */
export interface Interception {
  readonly family: IpFamily
  /** `unknown` when the text does not show what happens to inbound traffic, or whether anything is captured. */
  readonly mode: 'redirect' | 'tproxy' | 'none' | 'unknown'
  /** TCP from other machines. */
  readonly inbound: Direction
  /** TCP of the pod's processes to other machines, DNS (port 53) left out. */
  readonly outbound: Direction
  /** The proxy's call to the pod's own address, an app's call to it, and to localhost: what happens to most of it. */
  readonly proxyToSelf: TrafficOutcome
  readonly appToSelf: TrafficOutcome
  readonly appToLocalhost: TrafficOutcome
  /** DNS queries of applications, to any address but the pod's own. */
  readonly dns: {readonly udp: Direction; readonly tcp: Direction}
  readonly dnsUdp: TrafficOutcome
  readonly dnsTcp: TrafficOutcome
  /** UDP of the pod's processes to other machines, DNS left out. */
  readonly udpOutbound: Direction
  readonly udp: TrafficOutcome
  /** Whom the rules take for the proxy. */
  readonly proxy: ProxyTraits
}

function usesTproxy(rulesets: readonly Ruleset[]): boolean {
  return everyRule(rulesets).some(({rule}) => rule.actions.some(action => action.kind === 'tproxy'))
}

/** How traffic is captured; unknown as soon as an answer it hangs on is. */
export function modeOf(into: Direction, out: Direction, tproxy: boolean): Interception['mode'] {
  const trafficOutcomes = [into.usual, out.usual, ...into.exceptions, ...out.exceptions]
  const captured = trafficOutcomes.some(({verdict}) => verdict === 'captured')
  if (captured && tproxy) return 'tproxy'
  if (into.usual.verdict === 'insufficient') return 'unknown'
  if (captured) return 'redirect'
  return trafficOutcomes.some(({verdict}) => verdict === 'insufficient') ? 'unknown' : 'none'
}

/**
 * What the rules do for a family, found for all packets at once: the space is split exactly as the rules split it, so no packet is left out and
 * none is treated as another. Undefined when the pod has no address of that family.
 */
export function interceptionOf(
  rulesets: readonly Ruleset[],
  given: NetworkNamespace,
  family: IpFamily,
  bound?: number,
): Interception | undefined {
  const ask = (found: PodPaths) => intercepted(found, rulesets, family)
  return askPaths(rulesets, given, family, ask, why => undetermined(family, rulesets, why), bound)
}

/** Nothing can be said: a firm answer would rest on a part of the packets. */
function undetermined(family: IpFamily, rulesets: readonly Ruleset[], why: string): Interception {
  const trafficOutcome: TrafficOutcome = {verdict: 'insufficient', why}
  const direction: Direction = {usual: trafficOutcome, exceptions: [], more: 0}
  return {
    family,
    mode: 'unknown',
    inbound: direction,
    outbound: direction,
    proxyToSelf: trafficOutcome,
    appToSelf: trafficOutcome,
    appToLocalhost: trafficOutcome,
    dns: {udp: direction, tcp: direction},
    dnsUdp: trafficOutcome,
    dnsTcp: trafficOutcome,
    udpOutbound: direction,
    udp: trafficOutcome,
    proxy: proxyTraitsOf(rulesets),
  }
}

function intercepted(found: PodPaths, rulesets: readonly Ruleset[], family: IpFamily): Interception {
  const {paths, machine, device, own, answering} = found
  const {diagram} = paths.space
  const proxy = proxyTraitsOf(rulesets)
  const outside = outsideOf(paths)
  const dns = toPort(paths.space, 53)
  const self = toAddress(paths.space, 'destination', own)
  const localhost = toAddress(
    paths.space,
    'destination',
    family === 'ip' ? {family, bits: 0x7f00_0001n} : {family, bits: 1n},
  )
  const asProxy = {uid: proxy.uid, gid: proxy.gid}
  const traffic = (protocol: string, destinations: Node, sender = {}) =>
    outboundTraffic(paths, machine, device, protocol, destinations, sender)
  const asked = (protocol: string, destinations: Node, sender = {}): Direction =>
    directionOf(answering(false), traffic(protocol, destinations, sender))
  const ofAll = (protocol: string, destinations: Node): Direction =>
    directionWithParts(answering(false), traffic(protocol, destinations), proxyParts(paths, proxy))
  const ofApps = (protocol: string, destinations: Node): Direction =>
    asked(protocol, diagram.and(destinations, applications(paths, proxy)))
  const addresses = machine.interfaces
    .filter(({name}) => name !== 'lo')
    .flatMap(each => each.addresses)
    .filter(address => address.family === family && !isLoopback(address))
  const arriving = inboundTraffic(paths, machine, device, 'tcp', addresses)
  const atProxy = reachingProxy(found, arriving.node, redirectTargets(rulesets))
  const inbound = directionWithParts(answering(true), {
    ...arriving,
    domain: diagram.and(arriving.domain, diagram.not(atProxy)),
  })
  const notDns = diagram.and(outside, diagram.not(dns))
  const outbound = ofAll('tcp', notDns)
  const untouched = openPackets(found, loopbackAddresses(paths.space, 'destination'))
  const queries = diagram.and(dns, diagram.not(diagram.or(self, untouched)))
  const [dnsUdp, dnsTcp] = [ofApps('udp', queries), ofApps('tcp', queries)]
  const udp = ofAll('udp', notDns)
  return {
    family,
    mode: modeOf(inbound, outbound, usesTproxy(rulesets)),
    inbound,
    outbound,
    proxyToSelf: asked('tcp', self, asProxy).usual,
    appToSelf: ofApps('tcp', self).usual,
    appToLocalhost: ofApps('tcp', localhost).usual,
    dns: {udp: dnsUdp, tcp: dnsTcp},
    dnsUdp: capturedFirst(dnsUdp),
    dnsTcp: capturedFirst(dnsTcp),
    udpOutbound: udp,
    udp: udp.usual,
    proxy,
  }
}

function redirectTargets(rulesets: readonly Ruleset[]): readonly number[] {
  const actions = everyRule(rulesets).flatMap(({rule}) => rule.actions)
  const ports = actions.flatMap(action =>
    action.kind === 'redirect' ? [Number(action.ports)] : action.kind === 'tproxy' ? [Number(action.port)] : [],
  )
  return [...new Set(ports)].filter(Number.isInteger)
}

/** Packets that ask for a port of the proxy and get there: they do not bypass it. */
function reachingProxy({paths, answering}: PodPaths, node: Node, ports: readonly number[]): Node {
  const {diagram} = paths.space
  const {table} = answering(true)
  const asked = ports.map(port => toPort(paths.space, port)).reduce((all, each) => diagram.or(all, each), FALSE)
  const asking = restricted(diagram, node, asked)
  return diagram.and(
    asked,
    whereOutcome(diagram, asking, number => outcomeVerdict(table.outcome(number)) === 'direct'),
  )
}

/** Those of the given packets that reach whom they asked for. */
function openPackets({paths, answering}: PodPaths, packets: Node): Node {
  const {diagram} = paths.space
  const {table} = answering(false)
  const open = whereOutcome(
    diagram,
    restricted(diagram, paths.outbound(), packets),
    number => outcomeVerdict(table.outcome(number)) === 'direct',
  )
  return diagram.and(packets, open)
}

/** Packets of processes that are not the proxy. */
function applications({space}: PathFunctions, {uid, gid}: ProxyTraits): Node {
  const {diagram, dimensions} = space
  return diagram.not(diagram.or(equalTo(diagram, dimensions.uid, uid), equalTo(diagram, dimensions.gid, gid)))
}

/** Queries are captured when those of any application to some resolver are, or may be. */
function capturedFirst({usual, exceptions}: Direction): TrafficOutcome {
  const resolvers = exceptions.filter(({where}) => where.every(({property}) => property === 'destination'))
  const all = [usual, ...resolvers]
  return all.find(({verdict}) => verdict === 'captured') ?? all.find(({verdict}) => verdict === 'insufficient') ?? usual
}
