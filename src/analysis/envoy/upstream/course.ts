import type {Cluster} from '../../../model/envoy/cluster.js'
import type {Surroundings} from '../../../model/envoy/proxy.js'
import type {Attempt, Failure} from '../../../model/envoy/upstream-call.js'
import {drawnEvenly} from '../evenly.js'
import {undecided} from '../undecided.js'
import {attempt, type Passed} from './call.js'
import type {Host, HostLevels} from './endpoints.js'
import {type Retries, retriesAnswer, retriesFailure, retriesTimeout} from './retry.js'

// Timeouts: https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts

/** Limits of a request, in milliseconds after it was complete; Infinity where there is none. */
export interface Deadlines {
  readonly route: number
  readonly idle: number
  readonly duration: number
  /** When the client disconnects. */
  readonly client: number
}

/** How a request to a cluster ends. */
export type UpstreamEnding =
  | {readonly kind: 'answer'; readonly status: number; readonly flags: readonly string[]; readonly host: Host}
  | {readonly kind: 'failure'; readonly failure: Failure; readonly flags: readonly string[]}
  | {readonly kind: 'route-timeout' | 'idle-timeout' | 'duration' | 'client-left'}
  | {readonly kind: 'per-try-timeout' | 'per-try-idle'; readonly flags: readonly string[]}
  | {readonly kind: 'unknown'; readonly hosts: readonly Host[]}

interface Course {
  readonly cluster: Cluster
  readonly surroundings: Surroundings
  readonly upgrade: string | undefined
  readonly retries: Retries
  /** No retry may be under way at all (max_retries 0). */
  readonly retryOverflow: boolean
  readonly deadlines: Deadlines
  readonly passed: Passed
  /** The endpoints of each priority, where all of them are healthy. */
  readonly levels: HostLevels | undefined
}

type Retry = 'again' | readonly string[]

/** Starts another attempt, or returns the response flag that says why not. */
function retry(course: Course, wanted: boolean, left: number): Retry {
  if (!wanted) return []
  if (left === 0) return ['URX']
  return course.retryOverflow ? ['UO'] : 'again'
}

/** The earliest deadline. */
function firstDeadline(course: Course, start: number): {readonly at: number; readonly kind: UpstreamEnding['kind']} {
  const {route, idle, duration, client} = course.deadlines
  const all = [
    {at: start + (course.retries.perTryTimeout ?? Infinity), kind: 'per-try-timeout' as const},
    {at: start + (course.retries.perTryIdleTimeout ?? Infinity), kind: 'per-try-idle' as const},
    {at: route, kind: 'route-timeout' as const},
    {at: start + idle, kind: 'idle-timeout' as const},
    {at: duration, kind: 'duration' as const},
    {at: client, kind: 'client-left' as const},
  ]
  return all.reduce((a, b) => (b.at < a.at ? b : a))
}

function timeOf(result: Attempt, start: number): number {
  return result.kind === 'silence' ? Infinity : result.kind === 'unknown' ? start : start + result.after
}

/** The endpoints of the N-th attempt: where a retry priority leaves out what was tried, those of the next level. */
function ofAttempt(course: Course, hosts: readonly Host[], index: number): readonly Host[] {
  const {priorities} = course.retries
  if (priorities === undefined) return hosts
  if (course.levels === undefined) undecided('a retry priority over priorities that are not healthy', course.cluster.at)
  return course.levels[Math.floor(index / priorities) % course.levels.length] ?? hosts
}

function next(
  course: Course,
  hosts: readonly Host[],
  tried: Host,
  start: number,
  left: number,
): readonly UpstreamEnding[] {
  const all = ofAttempt(course, hosts, course.retries.left - left + 1)
  const rest = course.retries.otherHosts ? all.filter(each => each !== tried) : all
  return tries(course, rest.length > 0 ? rest : all, start, left - 1)
}

function oneTry(
  course: Course,
  hosts: readonly Host[],
  host: Host,
  start: number,
  left: number,
): readonly UpstreamEnding[] {
  const result = attempt(course.cluster, host, course.surroundings, course.upgrade, course.passed)
  if (result.kind === 'unknown') return [{kind: 'unknown', hosts}]
  const end = timeOf(result, start)
  const deadline = firstDeadline(course, start)
  if (deadline.at <= end) {
    const {kind} = deadline
    if (kind !== 'per-try-timeout' && kind !== 'per-try-idle') return [{kind: deadline.kind} as UpstreamEnding]
    const again = retry(course, retriesTimeout(course.retries), left)
    return again === 'again' ? next(course, hosts, host, deadline.at, left) : [{kind, flags: ['UT', ...again]}]
  }
  if (result.kind === 'answer') {
    const again = retry(course, retriesAnswer(course.retries, result.status), left)
    if (again === 'again') return next(course, hosts, host, end, left)
    return [{kind: 'answer', status: result.status, flags: again, host}]
  }
  if (result.kind === 'silence') return [{kind: 'client-left'}]
  const again = retry(course, retriesFailure(course.retries, result.failure), left)
  if (again === 'again') return next(course, hosts, host, end, left)
  return [{kind: 'failure', failure: result.failure, flags: [result.failure.flag, ...again]}]
}

/** More paths than this are not followed. */
const MAX_BRANCHES = 4096

function tries(course: Course, hosts: readonly Host[], start: number, left: number): readonly UpstreamEnding[] {
  const {draw} = course.surroundings
  if (draw !== undefined && hosts.length > 0) {
    const picked = drawnEvenly(draw, 'an endpoint', hosts)
    return picked === undefined ? [] : oneTry(course, hosts, picked, start, left)
  }
  if (hosts.length ** (left + 1) > MAX_BRANCHES) {
    const first = hosts[0]
    if (first === undefined || hosts.some(each => !behavesLike(course, each, first)))
      undecided('which of many endpoints is chosen', course.cluster.at)
    return oneTry(course, [first], first, start, left)
  }
  return hosts.flatMap(host => oneTry(course, hosts, host, start, left))
}

function behavesLike(course: Course, a: Host, b: Host): boolean {
  const of = (host: Host) =>
    JSON.stringify(attempt(course.cluster, host, course.surroundings, course.upgrade, course.passed))
  return of(a) === of(b)
}

function sameEnding(a: UpstreamEnding, b: UpstreamEnding): boolean {
  const bare = (ending: UpstreamEnding) => JSON.stringify({...ending, host: undefined, hosts: undefined})
  return bare(a) === bare(b)
}

/**
 * Follows a request to a cluster, retries included, whatever endpoint is picked; undecided when the pick changes how it
 * ends.
 */
export function follow(course: Course, hosts: readonly Host[]): UpstreamEnding {
  const endings = tries(course, hosts, 0, course.retries.left)
  const [first] = endings
  if (first === undefined) undecided('a request without an endpoint', course.cluster.at)
  if (endings.some(each => !sameEnding(each, first))) undecided('which endpoint is chosen', course.cluster.at)
  return first
}
