import {ipIn, isForwardedFor} from '../../analysis/access-failures/peer.js'
import {ztunnelMeaning} from '../../analysis/log-explanation/explain.js'
import type {LogSide} from '../../analysis/log-explanation/side.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {PathCause} from '../trace/cause.js'
import type {Heard} from '../trace/heard.js'
import {type PathBranch, pathReport} from '../trace/path-report.js'
import {lineQuestion} from './line-question.js'

/** What today's configuration says about a request of an access log. */
export interface LineCause {
  /** `explains`: a way of the trace ends as the line says; `differs`: none does, the configuration is another by now or the cause is elsewhere. */
  readonly verdict: 'explains' | 'differs' | 'unknown'
  readonly because: string
  /** What the words of the line mean, of a ztunnel. */
  readonly meaning?: string
  readonly cause?: PathCause
  /** The command that shows every hop. */
  readonly command?: string
}

function sameDetails(line: string | undefined, traced: string | null): boolean {
  const bare = (text: string) => text.replace(/^([^|]*)\|.*\}$/, '$1}').replace(/^-$/, '')
  return bare(line ?? '') === bare(traced ?? '')
}

function sameFlags(line: readonly string[], traced: readonly string[]): boolean {
  return [...line].sort().join() === [...traced].sort().join()
}

/** Whether a way of the trace ends as the line says, on the side that wrote it. */
function fits(entry: AccessLogEntry, side: LogSide, branch: PathBranch): boolean {
  // ztunnel logs connections in its own words: any failing path is the one it reports.
  if (entry.form === 'ztunnel') return !['delivered', 'not-captured', 'undecided'].includes(branch.outcome)
  const details = entry.details ?? entry.termination
  if (side === 'server') return sameFlags(entry.flags, branch.serverFlags) && sameDetails(details, branch.serverDetails)
  const status = branch.status === null || entry.code === undefined || Number(entry.code) === branch.status
  return status && sameFlags(entry.flags, branch.flags) && sameDetails(details, branch.details)
}

/** The reply is the application's own: `via_upstream` at the proxy beside it. */
function byApplication(entry: AccessLogEntry, side: LogSide): boolean {
  return side === 'server' && entry.details === 'via_upstream' && entry.flags.length === 0
}

/** A word as a shell takes it literally. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}

function commandFor(from: string, to: string, method: string | undefined, port: number | undefined): string {
  const more = [
    ...(method === undefined || method === 'GET' ? [] : [`--method ${method}`]),
    ...(port === undefined ? [] : [`--port ${port}`]),
  ]
  return ['meshctl trace', quoted(from), quoted(to), ...more].join(' ')
}

export interface LineAsked {
  readonly entry: AccessLogEntry
  readonly side: LogSide
  /** The pod whose proxy wrote the line, where that is known. */
  readonly writer: PodRef | undefined
  /** The pod that opened the connection, where a line of its own proxy tells. */
  readonly caller?: PodRef | undefined
}

/** Explains one line of an access log by tracing its request through today's configuration; `heard` gets what the trace lacks. Nothing is sent. */
export async function lineCause(
  source: Source,
  pods: readonly MeshPod[],
  asked: LineAsked,
  istioNamespace: string,
  heard: Heard,
): Promise<LineCause> {
  const {form, failure} = asked.entry
  const meaning = form === 'ztunnel' ? ztunnelMeaning(failure) : undefined
  const found = await tracedCause(source, pods, asked, istioNamespace, heard)
  return meaning === undefined ? found : {...found, meaning}
}

async function tracedCause(
  source: Source,
  pods: readonly MeshPod[],
  {entry, side, writer, caller}: LineAsked,
  istioNamespace: string,
  heard: Heard,
): Promise<LineCause> {
  const own = writer === undefined ? undefined : pods.find(({ref}) => podLabel(ref) === podLabel(writer))
  const question = lineQuestion(entry, pods, own, caller)
  if (question === undefined && isForwardedFor(entry.remoteAddress)) {
    const because = `the line gives the client of X-Forwarded-For (${ipIn(entry.remoteAddress)}), not which proxy connected`
    return {verdict: 'unknown', because}
  }
  if (question === undefined) return {verdict: 'unknown', because: 'the line does not say who called what'}
  const {from, to, flags} = question
  const name = from.kind === 'pod' ? podLabel(from.pod) : from.kind === 'address' ? from.ip : 'ingress'
  const command = commandFor(name, to, flags.method, flags.port)
  if (byApplication(entry, side))
    return {verdict: 'explains', because: `the application itself replied ${entry.code ?? ''}`, command}
  try {
    const report = await pathReport(source, {from, to, flags, istioNamespace})
    heard.add(report)
    const {branches} = report
    const found = branches.find(each => fits(entry, side, each))
    const main = found ?? branches[0]
    if (main === undefined) return {verdict: 'unknown', because: 'no path was found', command}
    const {because, cause} = main
    const verdict = found !== undefined ? 'explains' : main.outcome === 'undecided' ? 'unknown' : 'differs'
    return {
      verdict,
      because,
      command,
      ...definedFields({cause: cause === undefined || found === undefined ? undefined : cause}),
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {verdict: 'unknown', because: error.message, command}
  }
}
