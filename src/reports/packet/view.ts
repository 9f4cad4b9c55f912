import {type PacketVerdict, stepPlace} from '../../analysis/netfilter/packet-walk/verdict.js'
import {actionWords} from '../../analysis/netfilter/rule-words/action-words.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import {formatIp} from '../../model/kernel/ip-address.js'
import type {Packet, WalkStep} from '../../model/kernel/packet.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Cell, Doc, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {PacketReport} from './report.js'

/** One line per verdict, and how it looks. */
const VERDICTS: Readonly<Record<PacketVerdict, {readonly words: string; readonly tone: Tone}>> = {
  captured: {words: 'captured by the proxy', tone: 'good'},
  redirected: {words: 'redirected to another socket of the pod, not the proxy', tone: 'warn'},
  escapes: {words: 'escapes: leaves the pod without the proxy', tone: 'warn'},
  direct: {words: 'not captured: goes directly to the app', tone: 'warn'},
  dropped: {words: 'dropped', tone: 'bad'},
  refused: {words: 'refused', tone: 'bad'},
  loops: {words: "loops: the proxy's own traffic comes back to it", tone: 'bad'},
  error: {words: 'cannot be sent', tone: 'bad'},
  insufficient: {words: 'INSUFFICIENT: these rules alone do not decide the outcome', tone: 'warn'},
}

/** The label of the line that says where the packet ended. */
const END_LABELS: Readonly<Partial<Record<PacketReport['walk']['disposition']['kind'], string>>> = {
  delivered: 'delivered to',
  sent: 'sent to',
}

/** The proxy's own packets are meant to pass; the kernel knows them by user, group or mark alone. */
const OWN_WORDS: Partial<Record<PacketVerdict, string>> = {
  escapes: "leaves the pod: treated as the proxy's own traffic",
  direct: "stays in the pod: treated as the proxy's own traffic",
}

/** What is meant to pass without a rule: the proxy's own packets, and HBONE to the port on which ztunnel or the sidecar itself listens. */
function ownerWords({fromProxy, verdict, listener, packet}: PacketReport): string | undefined {
  if (fromProxy) return OWN_WORDS[verdict]
  const toProxy =
    verdict === 'direct' && packet.destinationPort === HBONE_PORT && /^(?:ztunnel|Envoy|envoy)/.test(listener ?? '')
  return toProxy ? `goes to ${listener} as HBONE` : undefined
}

/** `tcp 10.0.0.1:80`, IPv6 in brackets. */
function endpoint(packet: Pick<Packet, 'protocol' | 'destination' | 'destinationPort'>): string {
  const text = formatIp(packet.destination)
  return `${packet.protocol} ${text.includes(':') ? `[${text}]` : text}:${packet.destinationPort}`
}

function sender(packet: Packet): string {
  const source = packet.source === undefined ? '' : ` from ${formatIp(packet.source)}`
  const mark = packet.mark === undefined ? '' : ` marked 0x${packet.mark.toString(16)}`
  if (packet.interface !== undefined) return `${source} arriving on ${packet.interface}${mark}`
  return `${source} sent by uid ${packet.uid} gid ${packet.gid}${mark}`
}

function stepRow(step: WalkStep, deciding: boolean): readonly Cell[] {
  const words = step.rule === 0 ? step.text : actionWords(step.actions)
  return [
    step.hook.toUpperCase(),
    step.at,
    step.rule === 0 ? '-' : String(step.rule),
    deciding ? {text: words, tone: 'strong'} : words,
    {
      text:
        step.rule === 0
          ? ''
          : step.text.replace(/^-[AI] \S+ /, '').replace(/(?<!\s)\s*counter packets \d+ bytes \d+/, ''),
      tone: 'dim',
    },
  ]
}

function whyText({verdict, walk, decidedBy}: PacketReport): string {
  if (verdict === 'insufficient' && walk.steps.length === 0) return 'these rules do not decide the outcome'
  if (decidedBy !== undefined) return stepPlace(decidedBy)
  return walk.steps.some(step => step.rule > 0)
    ? 'no rule matches it; it passes through the chains below'
    : 'no rule matches it'
}

function doc(report: PacketReport): Doc {
  const {packet, walk, verdict, landing, listener, decidedBy} = report
  const tone = ownerWords(report) === undefined ? VERDICTS[verdict].tone : 'strong'
  const turned = walk.steps.some(step =>
    step.actions.some(action => action.kind === 'redirect' || action.kind === 'tproxy'),
  )
  const byRule = walk.disposition.kind === 'refused' && walk.disposition.at !== undefined
  const unheard = verdict === 'refused' && walk.rewritten && turned && !byRule
  const usual = ownerWords(report) ?? VERDICTS[verdict].words
  const refused = byRule ? 'rejected by a rule' : usual
  const words = unheard ? 'sent to the proxy by the rules, but refused: nothing listens there' : refused
  const asked =
    walk.disposition.kind === 'delivered' && packet.protocol === 'tcp' && walk.rewritten
      ? `, original destination ${endpoint(packet).slice(4)}`
      : ''
  const heard = listener === undefined ? '' : `, where ${listener} listens`
  const headline: readonly Cell[] = [
    {text: podLabel(report.subject), tone: 'strong'},
    `  ${endpoint(packet)}${sender(packet)}: `,
    {text: words, tone},
  ]
  const rows = walk.steps.map(step => stepRow(step, step === decidedBy))
  return [
    {
      block: 'text',
      lines: [
        ...(report.startUp === undefined ? [] : [[{text: `${report.startUp}.`, tone: 'warn'} as const]]),
        headline,
        [`${END_LABELS[walk.disposition.kind] ?? 'result'}: ${landing}${heard}${asked}`],
        [`why: ${whyText(report)}`],
        ...(rows.length === 0 ? [] : ['']),
      ],
    },
    ...(rows.length === 0
      ? []
      : [{block: 'table', style: 'columns', header: ['HOOK', 'CHAIN', 'RULE', 'WHAT HAPPENS', 'TEXT'], rows} as const]),
  ]
}

/** The answer as plain data, addresses as text. */
function packetData(report: PacketReport): unknown {
  const {packet, walk, verdict, landing, decidedBy, listener} = report
  const {disposition: end} = walk
  const at = end.kind === 'delivered' || end.kind === 'sent' ? {...end, address: formatIp(end.address)} : end
  return {
    apiVersion: 'meshctl/v1',
    kind: 'PacketReport',
    subject: podLabel(report.subject),
    packet: {
      ...packet,
      destination: formatIp(packet.destination),
      ...definedFields({source: packet.source === undefined ? undefined : formatIp(packet.source)}),
    },
    verdict,
    rules: report.startUp === undefined ? 'current' : 'set-at-start',
    landing: at,
    landingWords: landing,
    listener,
    decidedBy:
      decidedBy === undefined
        ? undefined
        : {at: decidedBy.at, rule: decidedBy.rule === 0 ? 'policy' : decidedBy.rule, text: decidedBy.text},
    steps: walk.steps.map(({hook, at: chain, rule, text}) => ({
      hook,
      at: chain,
      rule: rule === 0 ? 'policy' : rule,
      text,
    })),
    notes: report.notes,
  }
}

/** Verdict first, then where it lands and why, then every rule on the way. */
export const packetView: View<PacketReport> = {doc, data: packetData}
