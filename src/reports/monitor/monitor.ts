import {noted} from '../../evidence/provenance.js'
import type {Gap} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import {type ObjectRef, objectLabel} from '../../model/pod.js'
import {matchesLabels, parseSelector} from '../../model/selector.js'
import {UserError} from '../../model/user-error.js'
import type {Source, WatchedChange} from '../../sources/source.js'
import {openCheckRun, podOutcomes} from '../check/evaluate/check-run.js'
import {type FindingPolicy, withPolicy} from '../check/policy.js'
import {type CheckOptions, type CheckReport, reportOver} from '../check/report.js'
import {required} from '../report.js'
import {affectedBy, type ObjectDigests} from './affected.js'
import {checkedPods, isOverPod, podKey} from './checked-pods.js'
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

/** Watches the pods and everything rules read of a live cluster, and checks what changes concern. */
export function openMonitor(given: Source, options: MonitorOptions): Monitor {
  const {namespace, clock} = options
  const labels = options.selector === undefined ? [] : parseSelector(options.selector)
  const pods = checkedPods()
  const digests: ObjectDigests = new Map()
  const known: KnownFindings = new Map()
  const reportedGaps = new Set<string>()
  const dirty = new Set<string>()
  const gone: ObjectRef[] = []
  let lost: string[] = []
  let [everything, stale] = [true, true]
  let wake: () => void = () => undefined
  const count = {events: 0, rounds: 0, podChecks: 0, watchesLost: 0}
  let lastRoundAt: Date | undefined

  const mine = (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matchesLabels(labels, object.metadata.labels ?? {})

  function podChanged({type, object}: WatchedChange): void {
    if (!mine(object)) return
    const ns = object.metadata.namespace ?? 'default'
    const key = podKey(ns, object.metadata.name)
    if (type === 'deleted' || isOverPod(object)) {
      const removed = pods.remove(key)
      if (removed === undefined) return
      dirty.delete(key)
      gone.push(removed.workload)
      if (removed.lastShape) namespaceChanged(ns)
      return
    }
    const put = pods.put(object)
    if (put?.changed !== true) return
    dirty.add(key)
    if (put.newShape) namespaceChanged(ns)
  }

  function namespaceChanged(ns: string): void {
    stale = true
    for (const key of pods.keys(ns)) dirty.add(key)
  }

  function changed(change: WatchedChange): void {
    count.events += 1
    if (change.object.kind === 'Pod') podChanged(change)
    else {
      const affected = affectedBy(change, digests)
      if (affected.of === 'nothing') return
      stale = true
      if (affected.of === 'everything') everything = true
      else if (affected.of === 'namespace') namespaceChanged(affected.namespace)
      else {
        const key = podKey(affected.pod.namespace, affected.pod.name)
        if (pods.get(key) !== undefined) dirty.add(key)
      }
    }
    if (everything || dirty.size > 0 || gone.length > 0) wake()
  }

  const watched = given.watching?.({
    changed,
    lost(kind, why) {
      count.watchesLost += 1
      lost.push(`the watch of ${kind} was lost: ${why}`)
      wake()
    },
  })
  if (watched === undefined) throw cannotWatch(given)
  const source = noted(watched)
  const open = () => openCheckRun(source, {...options, now: clock.now()}, namespace === undefined)
  let run = open()

  async function listed(): Promise<void> {
    const query = namespace === undefined ? {kind: 'Pod'} : {kind: 'Pod', namespace}
    const objects = required(await source.objects(query), source).filter(each => mine(each) && !isOverPod(each))
    for (const object of objects) pods.put(object)
  }

  async function reportOf(workloads?: ReadonlySet<string>): Promise<CheckReport> {
    const checkOptions = {...options, now: clock.now()}
    const raw = await reportOver(source, run, pods.aggregated(workloads), checkOptions, {unlisted: [], notes: []})
    return withPolicy(raw, {...options.policy, at: checkOptions.now})
  }

  /** The keys to check now, and the workloads whose result may change; afterwards nothing is due. */
  function due(): {readonly keys: readonly string[]; readonly workloads: readonly ObjectRef[]} {
    const keys = everything ? pods.keys() : [...dirty]
    const workloads = [...gone, ...keys.flatMap(key => pods.get(key)?.workload ?? [])]
    dirty.clear()
    gone.length = 0
    everything = false
    return {keys, workloads}
  }

  /** The gaps that no round has reported of yet. */
  function newGaps(gaps: readonly Gap[]): readonly Gap[] {
    if (reportedGaps.size > REMEMBERED_GAPS) reportedGaps.clear()
    const fresh = gaps.filter(({what, reason, detail}) => !reportedGaps.has([what, reason, detail].join('\u0000')))
    for (const {what, reason, detail} of fresh) reportedGaps.add([what, reason, detail].join('\u0000'))
    return fresh
  }

  async function round(): Promise<MonitorRound> {
    const {keys, workloads} = due()
    // What istiod says is asked again only with everything else.
    run = stale ? {...open(), istiods: run.istiods} : {...run, at: clock.now()}
    stale = false
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
    const reported = lost
    lost = []
    return {
      at: lastRoundAt,
      checked: keys.length,
      changes: findingChanges(names, report.workloads, known),
      gaps: newGaps(report.gaps),
      lost: reported,
      namespaces: [...new Set(workloads.map(each => each.namespace))].sort(byText),
    }
  }

  /** Waits for a change or until everything is due again. */
  async function nextDue(untilMs: number, signal: AbortSignal): Promise<'changes' | 'resync'> {
    const timer = new AbortController()
    const stop = () => timer.abort()
    signal.addEventListener('abort', stop, {once: true})
    const changes = new Promise<'changes'>(resolve => {
      wake = () => resolve('changes')
      if (dirty.size > 0 || gone.length > 0 || everything || lost.length > 0) resolve('changes')
    })
    const waitMs = Math.max(0, untilMs - clock.now().getTime())
    const resync = waitMs === 0 ? ('resync' as const) : clock.sleep(waitMs, timer.signal).then(() => 'resync' as const)
    try {
      return await Promise.race([resync, changes])
    } finally {
      timer.abort()
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    async *rounds(signal) {
      await listed()
      let resyncAt = clock.now().getTime() + options.resyncMs
      while (!signal.aborted) {
        yield await round()
        if ((await nextDue(resyncAt, signal)) === 'changes') await clock.sleep(options.settleMs, signal)
        else if (!signal.aborted) {
          everything = true
          run = open()
          resyncAt = clock.now().getTime() + options.resyncMs
        }
      }
    },
    report: () => reportOf(),
    counters: () => ({...count, pods: pods.size, lastRoundAt}),
    close: () => source.close(),
  }
}
