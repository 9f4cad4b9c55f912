import {noted} from '../../evidence/provenance.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {matchesLabels, parseSelector} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {openCheckRun, podOutcomes} from '../check/evaluate/check-run.js'
import {type FindingPolicy, withPolicy} from '../check/policy.js'
import {type CheckOptions, type CheckReport, reportOver} from '../check/report.js'
import {required} from '../report.js'
import {checkedPods, podToCheck} from './checked-pods.js'
import {type DuePods, duePods} from './due-pods.js'
import {type FindingChange, findingChanges, type KnownFindings} from './finding-changes.js'

export interface MonitorOptions extends Omit<CheckOptions, 'now'> {
  readonly policy: FindingPolicy
  /** The namespace whose pods are checked; every one when absent. */
  readonly namespace: string | undefined
  readonly selector: string | undefined
  /** How long changes are gathered before they are checked. */
  readonly settleMs: number
  /** After how long everything is asked and checked again: what istiod says, and rules about time, change without an event. */
  readonly resyncMs: number
  readonly clock: {now(): Date; sleep(ms: number, signal: AbortSignal): Promise<void>}
}

/** One round of checks and what it changed. */
export interface MonitorRound {
  readonly at: Date
  readonly checked: number
  readonly changes: readonly FindingChange[]
  /** What could not be checked, as far as it is new. */
  readonly gaps: readonly Gap[]
  /** Watches lost since the last round. */
  readonly lost: readonly string[]
  /** Namespaces whose workloads were checked. */
  readonly namespaces: readonly string[]
}

/** What the monitor has done so far. */
export interface MonitorCounters {
  readonly pods: number
  readonly events: number
  readonly rounds: number
  readonly podChecks: number
  readonly watchesLost: number
  readonly lastRoundAt: Date | undefined
}

export interface Monitor {
  /** The rounds until the signal fires: first every pod, then what changes concern. */
  rounds(signal: AbortSignal): AsyncGenerator<MonitorRound>
  /** The state after the last round. */
  report(): Promise<CheckReport>
  counters(): MonitorCounters
  close(): Promise<void>
}

/** How many gaps are remembered as reported; a fleet that changes brings new ones. */
const REMEMBERED_GAPS = 10_000

/** Pods checked concurrently. */
const AT_ONCE = 8

function cannotWatch({origin}: Source): UserError {
  return new UserError(`monitor watches a live cluster, and ${origin.label} does not change`, {
    next: 'meshctl check -A',
  })
}

/** Gaps that were not seen before; a fleet that changes brings new ones all the time, so they are forgotten now and then. */
function gapMemory(): (gaps: readonly Gap[]) => readonly Gap[] {
  const seen = new Set<string>()
  const keyOf = ({what, reason, detail}: Gap) => [what, reason, detail].join('\u0000')
  return gaps => {
    if (seen.size > REMEMBERED_GAPS) seen.clear()
    const fresh = gaps.filter(gap => !seen.has(keyOf(gap)))
    for (const gap of fresh) seen.add(keyOf(gap))
    return fresh
  }
}

/** Waits for something due, or until the time at which everything is. */
async function changesOrTime(
  due: DuePods,
  untilMs: number,
  clock: MonitorOptions['clock'],
  signal: AbortSignal,
): Promise<'changes' | 'time'> {
  // A signal that has fired fires no more.
  if (signal.aborted) return 'time'
  const timer = new AbortController()
  const stop = () => timer.abort()
  signal.addEventListener('abort', stop, {once: true})
  const waitMs = Math.max(0, untilMs - clock.now().getTime())
  const time = waitMs === 0 ? ('time' as const) : clock.sleep(waitMs, timer.signal).then(() => 'time' as const)
  try {
    return await Promise.race([time, due.some().then(() => 'changes' as const)])
  } finally {
    timer.abort()
    signal.removeEventListener('abort', stop)
  }
}

/** Watches the pods and everything rules read of a live cluster, and checks what changes concern. */
export function openMonitor(given: Source, options: MonitorOptions): Monitor {
  const {namespace, clock} = options
  const labels = options.selector === undefined ? [] : parseSelector(options.selector)
  const pods = checkedPods()
  const mine = ({metadata}: KubeObject) =>
    (namespace === undefined || metadata.namespace === namespace) && matchesLabels(labels, metadata.labels ?? {})
  const due = duePods(pods, mine)
  const known: KnownFindings = new Map()
  const newGaps = gapMemory()
  const count = {rounds: 0, podChecks: 0}
  let lastRoundAt: Date | undefined
  const watched = given.watching?.(due)
  if (watched === undefined) throw cannotWatch(given)
  const source = noted(watched)
  const open = () => openCheckRun(source, {...options, now: clock.now()}, namespace === undefined)
  let run = open()

  async function listPods(): Promise<void> {
    const query = namespace === undefined ? {kind: 'Pod'} : {kind: 'Pod', namespace}
    const objects = required(await source.objects(query), source).filter(mine)
    for (const pod of objects.flatMap(each => podToCheck(each) ?? [])) pods.put(pod)
  }

  async function reportOf(workloads?: ReadonlySet<string>): Promise<CheckReport> {
    const checkOptions = {...options, now: clock.now()}
    const raw = await reportOver(source, run, pods.aggregated(workloads), checkOptions, {unlisted: [], notes: []})
    return withPolicy(raw, {...options.policy, at: checkOptions.now})
  }

  async function round(): Promise<MonitorRound> {
    const {keys, workloads, stale, lost} = due.take()
    // What istiod says is asked again only with everything else.
    run = stale ? {...open(), istiods: run.istiods} : {...run, at: clock.now()}
    await boundedMap(keys, AT_ONCE, async key => {
      const pod = pods.get(key)
      if (pod === undefined) return
      const {outcomes, injection} = await podOutcomes(run, pod, options.rules)
      pods.checked(key, outcomes, injection)
    })
    count.podChecks += keys.length
    count.rounds += 1
    lastRoundAt = clock.now()
    const names = new Set(workloads.map(objectLabel))
    const report = await reportOf(names)
    return {
      at: lastRoundAt,
      checked: keys.length,
      changes: findingChanges(names, report.workloads, known),
      gaps: newGaps(report.gaps),
      lost,
      namespaces: [...new Set(workloads.map(each => each.namespace))].sort(byText),
    }
  }

  return {
    async *rounds(signal) {
      await listPods()
      let resyncAt = clock.now().getTime() + options.resyncMs
      while (!signal.aborted) {
        yield await round()
        if ((await changesOrTime(due, resyncAt, clock, signal)) === 'changes')
          await clock.sleep(options.settleMs, signal)
        else if (!signal.aborted) {
          due.everythingIsDue()
          run = open()
          resyncAt = clock.now().getTime() + options.resyncMs
        }
      }
    },
    report: () => reportOf(),
    counters: () => ({...count, ...due.counters(), pods: pods.size, lastRoundAt}),
    close: () => source.close(),
  }
}
