import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, gapSentence, isFailure} from '../../model/evidence/answer.js'
import {atLeast, type Severity} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {MeshRule} from '../../rules/rule.js'
import type {RuleInfo} from '../../rules/rule-info.js'
import type {CorrectedText, Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type Aggregator, type CheckedWorkload, createAggregator} from './evaluate/aggregator.js'
import {openCheckRun, podOutcomes} from './evaluate/check-run.js'
import {withWholePatch} from './evaluate/whole-patch.js'
import type {CheckRun} from './facts/context.js'
import {onePage, type PodListPage} from './targets/pod-list-pages.js'

export interface CheckOptions {
  readonly rules: readonly MeshRule[]
  readonly failOn: Severity
  readonly istioNamespace: string
  readonly deep: boolean
  readonly now: Date
  /** The version of meshctl, for forms that name it. */
  readonly version?: string
  /** The part of the workloads that is checked, `I/N`. */
  readonly shard?: string
  /** True when pods of every namespace are checked. */
  readonly everywhere?: boolean
  /** Called after every pod with the number done and, where known, the total. */
  readonly progress?: (done: number, total: number | undefined) => void
}

export interface CheckReport extends Report {
  /** When the evidence was collected. */
  readonly at: Date
  readonly workloads: readonly CheckedWorkload[]
  readonly failOn: Severity
  /** What was checked, when it is not a workload: `12 objects`. */
  readonly subject?: string
  /** The evaluated rules. */
  readonly rules: readonly RuleInfo[]
  readonly version: string
  /** The part of the workloads that was checked, `I/N`; absent for all of them. */
  readonly shard?: string
  /** False when logs, sockets, kernel rules and certificates of pods were not read. */
  readonly visited: boolean
  /** Parts of the files given that could not be read, and of the mesh that could not be listed. */
  readonly damaged: readonly Gap[]
  /** Objects of the given files that were skipped because it is unknown which pods they create, and files that no check used. */
  readonly skipped: readonly Gap[]
  /** Those of the files given that no check used, with what they hold. */
  readonly unused: readonly string[]
  /** Corrected documents of the manifests given; absent when objects do not come from manifests, empty unless requested. */
  readonly corrected?: readonly CorrectedText[]
  /** Findings, passed and unchecked rules, over all workloads. */
  readonly counts: {
    readonly error: number
    readonly warning: number
    readonly info: number
    readonly accepted: number
    readonly passed: number
    readonly notChecked: number
  }
}

/** Pods checked concurrently: each may take several calls to one proxy. */
const AT_ONCE = 8
const LIST_CONTINUED =
  'the pod list expired while paging and continued from a later resource version; pods created in between may be missing'

/** Adds the file position to findings in manifests, and completes their patches for the object in the file. */
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

function uniqueGaps(workloads: readonly CheckedWorkload[]): readonly Gap[] {
  const all = new Set(workloads.flatMap(each => each.notChecked.map(({gap}) => gap)))
  return [...new Map([...all].map(gap => [JSON.stringify(gap), gap] as const)).values()]
}

/** The counts over all workloads; accepted findings are counted separately. */
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

/** Whose evidence files beside manifests are, for a page of pods to check. */
function besideOf(source: Source, {pods, read}: PodListPage): Pick<CheckRun, 'beside'> {
  if ((source.manifests?.beside.length ?? 0) === 0) return {}
  return {beside: pods.length === 1 && read === 1 ? 'of-the-pod' : 'of-any-pod'}
}

/** The files beside manifests that nothing was read from. */
function unusedFiles({manifests, ledger}: NotedSource): readonly Gap[] {
  const used = ledger.uses().flatMap(({from}) => (from === undefined ? [] : from.split(', ')))
  return (manifests?.beside ?? [])
    .filter(({file}) => !used.includes(file))
    .map(({file, holds}) => ({
      what: file,
      reason: 'not-captured',
      detail: `${holds}: no check used it`,
      hint: 'Evidence in a file is used where the files hold one pod or workload and the checks asked for need it.',
    }))
}

/** The workloads no pod can be created for, in the namespaces listed: each is checked by its template; a note where events could not be read. */
async function podlessOf(
  {objects}: CheckRun,
  {ending}: PodListPage,
  everywhere: boolean,
): Promise<{readonly podless: readonly PodModel[]; readonly notes: readonly string[]}> {
  if (ending === undefined) return {podless: [], notes: []}
  const all = everywhere ? await objects.list('namespaces', '') : undefined
  const namespaces = new Set([...ending.namespaces, ...(all?.ok === true ? all.value.map(({name}) => name) : [])])
  const events = await boundedMap([...namespaces], AT_ONCE, async name => await objects.list('events', name))
  const unread = events.flatMap(answer => (answer.ok || !isFailure(answer.gap) ? [] : [answer.gap])).slice(0, 1)
  return {
    podless: await ending.podless(events.flatMap(answer => (answer.ok ? answer.value : []))),
    notes: unread.map(gap => `workloads without pods may be missing: ${gapSentence(gap)}`),
  }
}

/** Evaluates every rule for the pods, page by page, and aggregates the outcomes by workload; pods themselves are not kept. */
export async function checkReport(
  given: Source,
  targets: readonly KubeObject[] | AsyncIterable<PodListPage>,
  options: CheckOptions,
): Promise<CheckReport> {
  const source = noted(given)
  // On a live cluster one list call for all namespaces replaces one per namespace.
  const whole = options.everywhere === true && source.pages !== undefined
  const run = openCheckRun(source, options, whole)
  let aggregator = createAggregator()
  let unlisted: Gap[] = []
  const notes: string[] = []
  let [read, later] = [0, false]
  for await (const page of Symbol.asyncIterator in targets ? targets : onePage(targets)) {
    if (page.begins) {
      aggregator = createAggregator()
      unlisted = []
      read = 0
      later = false
    }
    later ||= page.later
    unlisted.push(...page.unlisted)
    const total = page.remaining === undefined ? undefined : read + page.read + page.remaining
    let done = read + page.read - page.pods.length
    const ofPage = {...run, ...besideOf(source, page)}
    const without = await podlessOf(run, page, whole)
    notes.push(...without.notes)
    await boundedMap([...page.pods, ...without.podless], AT_ONCE, async pod => {
      const {outcomes, injection} = await podOutcomes(ofPage, pod, options.rules)
      aggregator.add(pod, outcomes, injection)
      done += 1
      options.progress?.(done, total)
    })
    read += page.read
  }
  return await reportOver(source, run, aggregator, options, {
    unlisted,
    notes: [...(later ? [LIST_CONTINUED] : []), ...notes],
  })
}

/** The report over the pods whose outcomes were aggregated so far. */
export async function reportOver(
  source: NotedSource,
  run: CheckRun,
  aggregator: Aggregator,
  options: CheckOptions,
  {unlisted, notes}: {readonly unlisted: readonly Gap[]; readonly notes: readonly string[]},
): Promise<CheckReport> {
  const workloads = await Promise.all(aggregator.workloads().map(each => placed(source, each)))
  const damaged = [...((await source.manifests?.damaged()) ?? []), ...unlisted]
  const unused = unusedFiles(source)
  const skipped = [...((await source.manifests?.skipped()) ?? []), ...unused]
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return {
    ...answeredFrom(source),
    at: run.at,
    gaps: [...damaged, ...skipped, ...uniqueGaps(workloads)],
    damaged,
    skipped,
    unused: unused.map(({what}) => what),
    corrected: source.manifests === undefined ? undefined : [],
    visited: options.deep,
    ...definedFields({shard: options.shard}),
    notes,
    workloads,
    failOn: options.failOn,
    rules: options.rules,
    version: options.version ?? '0.0.0',
    failing: open.some(({severity}) => atLeast(severity, options.failOn)),
    counts: countsOf(workloads),
  }
}
