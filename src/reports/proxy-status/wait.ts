import type {ProxyStatusReport} from './report.js'

/** How long to wait for convergence and how to pass the time; the clock is given so that tests need none. */
export interface Patience {
  readonly timeoutMs: number
  readonly pollMs: number
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** True when nothing is wrong and every istiod has said so. */
function converged(report: ProxyStatusReport): boolean {
  return report.failing !== true && report.istiods.every(istiod => istiod.silent === undefined)
}

/**
 * Asks again until every proxy is in sync or the patience ends; gives the last report with a note on how long it took.
 * What was captured never changes, so it is asked once.
 */
export async function waitForSync(
  ask: () => Promise<ProxyStatusReport>,
  {timeoutMs, pollMs, nowMs, sleep}: Patience,
): Promise<ProxyStatusReport> {
  const start = nowMs()
  for (;;) {
    const report = await ask()
    const spent = nowMs() - start
    const seconds = `${Math.round(spent / 1000)} s`
    if (converged(report)) return {...report, notes: [...report.notes, `in sync after ${seconds}`]}
    if (report.origin.kind !== 'cluster') {
      return {
        ...report,
        notes: [...report.notes, `${report.origin.label} does not change, so there is nothing to wait for`],
      }
    }
    if (spent + pollMs > timeoutMs)
      return {...report, failing: true, notes: [...report.notes, `still not in sync after ${seconds}`]}
    await sleep(pollMs)
  }
}
