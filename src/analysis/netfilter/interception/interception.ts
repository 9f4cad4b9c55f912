import {formatIpRange, type IpAddress, type IpRange} from '../../../model/ip-address.js'
import {isOwnAddress, type Machine} from '../../../model/machine.js'
import type {Packet, Walk} from '../../../model/packet.js'
import {everyRule, type IpFamily, type Ruleset} from '../../../model/ruleset.js'
import {type CompiledRules, compileRules} from '../packet-walk/compile.js'
import {withWayOut} from '../packet-walk/stand-in.js'
import {decidingStep, type Verdict, verdictOf} from '../packet-walk/verdict.js'
import {walkPacket} from '../packet-walk/walk.js'
import {type ProxyTraits, proxyTraitsOf} from '../proxy-traits.js'
import {addressIn, type Mentions, mentionsOf, ordinaryAddress, ordinaryId, ordinaryPort} from './mentions.js'

/** The rule that decided, as a person finds it. */
export interface Decider {
  readonly at: string
  readonly rule: number
  readonly text: string
}

/** What becomes of one kind of traffic. */
export interface Fate {
  readonly verdict: Verdict
  readonly port?: number
  readonly by?: Decider
  /** Why it cannot be told, with the verdict `insufficient`. */
  readonly why?: string
}

/** Traffic of a direction that fares otherwise than the rest: ports, ranges, users, groups, interfaces. */
export interface Exception extends Fate {
  readonly kind: 'port' | 'range' | 'sender' | 'uid' | 'gid' | 'interface'
  readonly value: string
}

/** One direction: what becomes of ordinary TCP traffic, and which traffic fares otherwise. */
export interface Direction {
  readonly usual: Fate
  readonly exceptions: readonly Exception[]
}

/** What a set of rules does to the traffic of a pod, for one address family, found by asking about packets. */
export interface Interception {
  readonly family: IpFamily
  /** `unknown` when the text does not tell how inbound traffic fares, or whether anything is captured. */
  readonly mode: 'redirect' | 'tproxy' | 'none' | 'unknown'
  readonly inbound: Direction
  readonly outbound: Direction
  /** The proxy's own connections to the outside. */
  readonly proxyOutbound: Direction
  /** The proxy's call to the pod's own address, an app's call to it, and to localhost. */
  readonly proxyToSelf: Fate
  readonly appToSelf: Fate
  readonly appToLocalhost: Fate
  readonly dnsUdp: Fate
  readonly dnsTcp: Fate
  readonly udp: Fate
  /** Whom the rules take for the proxy. */
  readonly proxy: ProxyTraits
}

interface Questions {
  readonly rules: CompiledRules
  readonly machine: Machine
  readonly mentions: Mentions
  readonly family: IpFamily
  readonly own: IpAddress
  readonly device: string
  readonly uid: number
  readonly port: number
  readonly outside: IpAddress
  readonly proxy: ProxyTraits
}

function fate(walk: Walk): Fate {
  const step = decidingStep(walk)
  const {disposition: end} = walk
  const by = step === undefined ? undefined : {at: step.at, rule: step.rule, text: step.text}
  return {
    verdict: verdictOf(walk),
    ...(end.kind === 'delivered' ? {port: end.port} : {}),
    by,
    ...(end.kind === 'insufficient' ? {why: end.reason} : {}),
  }
}

function ask(questions: Questions, packet: Partial<Packet> & {destination: IpAddress}): Fate {
  const {rules, machine, uid, port} = questions
  const from = packet.interface === undefined ? {uid, gid: uid} : {}
  return fate(walkPacket(rules, machine, {protocol: 'tcp', destinationPort: port, ...from, ...packet}))
}

function differs(usual: Fate, other: Fate, asked: number): boolean {
  if (usual.verdict !== other.verdict) return true
  return usual.verdict === 'captured' && usual.port !== other.port && other.port !== asked
}

function inbound(q: Questions): Direction {
  const arriving = (port: number, device = q.device) =>
    ask(q, {interface: device, destination: q.own, destinationPort: port})
  const usual = arriving(q.port)
  const exceptions: Exception[] = []
  for (const port of q.mentions.ports) {
    const found = arriving(port)
    if (differs(usual, found, port)) exceptions.push({kind: 'port', value: String(port), ...found})
  }
  for (const name of q.mentions.interfaces) {
    const found = arriving(q.port, name)
    if (differs(usual, found, q.port)) exceptions.push({kind: 'interface', value: name, ...found})
  }
  for (const range of q.mentions.sources) {
    if (range.family !== q.family || range.mask === 0n || isOwnAddress(q.machine, addressIn(range))) continue
    const found = ask(q, {interface: q.device, destination: q.own, source: addressIn(range)})
    if (differs(usual, found, q.port)) exceptions.push({kind: 'sender', value: rangeLabel(range), ...found})
  }
  return {usual, exceptions}
}

function rangeLabel(range: IpRange): string {
  return formatIpRange(range)
}

function outbound(q: Questions): Direction {
  const usual = ask(q, {destination: q.outside})
  const exceptions: Exception[] = []
  const note = (kind: Exception['kind'], value: string, found: Fate, asked: number) => {
    if (differs(usual, found, asked)) exceptions.push({kind, value, ...found})
  }
  for (const port of q.mentions.ports)
    if (port !== 53) note('port', String(port), ask(q, {destination: q.outside, destinationPort: port}), port)
  for (const range of q.mentions.ranges) {
    if (range.family === q.family && range.mask !== 0n)
      note('range', rangeLabel(range), ask(q, {destination: addressIn(range)}), q.port)
  }
  for (const uid of q.mentions.uids) note('uid', String(uid), ask(q, {destination: q.outside, uid, gid: q.uid}), q.port)
  for (const gid of q.mentions.gids) note('gid', String(gid), ask(q, {destination: q.outside, uid: q.uid, gid}), q.port)
  return {usual, exceptions}
}

/** The proxy's own connections: only ports and ranges can make a difference to them. */
function proxyOutbound(q: Questions): Direction {
  const asProxy = (packet: Partial<Packet> & {destination: IpAddress}) =>
    ask(q, {...packet, uid: q.proxy.uid, gid: q.proxy.gid})
  const usual = asProxy({destination: q.outside})
  const ports = q.mentions.ports.map(port => ({
    kind: 'port' as const,
    value: String(port),
    ...asProxy({destination: q.outside, destinationPort: port}),
  }))
  const ranges = q.mentions.ranges
    .filter(range => range.family === q.family && range.mask !== 0n)
    .map(range => ({kind: 'range' as const, value: rangeLabel(range), ...asProxy({destination: addressIn(range)})}))
  return {usual, exceptions: [...ports, ...ranges].filter(found => differs(usual, found, Number(found.value)))}
}

/** The interface and address by which others reach the pod in a family: the first that is neither loopback nor link-local. */
export function primaryAddress(machine: Machine, family: IpFamily): {device: string; own: IpAddress} | undefined {
  for (const {name, addresses} of machine.interfaces) {
    const own = addresses.find(
      address => address.family === family && (family === 'ip' || address.bits >> 118n !== 0x3fan),
    )
    if (name !== 'lo' && own !== undefined) return {device: name, own}
  }
  return undefined
}

function usesTproxy(rulesets: readonly Ruleset[]): boolean {
  return everyRule(rulesets).some(({rule}) => rule.actions.some(action => action.kind === 'tproxy'))
}

/** How traffic is captured; unknown as soon as an answer it hangs on is. */
export function modeOf(into: Direction, out: Direction, tproxy: boolean): Interception['mode'] {
  const fates = [into.usual, out.usual, ...into.exceptions, ...out.exceptions]
  const captured = fates.some(({verdict}) => verdict === 'captured')
  if (captured && tproxy) return 'tproxy'
  if (into.usual.verdict === 'insufficient') return 'unknown'
  if (captured) return 'redirect'
  return fates.some(({verdict}) => verdict === 'insufficient') ? 'unknown' : 'none'
}

/**
 * Finds out what the rules do for a family by walking packets: ordinary ones, and one for each port, range, user, group and interface that
 * the rules name. So the answer holds for any rules, tampered ones too. `mentions` given
 * from outside makes two answers comparable. Undefined when the pod has no address of that family.
 */
export function interceptionOf(
  rulesets: readonly Ruleset[],
  machine: Machine,
  family: IpFamily,
  mentions: Mentions = mentionsOf(rulesets),
): Interception | undefined {
  const place = primaryAddress(machine, family)
  if (place === undefined) return undefined
  const q: Questions = {
    rules: compileRules(rulesets),
    machine: withWayOut(machine, family, place.device),
    mentions,
    family,
    ...place,
    uid: ordinaryId(mentions),
    port: ordinaryPort(mentions),
    outside: ordinaryAddress(mentions, family),
    proxy: proxyTraitsOf(rulesets),
  }
  const hosts = mentions.ranges.filter(range => range.family === family && isHost(range))
  const dns =
    hosts.find(host => lookup(q, host) === 'captured') ?? hosts.find(host => lookup(q, host) === 'insufficient')
  const resolver = dns === undefined ? q.outside : addressIn(dns)
  const localhost: IpAddress = family === 'ip' ? {family, bits: 0x7f00_0001n} : {family, bits: 1n}
  const into = inbound(q)
  const out = outbound(q)
  return {
    family,
    mode: modeOf(into, out, usesTproxy(rulesets)),
    inbound: into,
    outbound: out,
    proxyOutbound: proxyOutbound(q),
    proxyToSelf: ask(q, {destination: q.own, uid: q.proxy.uid, gid: q.proxy.gid}),
    appToSelf: ask(q, {destination: q.own}),
    appToLocalhost: ask(q, {destination: localhost}),
    dnsUdp: ask(q, {protocol: 'udp', destination: resolver, destinationPort: 53}),
    dnsTcp: ask(q, {destination: resolver, destinationPort: 53}),
    udp: ask(q, {protocol: 'udp', destination: q.outside, destinationPort: 4500}),
    proxy: q.proxy,
  }
}

function isHost(range: IpRange): boolean {
  return range.mask === (range.family === 'ip' ? 0xffff_ffffn : (1n << 128n) - 1n)
}

/** How a lookup at one host fares: the resolver is the host whose lookups are captured, or may be. */
function lookup(q: Questions, host: IpRange): Verdict {
  return ask(q, {protocol: 'udp', destination: addressIn(host), destinationPort: 53}).verdict
}
