import {askPaths, type PodPaths} from '../../analysis/netfilter/interception/pod-paths.js'
import {isAmbientRuleset} from '../../analysis/netfilter/istio-names.js'
import type {Node} from '../../analysis/netfilter/packet-sets/diagram.js'
import {type SharedPart, sharedParts} from '../../analysis/netfilter/packet-sets/parts.js'
import {
  inboundTraffic,
  outboundTraffic,
  outsideOf,
  toAddress,
  toPort,
} from '../../analysis/netfilter/packet-sets/traffic.js'
import type {TrafficOutcome} from '../../analysis/netfilter/packet-sets/traffic-outcome.js'
import {isUncaptured, type PacketVerdict, stepPlace} from '../../analysis/netfilter/packet-walk/verdict.js'
import {type ProxyTraits, sentByProxy, ZTUNNEL_MARK} from '../../analysis/netfilter/proxy-traits.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Packet} from '../../model/kernel/packet.js'
import type {IpFamily, Ruleset} from '../../model/kernel/ruleset.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {openIn, packetContext, startUpVerdict} from './report.js'

/** What happens to the packets of a row, for one sender. */
export interface MatrixCell {
  readonly who: string
  readonly verdict: PacketVerdict
  readonly port?: number
  /** The other destination a rule sets, `address:port`. */
  readonly to?: string
  readonly by?: string
  /** The rule it depends on. */
  readonly why?: string
}

export interface MatrixRow {
  readonly traffic: string
  readonly cells: readonly MatrixCell[]
}

export interface MatrixReport extends Report {
  readonly subject: PodRef
  readonly startUp?: string
  /** Set when rules were given up on: what is not known, and which rules it hangs on. */
  readonly gaveUp?: string
  readonly senders: readonly string[]
  readonly outbound: readonly MatrixRow[]
  readonly inbound: readonly MatrixRow[]
}

/** Who sends outbound: a name for the column, and the values its packets have. */
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
  const ambient = isAmbientRuleset(rulesets)
  return [...APP, ambient ? ZTUNNEL : {who: `proxy (uid ${proxy.uid})`, packet: {uid: proxy.uid, gid: proxy.gid}}]
}

/** A row before it is split: what it is called, and its packets. */
interface Traffic {
  readonly label: string
  readonly protocol: 'tcp' | 'udp'
  readonly packets: Node
}

function cellOf(who: string, trafficOutcome: TrafficOutcome, loopsAt: number | undefined): MatrixCell {
  const {verdict, port, to, by, why} = trafficOutcome
  const loops = verdict === 'captured' && loopsAt !== undefined && port === loopsAt
  return {
    who,
    verdict: loops ? 'loops' : verdict === 'none' ? 'error' : verdict,
    ...definedFields({
      port,
      to,
      by: by === undefined ? undefined : by.rule === 0 ? stepPlace(by) : `${by.at} ${by.rule}`,
      why,
    }),
  }
}

/** A row for each part of the traffic that is treated the same way, the largest under the bare label. */
function rowsOf(
  label: string,
  parts: readonly SharedPart[],
  senders: readonly string[],
  loopsAt: (sender: number) => number | undefined,
): readonly MatrixRow[] {
  return parts.map(({words, trafficOutcomes}) => ({
    traffic: words === '' ? label : `${label}, ${words}`,
    cells: trafficOutcomes.map((trafficOutcome, index) => cellOf(senders[index] ?? '', trafficOutcome, loopsAt(index))),
  }))
}

const KNOWN_PORTS: readonly (readonly [number, string])[] = [
  [15_020, '15020 agent metrics and probes'],
  [15_021, '15021 health'],
  [15_090, '15090 Envoy metrics'],
  [15_008, '15008 HBONE'],
  [15_006, '15006 inbound port itself'],
  [15_001, '15001 outbound port itself'],
]

const OTHER_INBOUND = {tcp: 'app ports (TCP)', udp: 'UDP'} as const

const OUTBOUND = {
  others: 'other services (TCP)',
  self: "the pod's own address",
  localhost: 'localhost',
  dnsUdp: 'DNS (udp 53)',
  dnsTcp: 'DNS (tcp 53)',
  udp: 'other UDP',
} as const

function outboundKinds({paths, own}: PodPaths): readonly Traffic[] {
  const {space} = paths
  const {diagram, family} = space
  const outside = outsideOf(paths)
  const dns = toPort(space, 53)
  const notDns = diagram.and(outside, diagram.not(dns))
  const self = toAddress(space, 'destination', own)
  const localhost = toAddress(space, 'destination', {family, bits: family === 'ip' ? 0x7f00_0001n : 1n})
  return [
    {label: OUTBOUND.others, protocol: 'tcp', packets: notDns},
    {label: OUTBOUND.self, protocol: 'tcp', packets: self},
    {label: OUTBOUND.localhost, protocol: 'tcp', packets: localhost},
    {label: OUTBOUND.dnsUdp, protocol: 'udp', packets: diagram.and(outside, dns)},
    {label: OUTBOUND.dnsTcp, protocol: 'tcp', packets: diagram.and(outside, dns)},
    {label: OUTBOUND.udp, protocol: 'udp', packets: notDns},
  ]
}

function inboundRows(found: PodPaths): readonly MatrixRow[] {
  const {paths, machine, device, own} = found
  const {space} = paths
  const {diagram} = space
  const into = (protocol: string) => inboundTraffic(paths, machine, device, protocol, [own])
  const ask = (label: string, protocol: string, ports: Node): readonly MatrixRow[] => {
    const {node, domain, elsewhere} = into(protocol)
    const whole = elsewhere.reduce((all, {packets}) => diagram.or(all, packets), domain)
    const parts = sharedParts(found.answering(true), node, diagram.and(whole, ports), [{}])
    return rowsOf(label, parts, ['any source'], () => undefined)
  }
  const known = KNOWN_PORTS.map(([port]) => toPort(space, port)).reduce((all, each) => diagram.or(all, each))
  return [
    ...ask(OTHER_INBOUND.tcp, 'tcp', diagram.not(known)),
    ...KNOWN_PORTS.flatMap(([port, label]) => ask(label, 'tcp', toPort(space, port))),
    ...ask(OTHER_INBOUND.udp, 'udp', 1),
  ]
}

function outboundRows(found: PodPaths, senders: readonly Sender[], proxy: ProxyTraits): readonly MatrixRow[] {
  const {paths, machine, device} = found
  const {diagram} = paths.space
  return outboundKinds(found).flatMap(({label, protocol, packets}) => {
    const {node, domain, elsewhere} = outboundTraffic(paths, machine, device, protocol, packets)
    const whole = elsewhere.reduce((all, each) => diagram.or(all, each.packets), domain)
    const values = senders.map(({packet}) => ({owner: 1, mark: 0, ...packet}))
    const parts = sharedParts(found.answering(false), node, whole, values)
    const loopsAt = (index: number) =>
      sentByProxy(senders[index]?.packet ?? {}, proxy) ? proxy.outboundPort : undefined
    return rowsOf(
      label,
      parts,
      senders.map(({who}) => who),
      loopsAt,
    )
  })
}

type Rows = Pick<MatrixReport, 'outbound' | 'inbound' | 'gaveUp'>

/** The rows without the answers that only say that no rule captures, where `why` tells what may hold such a rule. */
function leftOpen(rows: readonly MatrixRow[], why: string | undefined): readonly MatrixRow[] {
  if (why === undefined) return rows
  const open = ({who, verdict}: MatrixCell) =>
    isUncaptured(verdict) ? {who, verdict: 'insufficient' as const, why} : undefined
  return rows.map(row => ({...row, cells: row.cells.map(cell => open(cell) ?? cell)}))
}

/** Every row without an answer: none is known where the rules were given up on. */
function unknownRows(gaveUp: string, senders: readonly string[]): Rows {
  const row = (traffic: string, who: readonly string[]): MatrixRow => ({
    traffic,
    cells: who.map(each => ({who: each, verdict: 'insufficient', why: gaveUp})),
  })
  const inbound = [OTHER_INBOUND.tcp, ...KNOWN_PORTS.map(([, label]) => label), OTHER_INBOUND.udp]
  return {
    gaveUp,
    outbound: Object.values(OUTBOUND).map(label => row(label, senders)),
    inbound: inbound.map(label => row(label, ['any source'])),
  }
}

/** True if the rules leave any row open. */
function openRows({outbound, inbound, gaveUp}: Rows): boolean {
  const cells = [...outbound, ...inbound].flatMap(row => row.cells)
  return gaveUp !== undefined || cells.some(({verdict}) => verdict === 'insufficient')
}

/**
 * What happens to all first packets of a pod, by traffic and sender: every row is treated the same way by the rules as a whole, so nothing is tried and
 * nothing is left out. Every port is taken to be open.
 */
export async function matrixReport(
  given: Source,
  subject: PodRef,
  family: IpFamily,
  acceptedRules?: string,
  bound?: number,
): Promise<MatrixReport> {
  const source = noted(given)
  const read = await packetContext(source, subject)
  const {rulesets} = read.kernel
  const senders = sendersFor(rulesets, read.proxy)
  const names = senders.map(({who}) => who)
  const unseen = openIn(read.kernel, family)
  const ask = (found: PodPaths): Rows => {
    const outbound = leftOpen(outboundRows(found, senders, read.proxy), unseen.outbound)
    const inbound = leftOpen(inboundRows(found), unseen.inbound)
    const [gaveUp] = found.paths.chains.givenUp
    return {outbound, inbound, ...definedFields({gaveUp})}
  }
  const rows = askPaths(rulesets, read.machine, family, ask, why => unknownRows(why, names), bound)
  if (rows === undefined) throw new UserError(`the pod has no ${family === 'ip' ? 'IPv4' : 'IPv6'} address`)
  return {
    ...answeredFrom(source),
    ...startUpVerdict(read, source, subject, acceptedRules),
    gaps: read.gaps,
    notes: [...read.kernel.notes, ...new Set(Object.values(unseen).map(why => `unknown: ${why}`))],
    subject,
    senders: names,
    ...rows,
    ...definedFields({undecided: openRows(rows) ? true : undefined}),
  }
}
