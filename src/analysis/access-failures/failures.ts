import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {LogSide} from '../log-explanation/side.js'

/** A request that failed, by a line of an access log. */
export interface Failure {
  readonly entry: AccessLogEntry
  readonly side: LogSide
  /** The pod whose proxy wrote the line. */
  readonly writer: string
  /** The pod that opened the connection, known by the request id that its proxy wrote too. */
  readonly caller?: PodRef | undefined
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

/** The client closed the connection itself: not a failure of the mesh. */
const LEFT = ['DC']

/** Whether a line reports a failure: a code of 400 or more, response flags, or a connection that was denied. */
export function isFailure({form, code, flags, termination, failure}: AccessLogEntry): boolean {
  if (form === 'ztunnel') return failure !== undefined
  if (Number(code ?? 0) >= 400) return true
  return flags.some(each => !LEFT.includes(each)) || termination?.startsWith('rbac_access_denied') === true
}

/** A second, in which the two ends of a connection write of it. */
const TOGETHER_MS = 1000

/** The two ends of a ztunnel's connection; undefined for the line of another proxy. */
function tunnelOf({form, sourcePod, localAddress}: AccessLogEntry): string | undefined {
  return form === 'ztunnel' && sourcePod !== undefined
    ? `${sourcePod.namespace}/${sourcePod.name} ${localAddress}`
    : undefined
}

/** The times at which ztunnels of servers wrote of a failing connection. */
function refusedTunnels(failures: readonly Failure[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const {side, entry} of failures) {
    const tunnel = side === 'server' ? tunnelOf(entry) : undefined
    if (tunnel !== undefined) found.set(tunnel, [...(found.get(tunnel) ?? []), Date.parse(entry.time ?? '')])
  }
  return found
}

/** Failures without those of a client whose server wrote of the same request or connection: the server knows why. */
export function withoutRepeated(failures: readonly Failure[]): readonly Failure[] {
  const ofServers = new Set(failures.flatMap(({side, entry}) => (side === 'server' ? [entry.requestId] : [])))
  const refused = refusedTunnels(failures)
  const seenByServer = ({side, entry}: Failure) => {
    const times = side === 'client' ? refused.get(tunnelOf(entry) ?? '') : undefined
    return times?.some(each => Math.abs(each - Date.parse(entry.time ?? '')) <= TOGETHER_MS) === true
  }
  return failures
    .filter(each => !seenByServer(each))
    .filter(
      ({side, entry}) =>
        side !== 'client' ||
        entry.details !== 'via_upstream' ||
        entry.requestId === undefined ||
        !ofServers.has(entry.requestId),
    )
}

/** Details with what differs from request to request left out: the reason of a transport failure keeps its name. */
function detailsOf({details, termination, form, failure}: AccessLogEntry): string {
  if (form === 'ztunnel') return failure ?? '-'
  return (details ?? termination ?? '-').replace(/^([^|]*)\|.*\}$/, '$1}')
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
