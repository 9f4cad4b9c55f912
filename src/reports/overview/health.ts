import type {Answer} from '../../model/evidence/answer.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Tone} from '../../terminal/doc.js'
import type {InterceptionRow} from './interception.js'
import type {OverviewReport} from './report.js'

/** One area of the mesh: the number to look at, what it counts, and the part of the report that holds the evidence. */
export interface HealthRow {
  readonly area: string
  /** The section with the evidence. */
  readonly section: string
  /** What is wrong, as a number; undefined when it was not checked. */
  readonly bad: number | undefined
  /** Of how many. */
  readonly of: number | undefined
  readonly tone: Tone
  readonly words: string
}

function tone(bad: number, worst: Tone = 'bad'): Tone {
  return bad === 0 ? 'good' : worst
}

function row<T>(
  area: string,
  section: string,
  answer: Answer<T>,
  read: (value: T) => Omit<HealthRow, 'area' | 'section'>,
): HealthRow {
  if (!answer.ok) return {area, section, bad: undefined, of: undefined, tone: 'dim', words: 'not checked'}
  const found = {area, section, ...read(answer.value)}
  // Of nothing, nothing is wrong: that says as little as an answer that is missing.
  return found.of === 0 ? {...found, bad: undefined, of: undefined, tone: 'dim', words: 'none of it was read'} : found
}

/** What was asked for and could not be read, as the end of a sentence. */
function unread(count: number): string {
  return count === 0 ? '' : `, ${count} not checked`
}

/** True when the rules of a pod that should be captured let inbound or outbound TCP through, or do not tell. */
export function isOpen({mode, inbound, outbound, gap}: InterceptionRow): boolean {
  if (mode !== 'sidecar' && mode !== 'ambient') return mode === 'none'
  return gap === undefined && [inbound, outbound].some(each => each?.verdict !== 'captured')
}

function interceptionHealth(rows: readonly InterceptionRow[]): Omit<HealthRow, 'area' | 'section'> {
  const open = rows.filter(isOpen).length
  const missing = rows.filter(({gap}) => gap !== undefined).length
  const words = `not or only partly captured${unread(missing)}`
  return {bad: open, of: rows.length, tone: open === 0 && missing > 0 ? 'warn' : tone(open), words}
}

/** The state of every area, in the order of the report's sections. */
export function healthRows(report: OverviewReport): readonly HealthRow[] {
  return [
    row('Findings', 'findings', report.check, ({counts, workloads}) => ({
      bad: counts.error + counts.warning,
      of: undefined,
      tone: counts.error > 0 ? 'bad' : tone(counts.warning + counts.notChecked, 'warn'),
      words: `${humanCount(counts.error, 'error')}, ${humanCount(counts.warning, 'warning')} in ${humanCount(workloads.length, 'workload')}${unread(counts.notChecked)}`,
    })),
    row('Proxies out of sync', 'sync', report.sync, ({rows}) => {
      const bad = rows.filter(({problems}) => problems.length > 0).length
      return {bad, of: rows.length, tone: tone(bad), words: 'stale, rejected, disconnected or never connected'}
    }),
    row('Pods not captured', 'interception', report.interception, interceptionHealth),
    row('Certificates', 'certificates', report.certs, ({proxies, gaps}) => {
      const bad = proxies.filter(({status}) => status !== 'OK').length
      const shade = bad === 0 && gaps.length > 0 ? 'warn' : tone(bad)
      return {
        bad,
        of: proxies.length,
        tone: shade,
        words: `invalid, expiring, or from another mesh${unread(gaps.length)}`,
      }
    }),
    row('mTLS conflicts', 'mtls', report.mtls, ({rows}) => {
      const bad = rows.filter(({status}) => status === 'CONFLICT').length
      const plain = rows.filter(({status}) => status === 'PLAINTEXT' || status === 'PERMISSIVE').length
      return {
        bad,
        of: rows.length,
        tone: bad > 0 ? 'bad' : tone(plain, 'warn'),
        words: `${plain} more allow plaintext`,
      }
    }),
    row('Failing requests', 'failures', report.errors, ({failures, requests, logs}) =>
      logs === 0 || requests === 0
        ? {bad: undefined, of: undefined, tone: 'dim', words: `no request in the access logs of ${logs} proxies`}
        : {bad: failures, of: requests, tone: tone(failures), words: `in the access logs of ${logs} proxies`},
    ),
  ]
}

/** The number of an area as text: `3 of 17`, `3`, or that it was not checked. */
export function healthNumber({bad, of, words}: HealthRow): string {
  if (bad === undefined) return words === 'not checked' ? 'not checked' : 'not known'
  return of === undefined ? String(bad) : `${bad} of ${of}`
}
