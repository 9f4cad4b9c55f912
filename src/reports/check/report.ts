import {readPod} from '../../formats/kube-pod/parse.js'
import {type Answer, answered, type Gap, missing} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import {atLeast, type Finding, type NotChecked, SEVERITIES, type Severity} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import {type ObjectRef, objectLabel} from '../../model/pod.js'
import type {Rule} from '../../rules/rule.js'
import type {Source} from '../../sources/source.js'
import {askIstiods, type IstiodAnswer, istiodPods} from '../proxy-status/istiods.js'
import type {Report} from '../report.js'
import {checkPod, type Outcome} from './evaluate.js'
import type {CheckRun} from './facts/context.js'
import {clusterLists} from './lists.js'

export interface CheckOptions {
  readonly rules: readonly Rule[]
  readonly failOn: Severity
  readonly istioNamespace: string
  readonly deep: boolean
  readonly now: Date
  /** The release of this program, for logs that name it. */
  readonly version?: string
}

/** One workload and what was asked about it; replicas are one. */
export interface CheckedWorkload {
  readonly workload: ObjectRef
  readonly pods: readonly string[]
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  readonly passed: number
}

export interface CheckReport extends Report {
  /** When what it says was so. */
  readonly at: Date
  readonly workloads: readonly CheckedWorkload[]
  readonly failOn: Severity
  /** The rules that were asked. */
  readonly rules: readonly Rule[]
  readonly version: string
  /** Parts of the files given that could not be read. */
  readonly damaged: readonly Gap[]
  /** Findings, passed and unchecked questions, over all workloads. */
  readonly counts: {
    readonly error: number
    readonly warning: number
    readonly info: number
    readonly accepted: number
    readonly passed: number
    readonly notChecked: number
  }
}

/** Pods under examination at once: each may cost several calls to one proxy. */
const AT_ONCE = 8

function keyOf({code, object, path, message}: Finding): string {
  return [code, objectLabel(object), path, message].join('\u0000')
}

function bySeverity(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    byText(a.code, b.code) ||
    byText(a.path ?? '', b.path ?? '') ||
    byText(a.message, b.message)
  )
}

/** Equal findings of several pods once, with all their pods. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const found = new Map<string, Finding & {pods: string[]}>()
  for (const each of findings) {
    const known = found.get(keyOf(each))
    if (known === undefined) found.set(keyOf(each), {...each, pods: [...each.pods]})
    else known.pods.push(...each.pods)
  }
  return [...found.values()].sort(bySeverity)
}

/** What is kept of a pod once its rules were asked. */
interface AskedPod {
  readonly workload: ObjectRef
  /** Absent for a template. */
  readonly name: string | undefined
  readonly outcomes: readonly Outcome[]
}

function gathered(pods: readonly AskedPod[]): CheckedWorkload {
  const workload = pods[0]?.workload ?? {kind: 'Pod', namespace: '', name: ''}
  const notChecked = new Map<string, NotChecked & {pods: string[]}>()
  const touched = new Map<string, boolean>()
  for (const {name, outcomes} of pods) {
    for (const outcome of outcomes) {
      const {code, slug} = outcome.rule
      if (outcome.kind === 'passed') touched.set(code, touched.get(code) ?? true)
      else if (outcome.kind !== 'not-applicable') touched.set(code, false)
      if (outcome.kind !== 'not-checked') continue
      const known = notChecked.get(code) ?? {code, rule: slug, workload, pods: [], gap: outcome.gap}
      if (name !== undefined) known.pods.push(name)
      notChecked.set(code, known)
    }
  }
  const findings = pods.flatMap(({outcomes}) => outcomes.flatMap(each => (each.kind === 'found' ? each.findings : [])))
  return {
    workload,
    pods: pods.map(({name}) => name).filter(name => name !== undefined),
    findings: merged(findings),
    notChecked: [...notChecked.values()].sort((a, b) => byText(a.code, b.code)),
    passed: [...touched.values()].filter(passed => passed).length,
  }
}

/** Findings in files say on which line. */
async function placed(source: Source, each: CheckedWorkload): Promise<CheckedWorkload> {
  if (source.place === undefined) return each
  const findings = await Promise.all(
    each.findings.map(async finding => {
      const place = await source.place?.(finding.object, finding.path)
      return place === undefined ? finding : {...finding, place}
    }),
  )
  return {...each, findings}
}

/** Asks the control plane once for the whole run. */
function istiodsOnce(source: Source, namespace: string): CheckRun['istiods'] {
  let held: Promise<Answer<readonly IstiodAnswer[]>> | undefined
  const ask = async (): Promise<Answer<readonly IstiodAnswer[]>> => {
    const pods = await source.objects({kind: 'Pod', namespace})
    if (!pods.ok) return pods
    const istiods = istiodPods(pods.value, namespace, undefined)
    if (istiods.length === 0)
      return missing("istiod's view of the proxy", 'not-captured', `no running istiod in namespace ${namespace}`)
    return answered(await askIstiods(source, istiods))
  }
  return () => {
    held ??= ask()
    return held
  }
}

function uniqueGaps(workloads: readonly CheckedWorkload[]): readonly Gap[] {
  const all = workloads.flatMap(each => each.notChecked.map(({gap}) => gap))
  return [...new Map(all.map(gap => [JSON.stringify(gap), gap])).values()]
}

function capturedOr(source: Source, now: Date): Date {
  const captured = new Date(source.origin.capturedAt ?? '')
  return Number.isNaN(captured.getTime()) ? now : captured
}

/** The three counts over all workloads; accepted findings are counted by themselves. */
export function countsOf(workloads: readonly CheckedWorkload[]): CheckReport['counts'] {
  const findings = workloads.flatMap(each => each.findings)
  const open = findings.filter(each => each.accepted === undefined)
  const count = (severity: Severity) => open.filter(each => each.severity === severity).length
  return {
    error: count('error'),
    warning: count('warning'),
    info: count('info'),
    accepted: findings.length - open.length,
    passed: workloads.reduce((sum, each) => sum + each.passed, 0),
    notChecked: workloads.reduce((sum, each) => sum + each.notChecked.length, 0),
  }
}

/** Asks every rule about every pod given, and gathers the answers by workload. */
export async function checkReport(
  source: Source,
  objects: readonly KubeObject[],
  options: CheckOptions,
): Promise<CheckReport> {
  const run: CheckRun = {
    source,
    lists: clusterLists(source, options.istioNamespace),
    istioNamespace: options.istioNamespace,
    istiods: istiodsOnce(source, options.istioNamespace),
    at: capturedOr(source, options.now),
    deep: options.deep,
  }
  const asked = await boundedMap(objects, AT_ONCE, async (object): Promise<AskedPod | undefined> => {
    const pod = readPod(object)
    if (pod === undefined) return undefined
    const outcomes = await checkPod(run, pod, options.rules)
    return {workload: pod.workload, name: pod.exists ? pod.object.name : undefined, outcomes}
  })
  const groups = new Map<string, AskedPod[]>()
  for (const each of asked) {
    if (each === undefined) continue
    const key = objectLabel(each.workload)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  const gatheredAll = [...groups.entries()].sort(([a], [b]) => byText(a, b)).map(([, group]) => gathered(group))
  const workloads = await Promise.all(gatheredAll.map(each => placed(source, each)))
  const damaged = (await source.damaged?.()) ?? []
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return {
    origin: source.origin,
    at: run.at,
    gaps: [...damaged, ...uniqueGaps(workloads)],
    damaged,
    notes: [],
    workloads,
    failOn: options.failOn,
    rules: options.rules,
    version: options.version ?? '0.0.0',
    failing: open.some(({severity}) => atLeast(severity, options.failOn)),
    counts: countsOf(workloads),
  }
}
