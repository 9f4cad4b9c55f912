import {interceptionOf} from '../../analysis/netfilter/interception/interception.js'
import {missingFamilyIn, missingTablesIn, whyOpen} from '../../analysis/netfilter/interception/missing-tables.js'
import {rulesetWarningsOf} from '../../analysis/netfilter/interception/ruleset-warnings.js'
import {compileRules} from '../../analysis/netfilter/packet-walk/compile.js'
import {walkFlow} from '../../analysis/netfilter/packet-walk/flow-walk.js'
import {
  decidingStep,
  dispositionText,
  isUncaptured,
  type PacketVerdict,
  verdictOf,
} from '../../analysis/netfilter/packet-walk/verdict.js'
import {type ProxyTraits, proxyTraitsOf, sentByProxy} from '../../analysis/netfilter/proxy-traits.js'
import {listenersOf, ownerWords} from '../../evidence/kernel/listeners.js'
import {readableKernel} from '../../evidence/kernel/nothing-read.js'
import {type Kernel, readKernel} from '../../evidence/kernel/read-kernel.js'
import {startUpNotice} from '../../evidence/kernel/start-up.js'
import {readNow} from '../../evidence/kernel/ways.js'
import {readSockets, unreadSockets} from '../../evidence/pod/sockets.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {textOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type IpAddress, parseIp} from '../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'
import type {Packet, Walk, WalkStep} from '../../model/kernel/packet.js'
import type {IpFamily} from '../../model/kernel/ruleset.js'
import type {ListeningSocket} from '../../model/kernel/socket.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {askedAddress, type PacketSpec, packetFrom} from './packet-spec.js'

/** What is needed to walk packets through a pod: rules, machine, and who listens. */
export interface PacketContext {
  readonly kernel: Kernel
  /** Set when these are not the current rules: the first line to show. */
  readonly startUp?: string
  readonly machine: NetworkNamespace
  readonly proxy: ProxyTraits
  readonly sockets: readonly ListeningSocket[]
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
}

export interface PacketReport extends Report {
  readonly subject: PodRef
  readonly startUp?: string
  readonly packet: Packet
  readonly walk: Walk
  readonly verdict: PacketVerdict
  /** The packet is the proxy's own. */
  readonly fromProxy: boolean
  readonly landing: string
  readonly decidedBy: WalkStep | undefined
  readonly listener: string | undefined
}

/** What a pasted text lacks, for its absence is walked as if there were no such rules. */
function unseen({from, rulesets}: Kernel): readonly string[] {
  if (from !== 'text') return []
  const reasons = (['ip', 'ip6'] as const).flatMap(family => Object.values(missingTablesIn(rulesets, family)))
  return [...new Set<string>(reasons)].map(reason => `${reason}: rules there may change the result`)
}

/** Reads what packets are walked on; sockets only where their evidence is there. `addresses` are the pod's where no evidence tells them. */
export async function packetContext(
  source: Source,
  subject: PodRef,
  addresses: readonly string[] = [],
): Promise<PacketContext> {
  const kernel = await readableKernel(await readKernel(source, subject, addresses), source, subject)
  const table = !source.traits.complete ? undefined : await readSockets(source, subject)
  const sockets = table?.ok === true ? table.value.sockets : []
  const machine = table?.ok === true ? {...kernel.machine, listeners: listenersOf(table.value)} : kernel.machine
  const assumed = kernel.machine.assumed
    ? ['some addresses or routes of the pod are unknown: those of an ordinary pod are assumed']
    : []
  const deaf =
    table?.ok === true ? [] : ['the listening sockets of the pod are unknown: every port is assumed to be open']
  const unread = table?.ok === true ? unreadSockets(table.value) : undefined
  const proxy = proxyTraitsOf(kernel.rulesets)
  return {
    kernel,
    startUp: startUpNotice(kernel, source),
    machine,
    proxy,
    sockets,
    gaps: [...kernel.gaps, ...(unread === undefined ? [] : [unread])],
    notes: [...kernel.notes, ...assumed, ...deaf, ...unseen(kernel)],
  }
}

/** `reviews`, `reviews.demo` or `reviews.demo.svc.cluster.local`: the cluster IP of that Service. */
async function resolveService(source: Source, subject: PodRef, host: string): Promise<IpAddress> {
  const [name = '', namespace = subject.namespace] = host.split('.')
  const answer = await source.objects({kind: 'Service', namespace, name})
  if (!answer.ok)
    throw new UserError(
      `${JSON.stringify(host)} is not an IP address, and no Services were read that could resolve it`,
      {
        hint: answer.gap.detail,
      },
    )
  const address = parseIp(textOf(answer.value[0], 'spec', 'clusterIP') ?? '')
  if (address === undefined) throw new UserError(`no Service ${name} with a cluster IP in namespace ${namespace}`)
  return address
}

/** Remarks a verdict needs: what a first packet cannot show. */
function remarks(walk: Walk): readonly string[] {
  const tproxy = walk.disposition.kind === 'delivered' && walk.disposition.transparent
  return [
    ...walk.notes,
    ...(tproxy
      ? ['TPROXY needs a transparent listener and the policy route for its mark; without them the connection times out']
      : []),
  ]
}

/** Rules that should have captured a packet and cannot, where its verdict alone would look like an intended exception. */
function whyUncaptured({rulesets, machine}: Kernel, packet: Packet, verdict: PacketVerdict): readonly string[] {
  if (packet.protocol !== 'tcp' || !isUncaptured(verdict)) return []
  // The machine as read has no listeners: whether something listens does not matter to whether the rules lead to the proxy.
  const interception = interceptionOf(rulesets, machine, packet.destination.family)
  const id = packet.interface === undefined ? 'outbound-cut-off' : 'inbound-cut-off'
  const cut = (interception === undefined ? [] : rulesetWarningsOf(rulesets, [interception])).find(
    each => each.id === id,
  )
  return cut === undefined ? [] : [`${cut.what} ${cut.consequence} meshctl iptables --drift shows which are missing`]
}

/** What follows from rules that are not the current ones: the question about the pod stays open, unless the user accepts them or gave them. */
export function startUpVerdict(
  {startUp, kernel}: PacketContext,
  source: Source,
  subject: PodRef,
  accepted: string | undefined,
): Pick<PacketReport, 'startUp' | 'undecided' | 'next'> {
  if (startUp === undefined) return {}
  if (accepted !== undefined || !source.traits.complete) return {startUp}
  return {
    startUp,
    undecided: true,
    next: `${readNow(subject, kernel.debugImage)}; --rules init-log accepts the rules of pod start`,
  }
}

/** Why no answer about a family's packets is firm that rests on no rule capturing them, by direction: a pasted text may lack such a rule. */
export function openIn(
  {from, rulesets, machine}: Kernel,
  family: IpFamily,
): Readonly<Partial<Record<'inbound' | 'outbound', string>>> {
  if (from !== 'text') return {}
  const none = missingFamilyIn(rulesets, family)
  if (none !== undefined) return {inbound: none, outbound: none}
  const missing = missingTablesIn(rulesets, family)
  if (Object.keys(missing).length === 0) return {}
  const interception = interceptionOf(rulesets, machine, family)
  return interception === undefined ? {} : whyOpen(interception, missing)
}

/** The walk, left open where it only says that no rule captured the packet and the text may lack one that does. */
function withUnseen(walk: Walk, verdict: PacketVerdict, kernel: Kernel, packet: Packet): Walk {
  if (!isUncaptured(verdict)) return walk
  const {inbound, outbound} = openIn(kernel, packet.destination.family)
  const reason = packet.interface === undefined ? outbound : inbound
  return reason === undefined ? walk : {...walk, disposition: {kind: 'insufficient', reason}}
}

/** Where a packet goes and by which rules, from the kernel's point of view. */
export async function packetReport(given: Source, subject: PodRef, spec: PacketSpec): Promise<PacketReport> {
  const source = noted(given)
  const context = await packetContext(source, subject, askedAddress(spec))
  const packet = await packetFrom(spec, context.machine, host => resolveService(source, subject, host))
  const fromProxy = sentByProxy(packet, context.proxy)
  const sender = {fromProxy, outboundPort: context.proxy.outboundPort}
  const walked = walkFlow(compileRules(context.kernel.rulesets), context.machine, packet)
  const walk = withUnseen(walked, verdictOf(walked, sender), context.kernel, packet)
  const {disposition: end} = walk
  const verdict = verdictOf(walk, sender)
  return {
    ...answeredFrom(source),
    ...definedFields({undecided: verdict === 'insufficient' ? true : undefined}),
    ...startUpVerdict(context, source, subject, spec.rules),
    gaps: context.gaps,
    notes: [...context.notes, ...remarks(walk), ...whyUncaptured(context.kernel, packet, verdict)],
    subject,
    packet,
    walk,
    verdict,
    fromProxy,
    landing: dispositionText(walk),
    decidedBy: decidingStep(walk),
    listener: end.kind === 'delivered' ? ownerWords(context.sockets, packet.protocol, end.port) : undefined,
  }
}
