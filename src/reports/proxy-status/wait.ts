import type {ProxyStatusReport} from './report.js'

/** How long to wait for sync and how often to poll; the clock is injected for tests. */
export interface WaitOptions {
  readonly timeoutMs: number
  readonly pollMs: number
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** True if no problem was found and every istiod answered. */
function converged(report: ProxyStatusReport): boolean {
  return report.failing !== true && report.istiods.every(istiod => istiod.silent === undefined)
}

/**
 * Polls until every proxy is in sync or the timeout is over; returns the last report with a note on how long it took.
 * A capture never changes, so it is read once.
 */
export async function waitForSync(
  ask: () => Promise<ProxyStatusReport>,
  {timeoutMs, pollMs, nowMs, sleep}: WaitOptions,
): Promise<ProxyStatusReport> {
  const start = nowMs()
  for (;;) {
    const report = await ask()
    const spent = nowMs() - start
    const seconds = `${Math.round(spent / 1000)} s`
    if (converged(report)) return {...report, notes: [...report.notes, `in sync after ${seconds}`]}
    if (!report.provenance.live) {
      return {
        ...report,
        notes: [...report.notes, `${report.origin.label} is a capture and does not change; --wait has no effect`],
      }
    }
    if (spent + pollMs > timeoutMs)
      return {...report, failing: true, notes: [...report.notes, `still not in sync after ${seconds}`]}
    await sleep(pollMs)
  }
}
