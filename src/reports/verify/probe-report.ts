import {differences} from '../../analysis/expectations/judge.js'
import {type ProbeRequest, probeCommands, probeUrl} from '../../analysis/probe/commands.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {type ProbeAnswer, parseProbeOutput} from '../../formats/probe/parse.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Difference} from '../../model/expectation.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type PathBranch, pathReport} from '../trace/path-report.js'
import {opensTls, type PathFlags, readDestination, readHeader} from '../trace/path-spec.js'
import {type CountersMoved, countersMoved, readCounters} from './probe-counters.js'

/** A line of an access log about the request that was sent. */
export interface ProbeLine {
  readonly pod: PodRef
  readonly line: string
  readonly entry: AccessLogEntry
}

export interface ProbeReport extends Report {
  readonly subject: PodRef
  readonly url: string
  readonly method: string
  readonly container: string
  readonly argv: readonly string[]
  readonly answer: ProbeAnswer
  /** Headers of the answer that show which way it came. */
  readonly proof: readonly (readonly [string, string])[]
  readonly lines: readonly ProbeLine[]
  /** Counters that went up in the client and where the request ends. */
  readonly counters: readonly CountersMoved[]
  readonly prediction: readonly PathBranch[]
  /** The way of the prediction that came true; undefined if none did. */
  readonly cameTrue: PathBranch | undefined
  /** Where reality left the most likely way, if none came true. */
  readonly parted: readonly Difference[]
}

export interface ProbeQuestion {
  readonly to: string
  readonly flags: PathFlags
  readonly istioNamespace: string
  readonly requestId: string
  readonly announce: (container: string, argv: readonly string[]) => Promise<void>
  readonly sleep: (ms: number) => Promise<unknown>
}

const PROOF = ['server', 'x-envoy-upstream-service-time', 'x-envoy-decorator-operation', 'location', 'grpc-status']
/** Proxies write their logs with a delay; they are read until both sides have written, at most this often. */
const LOG_READS = 5
const BETWEEN_READS = 700

function requestOf({to, flags, requestId}: ProbeQuestion): ProbeRequest {
  const destination = readDestination(to)
  if (destination.scheme === 'tcp' || destination.scheme === 'tls' || destination.scheme === 'grpc')
    throw new UserError('probe sends HTTP requests only', {hint: 'Write the destination as http://HOST:PORT/PATH.'})
  const scheme = opensTls(flags, destination.scheme) ? 'https' : 'http'
  const method = (flags.method ?? 'GET').toUpperCase()
  const headers = (flags.header ?? []).map(readHeader)
  const fields = [...headers, ...(flags.host === undefined ? [] : [['host', flags.host] as const])]
  const bad = fields.find(([name, value]) => /[^\x21-\x7e]/.test(name) || /[\r\n\0]/.test(value))
  if (!/^[A-Z]+$/.test(method) || bad !== undefined)
    throw new UserError(`${bad === undefined ? `method ${method}` : `header ${JSON.stringify(bad[0])}`} cannot be sent`)
  return {
    scheme,
    host: destination.host,
    port: flags.port ?? destination.port ?? (scheme === 'https' ? 443 : 80),
    path: flags.path ?? (destination.path === '' ? '/' : destination.path),
    method,
    headers: [...fields, ['x-request-id', requestId]],
  }
}

async function linesOf(source: Source, pods: readonly PodRef[], requestId: string): Promise<readonly ProbeLine[]> {
  const found = await Promise.all(
    pods.map(async (pod): Promise<readonly ProbeLine[]> => {
      const log = await source.evidence('log.istio-proxy', pod)
      if (!log.ok) return []
      return Buffer.from(log.value.bytes)
        .toString('utf8')
        .split('\n')
        .flatMap(line => {
          const entry = line.includes(requestId) ? parseLogLine(line) : undefined
          return entry?.kind === 'access' ? [{pod, line, entry}] : []
        })
    }),
  )
  return found.flat()
}

/** The pods whose proxies see the request by the prediction: the client, and where the ways end. */
function involved(subject: PodRef, branches: readonly PathBranch[]): readonly PodRef[] {
  const ends = branches.flatMap(({pod}) => (pod === undefined ? [] : [pod]))
  return [...new Map([subject, ...ends].map(each => [podLabel(each), each])).values()]
}

function observedOf(answer: ProbeAnswer, client: AccessLogEntry | undefined) {
  const logged =
    client === undefined ? {} : {flags: client.flags, details: client.details ?? client.termination ?? null}
  return {status: answer.status, ...logged}
}

function partsFrom(branch: PathBranch, answer: ProbeAnswer, client: AccessLogEntry | undefined): readonly Difference[] {
  const {status, flags, details} = branch
  const unset = {outcome: undefined, cluster: undefined, policy: undefined}
  const expected = {...unset, status: status ?? undefined, flags, details: details ?? undefined}
  // A proxy that answers itself hides what the client of a broken connection would see.
  return differences(expected, observedOf(answer, client))
}

/** Sends one real request from a pod's own container, and compares what came of it with what trace predicts. */
export async function probeReport(given: Source, subject: PodRef, question: ProbeQuestion): Promise<ProbeReport> {
  const {to, flags, istioNamespace, requestId, announce, sleep} = question
  const request = requestOf(question)
  const source = noted(given)
  const {changes} = source
  if (changes === undefined)
    throw new UserError(`${source.origin.label} is a record: no request can be sent from it`, {
      next: `meshctl trace ${podLabel(subject)} ${probeUrl(request)}   # what its configuration does with the request`,
    })
  const predicted = await pathReport(source, {from: {kind: 'pod', pod: subject}, to, flags, istioNamespace})
  const pods = involved(subject, predicted.branches)
  const before = await readCounters(source, pods)
  const sent = await changes.sendRequest(subject, probeCommands(request), announce)
  if (!sent.ok) throw new UserError(sent.gap.detail, {gap: sent.gap})
  const {argv, container, stdout, stderr, exitCode} = sent.value
  const answer = parseProbeOutput(argv[0] ?? '', stdout, stderr, exitCode)
  let lines: readonly ProbeLine[] = []
  for (let i = 0; i < LOG_READS && lines.length < 2; i++) {
    await sleep(BETWEEN_READS)
    lines = await linesOf(source, pods, requestId)
  }
  const counters = countersMoved(before, await readCounters(source, pods, before))
  const client = lines.find(({pod}) => podLabel(pod) === podLabel(subject))?.entry
  const cameTrue = predicted.branches.find(
    branch => branch.outcome !== 'undecided' && partsFrom(branch, answer, client).length === 0,
  )
  const [main] = predicted.branches
  const gaps: readonly Gap[] = predicted.gaps
  return {
    ...answeredFrom(source),
    gaps,
    notes: [...predicted.caveats, ...predicted.notes],
    failing: cameTrue === undefined && predicted.undecided !== true,
    undecided: cameTrue === undefined && predicted.undecided === true,
    subject,
    url: probeUrl(request),
    method: request.method,
    container,
    argv,
    answer,
    proof: answer.headers.filter(([name]) => PROOF.includes(name)),
    lines,
    counters,
    prediction: predicted.branches,
    cameTrue,
    parted: cameTrue !== undefined || main === undefined ? [] : partsFrom(main, answer, client),
  }
}
