import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {hasProxy, isAlive} from '../../formats/kube-pod/proxy-pod.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import type {Gap} from '../../model/evidence/answer.js'
import {combined, type ReportProvenance} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'
import {compareObjects, type ObjectComparison} from './objects.js'
import {type PairDiff, pairDiff, readAnswer} from './pair.js'
import {tableConfig} from './table-config.js'
import {workloadName} from './workload.js'

/** One side of a comparison: a source, and the pod in it if one was named. */
export interface DiffSide {
  readonly source: Source
  readonly pod?: PodRef | undefined
}

export interface DiffReport extends Report {
  readonly kind: 'control-plane' | 'sides' | 'replicas'
  readonly pairs: readonly PairDiff[]
  /** Proxies that are only on one side. */
  readonly onlyFirst: readonly string[]
  readonly onlySecond: readonly string[]
  /** Kubernetes objects, when whole sources are compared. */
  readonly objects?: ObjectComparison
  readonly first: string
  readonly second: string
}

/** Number of pairs compared in parallel; dumps are large. */
const PAIRS_AT_ONCE = 2

/** True if a report contains a difference. */
export function differs(report: Pick<DiffReport, 'pairs' | 'onlyFirst' | 'onlySecond' | 'objects'>): boolean {
  return (
    report.pairs.some(pair => pair.comparison.differences.length > 0) ||
    report.onlyFirst.length + report.onlySecond.length + (report.objects?.differences.length ?? 0) > 0
  )
}

function labelOf({source, pod}: DiffSide): string {
  return pod === undefined || pod.implied === true ? source.origin.label : `${podLabel(pod)} (${source.origin.label})`
}

/** A table has few of the fields of a dump, so the two cannot be compared. */
function mixed(table: DiffSide): UserError {
  return new UserError(`${labelOf(table)} is a table of istioctl, and the other side is a dump`, {
    hint: 'Compare two tables, or two dumps: istioctl proxy-config all POD -o json > FILE',
  })
}

async function onePair(a: DiffSide & {pod: PodRef}, b: DiffSide & {pod: PodRef}): Promise<PairDiff> {
  const [left, right] = await Promise.all([
    a.source.evidence('envoy.config_dump', a.pod),
    b.source.evidence('envoy.config_dump', b.pod),
  ])
  const [tableA, tableB] = [left.ok ? undefined : tableConfig(a.source), right.ok ? undefined : tableConfig(b.source)]
  if ((tableA === undefined) !== (tableB === undefined)) throw mixed(tableA === undefined ? b : a)
  const one = tableA ?? required(readAnswer(left), a.source)
  const two = tableB ?? required(readAnswer(right), b.source)
  const same = podLabel(a.pod) === podLabel(b.pod)
  const name = same ? podLabel(a.pod) : `${labelOf(a)} and ${labelOf(b)}`
  return pairDiff(name, [labelOf(a), one], [labelOf(b), two])
}

async function proxies(source: Source): Promise<ReadonlyMap<string, KubeObject>> {
  const pods = required(await source.objects({kind: 'Pod'}), source).filter(pod => hasProxy(pod) && isAlive(pod))
  return new Map(pods.map(pod => [podLabel(podRefOf(pod)), pod]))
}

interface Matched {
  readonly pairs: readonly (readonly [KubeObject, KubeObject])[]
  readonly onlyFirst: readonly string[]
  readonly onlySecond: readonly string[]
}

/** Pairs pods with the same name, then pods of the same workload, since a restarted Deployment's pods have new names. */
function matched(first: ReadonlyMap<string, KubeObject>, second: ReadonlyMap<string, KubeObject>): Matched {
  const pairs: [KubeObject, KubeObject][] = []
  const left: [string, KubeObject][] = []
  const right = new Map(second)
  for (const [name, pod] of first) {
    const same = right.get(name)
    if (same === undefined) left.push([name, pod])
    else pairs.push([pod, same])
    right.delete(name)
  }
  const onlyFirst: string[] = []
  for (const [name, pod] of left) {
    const replacement = [...right].find(([, other]) => workloadName(other) === workloadName(pod))
    if (replacement === undefined) onlyFirst.push(name)
    else {
      pairs.push([pod, replacement[1]])
      right.delete(replacement[0])
    }
  }
  return {pairs, onlyFirst, onlySecond: [...right.keys()].sort(byText)}
}

async function everyPair(a: Source, b: Source, gaps: Gap[]): Promise<Matched & {readonly diffs: readonly PairDiff[]}> {
  const [first, second] = await Promise.all([proxies(a), proxies(b)])
  const match = matched(first, second)
  const found = await boundedMap(match.pairs, PAIRS_AT_ONCE, async ([one, two]): Promise<PairDiff | undefined> => {
    const [left, right] = [
      readAnswer(await a.evidence('envoy.config_dump', podRefOf(one))),
      readAnswer(await b.evidence('envoy.config_dump', podRefOf(two))),
    ]
    for (const answer of [left, right]) if (!answer.ok) gaps.push(answer.gap)
    if (!left.ok || !right.ok) return undefined
    const [nameA, nameB] = [podLabel(podRefOf(one)), podLabel(podRefOf(two))]
    // Of one pod on both sides the sources tell them apart.
    const [sideA, sideB] = nameA === nameB ? [a.origin.label, b.origin.label] : [nameA, nameB]
    return pairDiff(nameA === nameB ? nameA : `${nameA}, now ${nameB}`, [sideA, left.value], [sideB, right.value])
  })
  const diffs = found.filter(pair => pair !== undefined)
  if (match.pairs.length > 0 && diffs.length === 0) {
    const [gap] = gaps
    if (gap !== undefined) required({ok: false, gap}, a)
  }
  return {...match, diffs: [...diffs].sort((x, y) => byText(x.name, y.name))}
}

type NotedSide = DiffSide & {readonly source: NotedSource}

/** What both sides used, each entry under the label of its side. */
function bothProvenances(sides: readonly NotedSide[]): ReportProvenance {
  return combined(sides.map(side => [labelOf(side), answeredFrom(side.source).provenance]))
}

/**
 * Compares two sides: two proxies when both name or imply one, else every proxy of two sources, paired by name and then by workload.
 */
export async function sidesReport(first: DiffSide, second: DiffSide): Promise<DiffReport> {
  const [a, b] = [first, second].map(side => ({...side, source: noted(side.source)})) as [NotedSide, NotedSide]
  const [podA, podB] = [a.pod ?? a.source.impliedSubject, b.pod ?? b.source.impliedSubject]
  const shared = {
    origin: a.source.origin,
    kind: 'sides' as const,
    notes: [],
    first: labelOf(a),
    second: labelOf(b),
  }
  if (podA !== undefined || podB !== undefined) {
    const one = podA ?? podB
    const two = podB ?? podA
    if (one === undefined || two === undefined) throw new UserError('specify a pod on at least one side')
    if ((one.implied === true && podA === undefined) || (two.implied === true && podB === undefined)) {
      throw new UserError(`${labelOf(podA === undefined ? a : b)} contains several pods; specify the one to compare`, {
        next: 'meshctl diff POD --from SOURCE --against FILE',
      })
    }
    const pair = await onePair({source: a.source, pod: one}, {source: b.source, pod: two})
    const result = {
      ...shared,
      provenance: bothProvenances([a, b]),
      gaps: [],
      pairs: [pair],
      onlyFirst: [],
      onlySecond: [],
    }
    return {...result, failing: differs(result)}
  }
  const gaps: Gap[] = []
  const {diffs, onlyFirst, onlySecond} = await everyPair(a.source, b.source, gaps)
  const objects = await compareObjects(a.source, b.source)
  const result = {...shared, provenance: bothProvenances([a, b]), gaps, pairs: diffs, onlyFirst, onlySecond, objects}
  return {...result, failing: differs(result)}
}
