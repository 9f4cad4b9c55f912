import {askIstiods, type IstiodAnswer, runningIstiods} from '../../evidence/control-plane/istiods.js'
import {predictForTemplate} from '../../evidence/injection/prediction.js'
import {objectCache} from '../../evidence/mesh-objects/object-cache.js'
import {type Answer, answered, type Gap, missing} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import {atLeast, type Severity} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {Rule} from '../../rules/rule.js'
import type {CorrectedText, Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type CheckedWorkload, openTally} from './evaluate/aggregator.js'
import {checkPod} from './evaluate/check-pod.js'
import {withWholePatch} from './evaluate/whole-patch.js'
import type {CheckRun} from './facts/context.js'
import {onePage, type PodPage} from './targets/pod-pages.js'

export interface CheckOptions {
  readonly rules: readonly Rule[]
  readonly failOn: Severity
  readonly istioNamespace: string
  readonly deep: boolean
  readonly now: Date
  /** The release of this program, for logs that name it. */
  readonly version?: string
  /** True when pods of every namespace are checked. */
  readonly everywhere?: boolean
  /** Told after every pod: how many are done, and of how many where that is known. */
  readonly progress?: (done: number, total: number | undefined) => void
}

export interface CheckReport extends Report {
  /** When what it says was so. */
  readonly at: Date
  readonly workloads: readonly CheckedWorkload[]
  readonly failOn: Severity
  /** The rules that were asked. */
  readonly rules: readonly Rule[]
  readonly version: string
  /** False when pods were not asked for logs, sockets, kernel rules and certificates. */
  readonly visited: boolean
  /** Parts of the files given that could not be read, and of the mesh that could not be listed. */
  readonly damaged: readonly Gap[]
  /** Objects of the files given that were not looked at, as nobody here knows which pods they make. */
  readonly passedOver: readonly Gap[]
  /** Corrected documents of the manifests given; absent where objects do not come from manifests, empty until they are asked for. */
  readonly corrected?: readonly CorrectedText[]
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
const WENT_ON =
  'the list of pods expired on the way and went on from a later moment; pods made in the meantime may be missing'

/** Findings in files say on which line, and their patches fit the object that is written there. */
async function placed(source: Source, each: CheckedWorkload): Promise<CheckedWorkload> {
  if (source.manifests === undefined) return each
  const findings = await Promise.all(
    each.findings.map(async finding => {
      const place = await source.manifests?.place(finding.object, finding.path)
      const whole = await withWholePatch(source, finding)
      return place === undefined ? whole : {...whole, place}
    }),
  )
  return {...each, findings}
}

/** Asks the control plane once for the whole run. */
function istiodsOnce(source: Source, namespace: string): CheckRun['istiods'] {
  let held: Promise<Answer<readonly IstiodAnswer[]>> | undefined
  const ask = async (): Promise<Answer<readonly IstiodAnswer[]>> => {
    const istiods = await runningIstiods(source, {istioNamespace: namespace})
    if (!istiods.ok) return istiods
    if (istiods.value.length === 0)
      return missing("istiod's view of the proxy", 'not-captured', `no running istiod in namespace ${namespace}`)
    return answered(await askIstiods(source, istiods.value))
  }
  return () => {
    held ??= ask()
    return held
  }
}

function uniqueGaps(workloads: readonly CheckedWorkload[]): readonly Gap[] {
  const all = new Set(workloads.flatMap(each => each.notChecked.map(({gap}) => gap)))
  return [...new Map([...all].map(gap => [JSON.stringify(gap), gap] as const)).values()]
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

/** Asks every rule about pods, page by page or all that are given, and gathers the answers by workload; of a pod itself nothing is kept. */
export async function checkReport(
  source: Source,
  targets: readonly KubeObject[] | AsyncIterable<PodPage>,
  options: CheckOptions,
): Promise<CheckReport> {
  const run: CheckRun = {
    source,
    // Where every list is a call, one for the whole cluster stands for one per namespace.
    objects: objectCache(source, options.istioNamespace, options.everywhere === true && source.pages !== undefined),
    istioNamespace: options.istioNamespace,
    istiods: istiodsOnce(source, options.istioNamespace),
    at: capturedOr(source, options.now),
    deep: options.deep,
  }
  let tally = openTally()
  let unseen: Gap[] = []
  let [read, later] = [0, false]
  for await (const page of Symbol.asyncIterator in targets ? targets : onePage(targets)) {
    if (page.begins) {
      tally = openTally()
      unseen = []
      read = 0
      later = false
    }
    later ||= page.later
    unseen.push(...page.unseen)
    const total = page.remaining === undefined ? undefined : read + page.read + page.remaining
    let done = read + page.read - page.pods.length
    await boundedMap(page.pods, AT_ONCE, async pod => {
      const predicted = await predictForTemplate(run.objects, pod)
      tally.add(pod, await checkPod(run, pod, options.rules, predicted), predicted)
      done += 1
      options.progress?.(done, total)
    })
    read += page.read
  }
  const workloads = await Promise.all(tally.workloads().map(each => placed(source, each)))
  const damaged = [...((await source.manifests?.damaged()) ?? []), ...unseen]
  const passedOver = (await source.manifests?.skipped()) ?? []
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return {
    origin: source.origin,
    at: run.at,
    gaps: [...damaged, ...passedOver, ...uniqueGaps(workloads)],
    damaged,
    passedOver,
    ...(source.manifests === undefined ? {} : {corrected: []}),
    visited: options.deep,
    notes: later ? [WENT_ON] : [],
    workloads,
    failOn: options.failOn,
    rules: options.rules,
    version: options.version ?? '0.0.0',
    failing: open.some(({severity}) => atLeast(severity, options.failOn)),
    counts: countsOf(workloads),
  }
}
