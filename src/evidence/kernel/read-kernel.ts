import {guestsIn, type NodeRules, nodeRules} from '../../analysis/netfilter/chain-owners.js'
import {withDefaultNetwork} from '../../analysis/netfilter/packet-walk/default-network.js'
import {isSetup, notApplied, type SetupFailure, setupFailure} from '../../analysis/netfilter/setup/setup-failure.js'
import {denialIn} from '../../formats/netfilter/denial.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../formats/netfilter/ip-facts.js'
import {parseRules} from '../../formats/netfilter/parse-rules.js'
import {sniff} from '../../formats/sniff.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, isFailure, missing} from '../../model/evidence/answer.js'
import type {EvidenceId} from '../../model/evidence/evidence.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {IpFacts, NetworkNamespace} from '../../model/kernel/network-namespace.js'
import {type Backend, type IpFamily, type Ruleset, type RulesReading, ruleCount} from '../../model/kernel/ruleset.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {triedDebugImage} from './debug-image.js'

/** What is known of a pod's kernel: its rules, where they come from, and the machine packets are walked on. */
export interface Kernel {
  readonly rulesets: readonly Ruleset[]
  readonly parameters: Readonly<Record<string, string>>
  readonly machine: NetworkNamespace
  /** `live`: what the kernel held; `log`: what istio-init wrote at start; `text`: pasted text; `computed`: what should be there. */
  readonly from: 'live' | 'log' | 'text' | 'computed'
  readonly origin: string
  readonly gaps: readonly Gap[]
  /** The places of rules that could not be read, among those of the kernel. */
  readonly unread: readonly EvidenceId[]
  readonly notes: readonly string[]
  readonly bytes: Uint8Array
  /** When the rules of a log were set up, by its own first time (RFC 3339). */
  readonly setAt?: string
  /** What went wrong while the rules were set up, by the log they come from. */
  readonly failure?: SetupFailure
  /** Set when these are the rules of a node and not of a pod. */
  readonly node?: NodeRules
  /** The image of a debug container that runs in the pod and in which no rules could be read. */
  readonly debugImage?: string
}

const RULES: readonly (readonly [EvidenceId, {family?: IpFamily; backend?: Backend}])[] = [
  ['net.iptables.nft', {}],
  ['net.iptables.legacy', {family: 'ip', backend: 'legacy'}],
  ['net.ip6tables.nft', {family: 'ip6'}],
  ['net.ip6tables.legacy', {family: 'ip6', backend: 'legacy'}],
  ['net.nft', {}],
]

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** Tables that iptables-nft keeps are seen twice, by iptables-save and by nft; the save is complete, so it is the one kept. */
function withoutDoubles(rulesets: readonly Ruleset[]): readonly Ruleset[] {
  const complete = (set: Ruleset) => set.form !== 'nft-text' && set.form !== 'nft-json'
  const saved = new Set(
    rulesets.filter(set => set.backend !== 'native' && complete(set)).map(set => `${set.family} ${set.backend}`),
  )
  const kept = rulesets.filter(
    set => set.backend === 'native' || complete(set) || !saved.has(`${set.family} ${set.backend}`),
  )
  const seen = new Set<string>()
  return kept.filter(set => {
    const key = JSON.stringify([
      set.family,
      set.backend,
      set.tables.map(table => [table.name, ruleCount({...set, tables: [table]})]),
    ])
    if (seen.has(key) && set.backend !== 'native') return false
    seen.add(key)
    return true
  })
}

async function ipFacts(source: Source, subject: PodRef): Promise<Partial<IpFacts>> {
  const read = async (id: EvidenceId) => {
    const answer = await source.evidence(id, subject)
    return answer.ok ? textOf(answer.value.bytes) : undefined
  }
  const [addresses, routes, rules] = await Promise.all([read('net.ip-addr'), read('net.ip-route'), read('net.ip-rule')])
  return {
    interfaces: addresses === undefined ? undefined : parseIpAddresses(addresses),
    routes: routes === undefined ? undefined : parseIpRoutes(routes),
    policyRules: rules === undefined ? undefined : parseIpRules(rules),
  }
}

interface Found {
  readonly readings: RulesReading[]
  readonly gaps: Gap[]
  readonly unread: EvidenceId[]
  readonly chunks: Uint8Array[]
  readonly origins: string[]
}

async function readLive(source: Source, subject: PodRef): Promise<Found> {
  const found: Found = {readings: [], gaps: [], unread: [], chunks: [], origins: []}
  const answers = await Promise.all(RULES.map(([id]) => source.evidence(id, subject)))
  RULES.forEach(([id, hint], index) => {
    const answer = answers[index]
    if (answer === undefined) return
    if (!answer.ok) {
      found.gaps.push(answer.gap)
      found.unread.push(id)
      return
    }
    const {bytes, provenance} = answer.value
    if (found.chunks.includes(bytes)) return
    const text = textOf(bytes)
    const reading = parseRules(text, hint)
    // A refusal in the log of a program that sets rules up means that there are none, not that they cannot be read.
    const denial = reading.rulesets.length === 0 && !isSetup(reading) ? denialIn(text) : undefined
    if (denial !== undefined) {
      const reason = denial.reason === 'no-container' ? 'not-running' : denial.reason
      found.gaps.push(missing(provenance.from ?? 'the rules', reason, denial.line).gap)
      found.unread.push(id)
      return
    }
    found.readings.push(reading)
    found.chunks.push(bytes)
    found.origins.push(provenance.argv?.join(' ') ?? provenance.from ?? 'captured output')
  })
  return found
}

/** At equal priority the older registration runs first; where both stores hold Istio's rules the nft one came first, for istio prefers legacy once it is used. */
function inKernelOrder(rulesets: readonly Ruleset[]): readonly Ruleset[] {
  return [...rulesets.filter(set => set.backend !== 'legacy'), ...rulesets.filter(set => set.backend === 'legacy')]
}

/** The denial that explains why there are no rules, for the error a person sees. */
export function whyUnread(kernel: Kernel): Gap | undefined {
  return kernel.gaps.find(gap => gap.reason === 'no-privilege') ?? kernel.gaps.find(isFailure) ?? kernel.gaps[0]
}

async function readLog(source: Source, subject: PodRef): Promise<Found> {
  const answer = await source.evidence('log.istio-init', subject)
  if (!answer.ok) return {readings: [], gaps: [answer.gap], unread: [], chunks: [], origins: []}
  return {
    readings: [parseRules(textOf(answer.value.bytes))],
    gaps: [],
    unread: [],
    chunks: [answer.value.bytes],
    origins: ['the log of istio-init'],
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(chunks.map(chunk => Buffer.from(chunk)))
}

function losses(rulesets: readonly Ruleset[]): readonly string[] {
  return [...new Set(rulesets.flatMap(set => set.losses))]
}

function requested(rulesets: readonly Ruleset[]): boolean {
  return (
    rulesets.length > 0 &&
    rulesets.every(set => set.form === 'restore' || set.form === 'trace' || set.form === 'nft-script')
  )
}

/** istio-init since 1.25 logs what iptables-save printed when it was done: still only what was written at start, unless a listing accompanies it. */
function isLog(found: Found, rulesets: readonly Ruleset[]): boolean {
  const log = found.chunks.length > 0 && found.chunks.every(bytes => sniff(bytes) === 'log.istio-init')
  return log && rulesets.every(({form}) => form !== 'list' && form !== 'list-rules')
}

/** Rules that were not applied, and those of a node, decide about no packet of a pod. */
function undecidedBy(failure: SetupFailure | undefined, node: NodeRules | undefined): string | undefined {
  if (failure?.rules === 'not-applied') return notApplied(failure)
  if (node === undefined || node.captures) return undefined
  return `these are the rules of a node (${node.signs.slice(0, 3).join(', ')}), not of a pod: what a pod captures is decided by the rules of its own network namespace`
}

/** The rules marked with what leaves them undecided; an empty ruleset where only that is known. */
function marked(rulesets: readonly Ruleset[], undecided: string | undefined): readonly Ruleset[] {
  if (undecided === undefined) return rulesets
  const nothing: Ruleset = {family: 'ip', backend: 'unknown', form: 'trace', tables: [], losses: []}
  return (rulesets.length === 0 ? [nothing] : rulesets).map(set => ({...set, undecided}))
}

/** The first time in a log. */
function firstTime(chunks: readonly Uint8Array[]): string | undefined {
  const [first] = chunks
  if (first === undefined) return undefined
  const head = Buffer.from(first.subarray(0, 65_536)).toString('utf8')
  return /^(?:.{0,40}\s)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)\s/m.exec(head)?.[1]
}

/** Tables of which the text holds only the beginning. */
function truncations(found: Found): readonly Gap[] {
  return found.readings.flatMap(({warnings}, index) =>
    warnings
      .filter(({truncated}) => truncated === true)
      .map(
        ({line, message}) => missing(found.origins[index] ?? 'the rules', 'truncated', `line ${line}: ${message}`).gap,
      ),
  )
}

/**
 * Reads a pod's rules from every place that may hold them: both iptables back ends and families and native nftables; where none can be read,
 * the log of istio-init, which tells what was written at start. `addresses` are those of the pod by its status, for when no command in it
 * tells them. Never throws for absence: the gaps say what could not be read.
 */
export async function readKernel(source: Source, subject: PodRef, addresses: readonly string[] = []): Promise<Kernel> {
  const live = await readLive(source, subject)
  const useless = live.readings.every(reading => reading.rulesets.length === 0)
  const log = useless && live.gaps.length > 0 ? await readLog(source, subject) : undefined
  const telling = (reading: RulesReading) => reading.rulesets.length > 0 || setupFailure(reading) !== undefined
  const used = log?.readings.some(telling) === true ? log : live
  const found = inKernelOrder(withoutDoubles(used.readings.flatMap(reading => reading.rulesets)))
  const failure = used.readings.map(setupFailure).find(each => each !== undefined)
  const node = nodeRules(found)
  const rulesets = marked(found, undecidedBy(failure, node))
  const parameters = Object.fromEntries(used.readings.flatMap(reading => Object.entries(reading.parameters)))
  const warnings = used.readings.flatMap(reading =>
    reading.warnings.filter(each => each.truncated !== true).map(each => `line ${each.line}: ${each.message}`),
  )
  const facts = await ipFacts(source, subject)
  const own = addresses.map(parseIp).filter(each => each !== undefined)
  const pasted = !source.traits.complete
  const startUp = used === log || requested(rulesets) || (pasted && isLog(used, rulesets))
  return {
    rulesets,
    parameters,
    machine: withDefaultNetwork(facts, rulesets, node !== undefined || guestsIn(found), own),
    from: startUp ? 'log' : pasted ? 'text' : 'live',
    ...definedFields({setAt: startUp ? firstTime(used.chunks) : undefined}),
    origin: used.origins.join(', '),
    gaps: [...(pasted && rulesets.length > 0 ? [] : live.gaps), ...truncations(used)],
    unread: live.unread,
    notes: [...warnings.slice(0, 5), ...losses(rulesets)],
    bytes: concat(used.chunks),
    failure,
    node,
    ...definedFields({debugImage: useless ? await triedDebugImage(source, subject, live.gaps) : undefined}),
  }
}
