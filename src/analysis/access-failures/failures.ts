import type {AccessLogEntry} from '../../model/log-line.js'
import type {LogSide} from '../log-explanation/side.js'

/** A request that failed, by a line of an access log. */
export interface Failure {
  readonly entry: AccessLogEntry
  readonly side: LogSide
  /** The pod whose proxy wrote the line. */
  readonly writer: string
  /** Who sent the request and to what, if the line shows it. */
  readonly from: string
  readonly to: string
}

/** Failures of the same kind: the same ends, code, flags and details. */
export interface FailureGroup {
  readonly from: string
  readonly to: string
  readonly side: LogSide
  readonly code: string
  readonly flags: readonly string[]
  readonly details: string
  readonly count: number
  readonly last: string
  /** The newest of them. */
  readonly example: Failure
}

/** The client left by itself: no failure of the mesh. */
const LEFT = ['DC']

/** Whether a line reports a failure: a code of 400 or more, response flags, or a connection that was denied. */
export function isFailure({code, flags, termination}: AccessLogEntry): boolean {
  if (Number(code ?? 0) >= 400) return true
  return flags.some(each => !LEFT.includes(each)) || termination?.startsWith('rbac_access_denied') === true
}

/** Failures without those of a client whose server wrote of the same request: the server knows why. */
export function withoutRepeated(failures: readonly Failure[]): readonly Failure[] {
  const ofServers = new Set(failures.flatMap(({side, entry}) => (side === 'server' ? [entry.requestId] : [])))
  return failures.filter(
    ({side, entry}) =>
      side !== 'client' ||
      entry.details !== 'via_upstream' ||
      entry.requestId === undefined ||
      !ofServers.has(entry.requestId),
  )
}

/** Details with what differs from request to request left out: the reason of a transport failure keeps its name. */
function detailsOf({details, termination}: AccessLogEntry): string {
  return (details ?? termination ?? '-').replace(/\|.*\}$/, '}')
}

/** Groups failures by their ends, code, flags and details, the most frequent first. */
export function groupFailures(failures: readonly Failure[]): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup>()
  for (const failure of failures) {
    const {entry, from, to, side} = failure
    const key = JSON.stringify([from, to, side, entry.code, entry.flags, detailsOf(entry)])
    const known = groups.get(key)
    const time = entry.time ?? ''
    const newest = known === undefined || time >= known.last
    groups.set(key, {
      from,
      to,
      side,
      code: entry.code ?? '-',
      flags: entry.flags,
      details: detailsOf(entry),
      count: (known?.count ?? 0) + 1,
      last: newest ? time : known.last,
      example: newest ? failure : known.example,
    })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.last < b.last ? 1 : -1))
}
