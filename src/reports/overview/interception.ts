import type {Interception} from '../../analysis/netfilter/interception/interception.js'
import type {Direction} from '../../analysis/netfilter/packet-sets/traffic-outcome.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {iptablesReport} from '../iptables/report.js'
import {summaryFields} from '../iptables/summary.js'

/** What happens to one kind of traffic: that of most packets, and how many kinds of packets are handled differently. */
export interface CaptureCell {
  readonly verdict: Direction['usual']['verdict']
  readonly exceptions: number
}

/** How a pod's kernel treats its traffic, for one address family. */
export interface InterceptionRow {
  readonly pod: PodRef
  readonly mode: PodMode
  readonly family?: 'IPv4' | 'IPv6'
  readonly inbound?: CaptureCell
  readonly outbound?: CaptureCell
  readonly udp?: CaptureCell
  readonly dns?: CaptureCell
  /** What the rules do, in sentences. */
  readonly evidence: readonly string[]
  /** What is odd about the rules. */
  readonly warnings: readonly string[]
  /** Set when these are the rules of the pod's start, which may have changed since. */
  readonly startUp?: string
  /** Why nothing is known. */
  readonly gap?: Gap
}

/** Pods whose kernel is asked at the same time. */
const PODS_AT_ONCE = 4

function cell({usual, exceptions, more}: Direction): CaptureCell {
  return {verdict: usual.verdict, exceptions: exceptions.length + more}
}

function words(found: Interception): readonly string[] {
  return summaryFields(found).map(
    ([label, cells]) => `${label}: ${cells.map(each => (typeof each === 'string' ? each : each.text)).join('')}`,
  )
}

async function rowsOf(source: Source, {ref: pod, mode}: MeshPod): Promise<readonly InterceptionRow[]> {
  const bare = {pod, mode, evidence: [], warnings: []}
  if (mode !== 'sidecar' && mode !== 'ambient') return [bare]
  try {
    const {interceptions, rulesetWarnings, startUp, madeBy} = await iptablesReport(source, pod)
    const warnings = rulesetWarnings.map(({what, consequence}) => `${what} ${consequence}`)
    const made = madeBy === undefined ? [] : [`Rules: as made by ${madeBy}`]
    return interceptions.map(found => ({
      pod,
      mode,
      family: found.family === 'ip' ? ('IPv4' as const) : ('IPv6' as const),
      inbound: cell(found.inbound),
      outbound: cell(found.outbound),
      udp: cell(found.udpOutbound),
      dns: cell(found.dns.udp),
      evidence: [...words(found), ...made],
      warnings,
      ...definedFields({startUp}),
    }))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const gap = error.gap ?? {what: 'iptables rules', reason: 'failed' as const, detail: error.message}
    return [{...bare, gap, evidence: [gapSentence(gap)]}]
  }
}

/** How the kernels of pods treat traffic: one row for each pod and address family; a pod whose rules cannot be read has a row that says why. */
export async function interceptionRows(source: Source, pods: readonly MeshPod[]): Promise<readonly InterceptionRow[]> {
  const rows = await boundedMap(pods, PODS_AT_ONCE, pod => rowsOf(source, pod))
  return rows.flat()
}
