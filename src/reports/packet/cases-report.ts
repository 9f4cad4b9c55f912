import {type JudgedCase, judgedCase} from '../../analysis/expectations/judge.js'
import {canonicalTable} from '../../analysis/netfilter/istio-names.js'
import {type CompiledRules, compileRules} from '../../analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../analysis/netfilter/packet-walk/flow-walk.js'
import {type PacketVerdict, verdictOf} from '../../analysis/netfilter/packet-walk/verdict.js'
import {type ProxyTraits, proxyTraitsOf} from '../../analysis/netfilter/proxy-traits.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../formats/netfilter/ip-facts.js'
import {parseRules} from '../../formats/netfilter/parse-rules.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {ReportProvenance} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {formatIp, parseIp} from '../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'
import type {Packet, Walk} from '../../model/kernel/packet.js'
import type {Ruleset} from '../../model/kernel/ruleset.js'
import type {RulesetTexts} from '../../sources/rulesets/folder.js'
import type {Origin} from '../../sources/source.js'
import type {Report} from '../report.js'
import type {CaseFile, PacketCase} from './case-file.js'
import {interfaceOf, neighbour, outsideAnswers, type Topology, topologyListeners} from './topology.js'

/** The answer to one case; `rules` are the nat rules whose counters move, in order. `ok` is there when the case says what it expects. */
export interface PacketCaseResult extends JudgedCase {
  readonly id: string
  readonly outcome: string
  readonly landed: {readonly ns: string; readonly port: number} | null
  readonly local: string | null
  readonly peer: string | null
  readonly origDst: string | null
  readonly rules: readonly {readonly at: string; readonly rule: number}[]
  readonly path: readonly {readonly at: string; readonly rule: number | 'policy'}[]
  readonly verdict: PacketVerdict
  readonly reason?: string
}

export interface CasesReport extends Report {
  readonly answers: readonly PacketCaseResult[]
}

/** A ruleset ready for packets; `observed` is the back end whose counters were recorded, when the folder says. */
interface Loaded {
  readonly rules: CompiledRules
  readonly machine: NetworkNamespace
  readonly proxy: ProxyTraits
  readonly observed: string | undefined
}

function backendIn(parameters: string | undefined): string | undefined {
  const found = /"backend"\s*:\s*"(?:iptables-)?(\w+)"/.exec(parameters ?? '')?.[1]
  return found === 'nft' && /"backend"\s*:\s*"nft"/.test(parameters ?? '') ? 'native' : found
}

/** iptables-nft's tables as nft prints them count only where no save of them is there; they come first, being the older registration. */
function merge(saves: readonly Ruleset[], nft: readonly Ruleset[]): readonly Ruleset[] {
  const seen = nft.filter(
    set => set.backend === 'native' || !saves.some(save => save.family === set.family && save.backend === 'nft'),
  )
  return [...seen, ...saves]
}

function load(texts: RulesetTexts, topology: Topology): Loaded {
  const saves = texts.rules.flatMap(text => parseRules(text).rulesets)
  const rulesets = merge(saves, texts.nft === undefined ? [] : parseRules(texts.nft).rulesets)
  const facts = {
    interfaces: texts.addresses === undefined ? undefined : parseIpAddresses(texts.addresses),
    routes: texts.routes === undefined ? undefined : parseIpRoutes(texts.routes),
    policyRules: texts.policyRules === undefined ? undefined : parseIpRules(texts.policyRules),
  }
  const machine = withDefaultNetwork(facts, rulesets, true)
  return {
    rules: compileRules(rulesets),
    proxy: proxyTraitsOf(rulesets),
    machine: {...machine, listeners: topologyListeners(topology, machine)},
    observed: backendIn(texts.parameters),
  }
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function hostText(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** A rule a packet meets twice is one hit rule. */
function unique(rules: PacketCaseResult['rules']): PacketCaseResult['rules'] {
  return rules.filter(
    (rule, index) => rules.findIndex(each => each.at === rule.at && each.rule === rule.rule) === index,
  )
}

function packetOf(item: PacketCase, machine: NetworkNamespace, topology: Topology): Packet {
  const destination = parseIp(item.destination)
  if (destination === undefined)
    throw new UserError(`${item.id}: ${JSON.stringify(item.destination)} is not an IP address`)
  const device = item.from === 'pod' ? undefined : interfaceOf(topology, item.from)
  if (item.from !== 'pod' && device === undefined)
    throw new UserError(`${item.id}: unknown sender ${JSON.stringify(item.from)}`)
  const given = item.source === undefined ? undefined : parseIp(item.source)
  const source = given ?? (device === undefined ? undefined : neighbour(machine, device, destination.family))
  return {
    protocol: item.protocol,
    destination,
    destinationPort: item.port,
    ...(device === undefined ? {uid: item.uid, gid: item.gid} : {interface: device}),
    source,
    mark: item.mark,
    ...definedFields({transparent: item.transparent ? true : undefined}),
  }
}

function outcomeOf(walk: Walk, item: PacketCase, topology: Topology): string {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'delivered':
      return 'delivered'
    case 'sent':
      return outsideAnswers(topology, item.protocol, end.port) ? 'delivered' : 'refused'
    case 'dropped':
      return 'timeout'
    case 'error':
      return `error:${end.code}`
    default:
      return end.kind
  }
}

function answerOf(item: PacketCase, walk: Walk, loaded: Loaded, topology: Topology): PacketCaseResult {
  const {disposition: end} = walk
  const outcome = outcomeOf(walk, item, topology)
  const arrived = outcome === 'delivered' && (end.kind === 'delivered' || end.kind === 'sent') ? end : undefined
  const ns = arrived?.kind === 'sent' ? (topology.behind[arrived.device] ?? arrived.device) : 'pod'
  const counted = walk.steps.filter(
    step => step.rule > 0 && step.counted && canonicalTable(step.at.split('/')[1] ?? '') === 'nat',
  )
  const seen = counted.filter(
    step => loaded.observed === undefined || step.backend === loaded.observed || step.backend === 'unknown',
  )
  const local = arrived === undefined ? null : endpoint(formatIp(arrived.address), arrived.port)
  return {
    id: item.id,
    outcome,
    landed: arrived === undefined ? null : {ns, port: arrived.port},
    local:
      arrived?.kind === 'delivered' && arrived.transparent ? endpoint(formatIp(arrived.address), item.port) : local,
    peer: arrived === undefined || walk.source === undefined ? null : hostText(formatIp(walk.source)),
    origDst:
      arrived?.kind === 'delivered' && item.protocol === 'tcp'
        ? endpoint(formatIp(walk.asked.address), walk.asked.port)
        : null,
    rules: unique(seen.map(({at, rule}) => ({at, rule}))),
    path: walk.steps.map(({at, rule}) => ({at, rule: rule === 0 ? ('policy' as const) : rule})),
    verdict: verdictOf(walk, {fromProxy: item.uid === loaded.proxy.uid, outboundPort: loaded.proxy.outboundPort}),
    ...definedFields({reason: 'reason' in end ? end.reason : undefined}),
  }
}

const EXPECTABLE = ['outcome', 'landed', 'local', 'peer', 'origDst', 'rules', 'verdict'] as const

/** `orig_dst` is how the kernel's tools write it. */
function judged(answer: PacketCaseResult, {orig_dst, ...expect}: Readonly<Record<string, unknown>>): PacketCaseResult {
  return judgedCase(answer, orig_dst === undefined ? expect : {origDst: orig_dst, ...expect}, EXPECTABLE)
}

/** Answers every case of a packet table on the rulesets it names; failing when a case expects something else. */
export async function casesReport(
  file: CaseFile,
  origin: Origin,
  read: (name: string) => Promise<RulesetTexts | undefined>,
): Promise<CasesReport> {
  const loaded = new Map<string, Loaded>()
  const answers: PacketCaseResult[] = []
  for (const item of file.cases) {
    let context = loaded.get(item.ruleset)
    if (context === undefined) {
      const texts = await read(item.ruleset)
      if (texts === undefined)
        throw new UserError(`${item.id}: no rules found for ruleset ${JSON.stringify(item.ruleset)}`)
      context = load(texts, file.topology)
      loaded.set(item.ruleset, context)
    }
    const answer = answerOf(
      item,
      walkFlow(context.rules, context.machine, packetOf(item, context.machine, file.topology)),
      context,
      file.topology,
    )
    answers.push(item.expect === undefined ? answer : judged(answer, item.expect))
  }
  const failed = answers.filter(answer => answer.ok === false).length
  const checked = answers.filter(answer => answer.ok !== undefined).length
  const notes = checked === 0 ? [] : [`${checked - failed} of ${checked} cases are as expected`]
  const provenance: ReportProvenance = {
    live: false,
    complete: true,
    evidence: [{evidence: 'rulesets', source: 'given', via: 'file', shows: 'state', from: origin.label}],
  }
  return {origin, provenance, gaps: [], notes, answers, failing: failed > 0}
}
