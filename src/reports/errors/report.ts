import {type FailureGroup, groupFailures, isFailure, withoutRepeated} from '../../analysis/access-failures/failures.js'
import {ipIn} from '../../analysis/access-failures/peer.js'
import {troubleCounters} from '../../analysis/envoy-stats/trouble.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {askedOnce} from '../../evidence/asked-once.js'
import {readMesh} from '../../evidence/mesh-world/mesh.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseStatsPage} from '../../formats/envoy/envoy-stats.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {Gap} from '../../model/evidence/answer.js'
import {ENVOY_MODES} from '../../model/istio/pod-mode.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {openHeard} from '../trace/heard.js'
import {callersOf, failureOf, type WrittenLog} from './failure-ends.js'
import {type LineCause, lineCause} from './line-cause.js'

const LOG = 'log.istio-proxy'
const STATS = 'envoy.stats'

/** Failures of the same kind, and what in today's configuration makes them. */
export interface CausedGroup extends FailureGroup {
  /** Undefined for groups beyond the number that is traced. */
  readonly why?: LineCause
}

/** Counters of an Envoy that indicate a fault. They say that it happened since Envoy started, not when. */
export interface CountedTrouble {
  readonly pod: PodRef
  readonly sentences: readonly string[]
}

export interface ErrorsReport extends Report {
  readonly groups: readonly CausedGroup[]
  /** Failing lines, and the logs that were read. */
  readonly failures: number
  readonly requests: number
  readonly logs: number
  /** Pods whose log holds no access log. */
  readonly silent: readonly PodRef[]
  readonly counted: readonly CountedTrouble[]
  readonly since: string | undefined
}

export interface ErrorsQuery {
  readonly istioNamespace: string
  /** Only what pods of this namespace, or this pod, wrote. */
  readonly namespace: string | undefined
  readonly pods: readonly PodRef[] | undefined
  /** Milliseconds before now, or before the capture; undefined for everything. */
  readonly sinceMs: number | undefined
}

/** Groups that are traced: the most frequent ones. */
const TRACED = 15

function entriesIn(bytes: Uint8Array, after: number): readonly AccessLogEntry[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .flatMap(line => {
      if (!line.includes('"')) return []
      const found = parseLogLine(line)
      if (found?.kind !== 'access') return []
      const time = Date.parse(found.time ?? '')
      return Number.isNaN(time) || time >= after ? [found] : []
    })
}

async function readLog(source: Source, pod: MeshPod, after: number, gaps: Gap[]): Promise<WrittenLog | undefined> {
  const log = await source.evidence(LOG, pod.ref)
  if (log.ok) return {pod, entries: entriesIn(log.value.bytes, after)}
  gaps.push({...log.gap, what: `log of the sidecar of ${podLabel(pod.ref)}`})
  return undefined
}

/** An Envoy whose counters could not be read. */
interface Uncounted {
  readonly pod: PodRef
  readonly gap: Gap
}

/** One gap for all Envoys whose counters are missing for the same reason. */
function together(uncounted: readonly Uncounted[]): readonly Gap[] {
  const alike = groupedPairs(uncounted.map(each => [`${each.gap.reason} ${each.gap.detail}`, each] as const))
  return [...alike.values()].flatMap(each => {
    const [first] = each
    if (first === undefined) return []
    const whose = each.length === 1 ? `the Envoy of ${podLabel(first.pod)}` : `the Envoys of ${each.length} pods`
    return [{...first.gap, what: `counters of ${whose}`}]
  })
}

async function countedBy(source: Source, pod: MeshPod, uncounted: Uncounted[]): Promise<CountedTrouble | undefined> {
  const artifact = await source.evidence(STATS, pod.ref)
  const page = artifact.ok ? parseStatsPage(artifact.value) : artifact
  if (!page.ok) {
    uncounted.push({pod: pod.ref, gap: page.gap})
    return undefined
  }
  const sentences = troubleCounters(page.value.stats)
  return sentences.length === 0 ? undefined : {pod: pod.ref, sentences}
}

type Concern = Pick<ErrorsQuery, 'namespace' | 'pods'>

/** Whether a pod is one that is asked about. */
function isAsked({namespace, pods}: Concern, ref: PodRef): boolean {
  if (pods !== undefined) return pods.some(each => podLabel(each) === podLabel(ref))
  return namespace === undefined || ref.namespace === namespace
}

/** The nodes of the pods in ambient mode that are asked about: the ztunnels there write of their connections. */
function nodesConcerned(pods: readonly MeshPod[], concern: Concern): ReadonlySet<string> {
  return new Set(
    pods
      .filter(({mode, ref}) => (mode === 'ambient' || mode === 'ztunnel') && isAsked(concern, ref))
      .map(({node}) => node ?? ''),
  )
}

/** Lines of a ztunnel about the pods that are asked about; every line of another proxy, and of a ztunnel that is asked about itself. */
function concerning({pod, entries}: WrittenLog, query: ErrorsQuery, pods: readonly MeshPod[]): WrittenLog {
  if (pod.mode !== 'ztunnel' || isAsked(query, pod.ref)) return {pod, entries}
  const ends = ({sourcePod, destinationPod, remoteAddress, localAddress}: AccessLogEntry): readonly PodRef[] => {
    const ips = [ipIn(remoteAddress), ipIn(localAddress)]
    const byIp = pods.filter(({addresses}) => ips.some(ip => ip !== undefined && addresses.includes(ip)))
    return [sourcePod, destinationPod, ...byIp.map(({ref}) => ref)].filter(each => each !== undefined)
  }
  return {pod, entries: entries.filter(entry => ends(entry).some(ref => isAsked(query, ref)))}
}

function chosen(pods: readonly MeshPod[], {namespace, pods: named}: ErrorsQuery): readonly MeshPod[] {
  const wanted = named === undefined ? undefined : new Set(named.map(podLabel))
  const near = nodesConcerned(pods, {namespace, pods: named})
  return pods.filter(
    ({mode, ref, node}) =>
      (mode === 'ztunnel' && near.has(node ?? '')) ||
      (ENVOY_MODES.includes(mode) &&
        (namespace === undefined || ref.namespace === namespace) &&
        (wanted === undefined || wanted.has(podLabel(ref)))),
  )
}

function moment(source: Source): number {
  const at = Date.parse(source.origin.capturedAt ?? '')
  return Number.isNaN(at) ? Date.now() : at
}

/** What fails right now: failing requests of the sidecars' access logs, grouped, each group's cause found by trace. */
export async function errorsReport(given: Source, query: ErrorsQuery): Promise<ErrorsReport> {
  const source = noted(given)
  const once = askedOnce(source)
  const now = moment(source)
  const mesh = await readMesh(once, now, {istioNamespace: query.istioNamespace})
  const after = query.sinceMs === undefined ? Number.NEGATIVE_INFINITY : now - query.sinceMs
  const gaps: Gap[] = []
  const asked = chosen(mesh.pods, query)
  const logs = (await Promise.all(asked.map(pod => readLog(once, pod, after, gaps))))
    .filter(each => each !== undefined)
    .map(each => concerning(each, query, mesh.pods))
  const requests = logs.reduce((sum, each) => sum + each.entries.length, 0)
  const callers = callersOf(logs)
  const failing = logs.flatMap(log =>
    log.entries.filter(isFailure).map(entry => ({pod: log.pod, failure: failureOf(log, entry, mesh, callers)})),
  )
  const writers = new Map(failing.map(({pod, failure}) => [failure.writer, pod.ref]))
  const failures = withoutRepeated(failing.map(each => each.failure))
  const groups: CausedGroup[] = []
  const heard = openHeard()
  heard.add({gaps: mesh.gaps(), notes: mesh.notes()})
  for (const found of groupFailures(failures)) {
    const group = {...found, example: {...found.example, entry: scrubFields(found.example.entry)}}
    const {entry, side, writer, caller} = group.example
    const line = {entry, side, writer: writers.get(writer), caller}
    const why = groups.length < TRACED ? await lineCause(once, mesh.pods, line, query.istioNamespace, heard) : undefined
    groups.push(why === undefined ? group : {...group, why})
  }
  const uncounted: Uncounted[] = []
  const counted = (
    await Promise.all(asked.filter(({mode}) => mode !== 'ztunnel').map(pod => countedBy(once, pod, uncounted)))
  ).filter(each => each !== undefined)
  return {
    ...answeredFrom(source),
    gaps: [...heard.gaps(), ...gaps, ...together(uncounted)],
    notes: heard.notes(),
    failing: groups.length > 0,
    undecided: requests === 0,
    groups,
    failures: failures.length,
    requests,
    logs: logs.length,
    silent: logs.filter(each => each.entries.length === 0).map(each => each.pod.ref),
    counted,
    since: query.sinceMs === undefined ? undefined : new Date(after).toISOString(),
  }
}
