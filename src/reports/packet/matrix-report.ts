import {addressIn, mentionsOf, ordinaryAddress, ordinaryPort} from '../../analysis/netfilter/interception/mentions.js'
import {isAmbient} from '../../analysis/netfilter/istio-names.js'
import {compileRules} from '../../analysis/netfilter/packet-walk/compile.js'
import {decidingStep, type Verdict, verdictOf} from '../../analysis/netfilter/packet-walk/verdict.js'
import {walkPacket} from '../../analysis/netfilter/packet-walk/walk.js'
import {type ProxyTraits, sentByProxy, ZTUNNEL_MARK} from '../../analysis/netfilter/proxy-traits.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {formatIpRange, type IpAddress} from '../../model/ip-address.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Packet} from '../../model/packet.js'
import type {IpFamily, Ruleset} from '../../model/ruleset.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {ownAddress} from './packet-spec.js'
import {type PacketBench, packetBench} from './report.js'

/** One answer of the battery. */
export interface MatrixCell {
  readonly who: string
  readonly verdict: Verdict
  readonly port?: number
  readonly by?: string
}

export interface MatrixRow {
  readonly traffic: string
  readonly cells: readonly MatrixCell[]
}

export interface MatrixReport extends Report {
  readonly subject: PodRef
  readonly senders: readonly string[]
  readonly outbound: readonly MatrixRow[]
  readonly inbound: readonly MatrixRow[]
}

/** Who sends outbound: a name for the column, and how its packets are told. */
interface Sender {
  readonly who: string
  readonly packet: Pick<Packet, 'uid' | 'gid' | 'mark'>
}

const APP: readonly Sender[] = [
  {who: 'app (uid 1000)', packet: {uid: 1000, gid: 1000}},
  {who: 'root (uid 0)', packet: {uid: 0, gid: 0}},
]
const ZTUNNEL: Sender = {who: 'ztunnel (mark 0x539)', packet: {uid: 0, gid: 0, mark: ZTUNNEL_MARK}}

/** In ambient mode the proxy is ztunnel, known by its mark; elsewhere the sidecar, known by its user. */
function sendersFor(rulesets: readonly Ruleset[], proxy: ProxyTraits): readonly Sender[] {
  const ambient = isAmbient(rulesets)
  return [...APP, ambient ? ZTUNNEL : {who: `proxy (uid ${proxy.uid})`, packet: {uid: proxy.uid, gid: proxy.gid}}]
}

type Ask = Pick<Packet, 'destination' | 'destinationPort'> & Partial<Packet>

function answer(bench: PacketBench, rules: ReturnType<typeof compileRules>, who: string, ask: Ask): MatrixCell {
  const walk = walkPacket(rules, bench.machine, {protocol: 'tcp', ...ask})
  const step = decidingStep(walk)
  const {disposition: end} = walk
  return {
    who,
    verdict: verdictOf(walk, {fromProxy: sentByProxy(ask, bench.proxy), outboundPort: bench.proxy.outboundPort}),
    ...(end.kind === 'delivered' ? {port: end.port} : {}),
    by: step === undefined ? undefined : `${step.at} ${step.rule}`,
  }
}

function localhost(family: IpFamily): IpAddress {
  return family === 'ip' ? {family, bits: 0x7f00_0001n} : {family, bits: 1n}
}

function outboundTraffic(bench: PacketBench, family: IpFamily): readonly (readonly [string, Ask])[] {
  const mentions = mentionsOf(bench.kernel.rulesets)
  const destination = ordinaryAddress(mentions, family)
  const own = ownAddress(bench.machine, family).address
  const port = ordinaryPort(mentions)
  const ports = mentions.ports.filter(each => ![53, 15_008, 15_020, 15_021, 15_053, 15_090].includes(each)).slice(0, 8)
  const ranges = mentions.ranges.filter(range => range.family === family && range.mask !== 0n).slice(0, 8)
  return [
    ['another service', {destination, destinationPort: port}],
    ...ports.map(each => [`port ${each}`, {destination, destinationPort: each}] as const),
    ...ranges.map(
      range => [`to ${formatIpRange(range)}`, {destination: addressIn(range), destinationPort: port}] as const,
    ),
    ["the pod's own address", {destination: own, destinationPort: port}],
    ['localhost', {destination: localhost(family), destinationPort: port}],
    ['DNS (udp 53)', {destination, destinationPort: 53, protocol: 'udp'}],
    ['DNS (tcp 53)', {destination, destinationPort: 53}],
    ['other UDP', {destination, destinationPort: 4500, protocol: 'udp'}],
  ]
}

function inboundTraffic(bench: PacketBench, family: IpFamily): readonly (readonly [string, Ask])[] {
  const mentions = mentionsOf(bench.kernel.rulesets)
  const {address: destination, device} = ownAddress(bench.machine, family)
  const into = (port: number, protocol = 'tcp'): Ask => ({
    destination,
    destinationPort: port,
    protocol,
    interface: device,
  })
  const known = [15_001, 15_006, 15_008, 15_020, 15_021, 15_090]
  const ports = mentions.ports.filter(port => port !== 53 && port !== 15_053 && !known.includes(port)).slice(0, 8)
  return [
    ['an app port', into(ordinaryPort(mentions))],
    ...ports.map(port => [`port ${port}`, into(port)] as const),
    ['15020 agent metrics and probes', into(15_020)],
    ['15021 health', into(15_021)],
    ['15090 Envoy metrics', into(15_090)],
    ['15008 mesh tunnel', into(15_008)],
    ['15006 inbound port itself', into(15_006)],
    ['15001 outbound port itself', into(15_001)],
    ['UDP', into(ordinaryPort(mentions), 'udp')],
  ]
}

/** Asks the usual packets of a pod and lays the answers out: app, root and proxy outbound, everybody inbound. Every port is taken to be open. */
export async function matrixReport(given: Source, subject: PodRef, family: IpFamily): Promise<MatrixReport> {
  const source = noted(given)
  const read = await packetBench(source, subject)
  const {listeners: _, ...machine} = read.machine
  const bench = {...read, machine}
  const rules = compileRules(bench.kernel.rulesets)
  const senders = sendersFor(bench.kernel.rulesets, bench.proxy)
  const outbound = outboundTraffic(bench, family).map(([traffic, ask]) => ({
    traffic,
    cells: senders.map(({who, packet}) => answer(bench, rules, who, {...ask, ...packet})),
  }))
  const inbound = inboundTraffic(bench, family).map(([traffic, ask]) => ({
    traffic,
    cells: [answer(bench, rules, 'anybody', ask)],
  }))
  return {
    ...answeredFrom(source),
    gaps: bench.gaps,
    notes: bench.kernel.notes,
    subject,
    senders: senders.map(({who}) => who),
    outbound,
    inbound,
  }
}
