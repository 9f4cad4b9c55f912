import {hostname} from 'node:os'
import {setTimeout} from 'node:timers/promises'
import {gapSentence, gapSentences} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanCount} from '../../model/text/human-count.js'
import {byText} from '../../model/text/order.js'
import {policyReportOf} from '../../reports/check/forms/policy-report.js'
import {prometheusText} from '../../reports/check/forms/prometheus.js'
import {findingEvents} from '../../reports/monitor/finding-events.js'
import {counterText} from '../../reports/monitor/metrics.js'
import {type Monitor, type MonitorOptions, type MonitorRound, openMonitor} from '../../reports/monitor/monitor.js'
import {MONITOR_FORMS, type MonitorForm, roundLines} from '../../reports/monitor/round-lines.js'
import {reportExitCode} from '../../reports/report.js'
import type {Changes, Lease} from '../../sources/changes.js'
import type {Source} from '../../sources/source.js'
import {shownWord} from '../output/outputs.js'
import {remark, write} from '../output/streams.js'
import {startMetricsServer} from './metrics-server.js'

export interface MonitorRun extends Omit<MonitorOptions, 'clock'> {
  readonly form: MonitorForm
  readonly listen: string | undefined
  readonly rounds: number | undefined
  readonly requireAll: boolean
  readonly onlyGaps: boolean
  readonly events: boolean
  readonly policyReports: boolean
  readonly leaderElect: boolean
  readonly leaseNamespace: string
}

/** How long the Lease lasts and how often it is renewed: the defaults of client-go's leader election are 15 and 2 s. */
const LEASE_SECONDS = 15
const RENEW_MS = 5000

const CLOCK: MonitorOptions['clock'] = {
  now: () => new Date(),
  sleep: async (ms, signal) => await setTimeout(ms, undefined, {signal}).catch(() => undefined),
}

/** The form of the lines that -o names; another one is an error. */
export function monitorForm(words: string | readonly string[] | undefined): MonitorForm {
  const word = shownWord(words) ?? 'lines'
  const form = MONITOR_FORMS.find(each => each === word)
  if (form !== undefined) return form
  throw new UserError(`output format ${JSON.stringify(word)} not supported`, {
    hint: `Use one of ${MONITOR_FORMS.join(', ')}.`,
  })
}

/** Whether this one of several monitors writes: always without a Lease, else while it holds it. */
function leadership(
  lease: Lease | undefined,
  signal: AbortSignal,
): {leads(): boolean; readonly asked: Promise<void>; readonly ended: Promise<void>} {
  if (lease === undefined) return {leads: () => true, asked: Promise.resolve(), ended: Promise.resolve()}
  let leads = false
  let first: () => void = () => undefined
  const asked = new Promise<void>(resolve => {
    first = resolve
  })
  let reported = ''
  async function renew(held: Lease): Promise<void> {
    while (!signal.aborted) {
      const answer = await held.hold()
      const before = leads
      leads = answer.ok && answer.value
      const failure = answer.ok ? '' : gapSentence(answer.gap)
      if (failure !== reported && failure !== '') await remark(`not writing: ${failure}`)
      reported = failure
      first()
      if (leads !== before) await remark(leads ? 'leading: this monitor writes' : 'another monitor writes')
      await CLOCK.sleep(RENEW_MS, signal)
    }
    await held.release()
  }
  return {leads: () => leads, asked, ended: renew(lease)}
}

/** Writes what the flags ask for: Events of this round, and the PolicyReports of the namespaces that changed since the last writing. */
async function writeRound(
  monitor: Monitor,
  round: MonitorRound,
  namespaces: readonly string[],
  changes: Changes,
  run: MonitorRun,
): Promise<void> {
  const refused = new Set<string>()
  if (run.events) {
    const {events, leftOut} = findingEvents(round.changes, round.at)
    for (const {namespace, event} of events) {
      const answer = await changes.createEvent(namespace, event)
      if (!answer.ok) refused.add(gapSentence(answer.gap))
    }
    if (leftOut > 0) await remark(`${humanCount(leftOut, 'finding')} more without an Event: too many in one round`)
  }
  if (run.policyReports && namespaces.length > 0) {
    const report = await monitor.report()
    for (const namespace of namespaces) {
      const answer = await changes.applyPolicyReport(namespace, policyReportOf(report, namespace))
      if (!answer.ok) refused.add(gapSentence(answer.gap))
    }
  }
  for (const sentence of refused) await remark(`not written: ${sentence}`)
}

async function printRound(round: MonitorRound, {form, onlyGaps}: MonitorRun, first: boolean): Promise<void> {
  await write(process.stdout, roundLines(round, form))
  for (const sentence of gapSentences(round.gaps)) await remark(`not checked: ${sentence}`)
  for (const sentence of round.lost) await remark(`${sentence}; it is opened again`)
  if (first && !onlyGaps) await remark(`checked ${humanCount(round.checked, 'pod')}; watching for changes`)
}

/** The metrics as text; what rounds change is made once a round, however often it is scraped. */
function metricsByRound(monitor: Monitor): () => Promise<string> {
  let held: {readonly rounds: number; readonly text: Promise<string>} | undefined
  return async () => {
    const counters = monitor.counters()
    if (held?.rounds !== counters.rounds)
      held = {rounds: counters.rounds, text: monitor.report().then(report => prometheusText(report))}
    return `${await held.text}${counterText(counters)}`
  }
}

/**
 * Watches and checks until the signal fires or the rounds asked for are over; what it opened is closed then, and a Lease it holds is given up. After the last of
 * those rounds the exit code is that of check for what is wrong then.
 */
export async function runMonitor(source: Source, signal: AbortSignal, run: MonitorRun): Promise<void> {
  const monitor = openMonitor(source, {...run, clock: CLOCK})
  const life = new AbortController()
  const ref = {
    ...{namespace: run.leaseNamespace, name: 'meshctl-monitor'},
    ...{identity: `${hostname()}_${process.pid}`, seconds: LEASE_SECONDS},
  }
  const leader = leadership(run.leaderElect ? source.changes?.lease(ref) : undefined, life.signal)
  // An interrupted list or command is not waited for, but a Lease is given up first.
  const stop = () => {
    life.abort()
    void leader.ended.finally(() => source.close())
  }
  signal.addEventListener('abort', stop, {once: true})
  if (signal.aborted) stop()
  let done = 0
  const metrics = metricsByRound(monitor)
  const server = run.listen === undefined ? undefined : await startMetricsServer(run.listen, metrics, () => done > 0)
  try {
    if (server !== undefined && !run.onlyGaps) await remark(`metrics at http://${server.address}/metrics`)
    await leader.asked
    const changed = new Set<string>()
    for await (const round of monitor.rounds(life.signal)) {
      done += 1
      for (const namespace of round.namespaces) changed.add(namespace)
      await printRound(round, run, done === 1)
      if (source.changes !== undefined && leader.leads()) {
        await writeRound(monitor, round, [...changed].sort(byText), source.changes, run)
        changed.clear()
      }
      if (done === run.rounds) {
        process.exitCode = reportExitCode(await monitor.report(), run.requireAll)
        break
      }
    }
  } catch (error) {
    // What fails after an interrupt fails because of it.
    if (!signal.aborted) throw error
  } finally {
    life.abort()
    signal.removeEventListener('abort', stop)
    await server?.close()
    await leader.ended
    await monitor.close()
  }
}
