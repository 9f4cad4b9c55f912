import {everyBranch} from '../../analysis/request-path/draws.js'
import {CONNECT_TIMEOUT, REFUSED, UNREACHABLE} from '../../analysis/request-path/failures.js'
import type {Leg} from '../../analysis/request-path/legs.js'
import {followRequest, type RequestOrigin, type RequestPath} from '../../analysis/request-path/path.js'
import {type PathSummary, summarizePath} from '../../analysis/request-path/path-summary.js'
import type {Speech} from '../../analysis/request-path/speech.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {Mesh} from '../../evidence/mesh-world/mesh.js'
import type {IpPort} from '../../model/envoy/request.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import {podLabel} from '../../model/kube/kube-object.js'

/** What happens to a request in one state of the mesh. */
export interface Prediction {
  readonly outcome: PathSummary['outcome']
  readonly status: number | null
  /**
   * What the client sees: a status, `no-answer` (the connection closes before one), `cannot-connect`, `timeout`; for TCP `echo`
   * (the server is heard at once), `echo-after-client-spoke`, `greeting-only` (heard until the client sends bytes). `outside`: it leaves the
   * mesh, and what answers there is not known.
   */
  readonly kind: string
  readonly policy: string | null
  readonly because: string
  /** The application it reaches; undefined where it reaches none. */
  readonly end: IpPort | undefined
  /** The connections it takes from pod to pod, in their order. */
  readonly hops: readonly Hop[]
}

/** A connection from one pod to another, and the address it is made to. */
export interface Hop {
  readonly from: MeshPod
  readonly to: MeshPod
  readonly address: IpPort
}

/** Where a part of the path reaches a pod from outside it; undefined where it does not. */
function arrival(leg: Leg): {readonly pod: MeshPod; readonly address: IpPort} | undefined {
  if (leg.kind === 'application') return {pod: leg.pod, address: leg.address}
  if (leg.kind === 'proxy' && leg.role !== 'client') return {pod: leg.pod, address: leg.request.destination}
  if (leg.kind === 'ztunnel' && leg.role === 'waypoint')
    return {pod: leg.pod, address: {ip: leg.pod.addresses[0] ?? '', port: HBONE_PORT}}
  return leg.kind === 'kernel' && leg.direction === 'in' ? {pod: leg.pod, address: leg.to} : undefined
}

function hopsOf(origin: RequestOrigin, {legs}: RequestPath): readonly Hop[] {
  const hops: Hop[] = []
  if (!('pod' in origin)) return hops
  let at = origin.pod
  // A pod that asks itself never leaves its network.
  for (const reached of legs.map(arrival))
    if (reached !== undefined && podLabel(reached.pod.ref) !== podLabel(at.ref)) {
      hops.push({from: at, to: reached.pod, address: reached.address})
      at = reached.pod
    }
  return hops
}

interface Way {
  readonly share: number
  readonly path: RequestPath
  readonly summary: PathSummary
}

/** The likeliest way a request goes. */
function mainWay(mesh: Mesh, origin: RequestOrigin, to: IpPort, speech: Speech): Way {
  const {branches} = everyBranch(draw => followRequest(mesh.world, origin, to, speech, draw))
  const ways = new Map<string, Way>()
  for (const {share, result} of branches) {
    const summary = summarizePath(result, speech.head !== undefined)
    const key = JSON.stringify([summary.outcome, summary.status, summary.policy])
    const known = ways.get(key)
    ways.set(key, known === undefined ? {share, path: result, summary} : {...known, share: known.share + share})
  }
  const [main] = [...ways.values()].sort((a, b) => b.share - a.share)
  if (main === undefined) throw new Error('a request has at least one way')
  return main
}

/** What a client without a proxy sees of a connection that fails. */
function failureKind({path}: Way): string {
  const {attempt} = path.ending
  const direct = path.legs.every(each => each.kind !== 'proxy')
  if (direct && (attempt === REFUSED || attempt === UNREACHABLE)) return 'cannot-connect'
  if (direct && attempt === CONNECT_TIMEOUT) return 'timeout'
  return 'no-answer'
}

/** Whether it leaves the mesh and what answers is not known. */
function leaves({path}: Way): boolean {
  return path.ending.attempt.kind === 'unknown' && path.ending.disposition === 'delivered'
}

function httpKind(way: Way): string {
  const {attempt, disposition} = way.path.ending
  if (disposition === 'undecided') return 'undecided'
  if (leaves(way)) return 'outside'
  if (way.summary.status !== null && way.summary.status > 0) return String(way.summary.status)
  return attempt.kind === 'answer' ? String(attempt.status) : failureKind(way)
}

function answersWith({path}: Way): boolean {
  return path.ending.attempt.kind === 'answer'
}

function tcpKind(silent: Way, speaking: Way): string {
  if ([silent, speaking].some(each => each.path.ending.disposition === 'undecided')) return 'undecided'
  if (leaves(speaking)) return 'outside'
  if (answersWith(speaking)) return answersWith(silent) ? 'echo' : 'echo-after-client-spoke'
  return answersWith(silent) ? 'greeting-only' : failureKind(speaking)
}

/** Follows a request through one mesh; a TCP client is followed twice: as one that waits, and as one that speaks. */
export async function predict(mesh: Mesh, origin: RequestOrigin, to: IpPort, speech: Speech): Promise<Prediction> {
  const way = await mesh.follow(() => mainWay(mesh, origin, to, speech))
  const of = (main: Way, kind: string): Prediction => ({
    outcome: kind === 'undecided' ? 'undecided' : main.summary.outcome,
    status: main.summary.status,
    kind,
    policy: main.summary.policy,
    because: main.path.ending.because,
    end: main.path.legs.findLast(each => each.kind === 'application')?.address,
    hops: hopsOf(origin, main.path),
  })
  if (speech.head !== undefined) return of(way, httpKind(way))
  const speaking = await mesh.follow(() => mainWay(mesh, origin, to, {...speech, payload: 'hello\r\n'}))
  const kind = tcpKind(way, speaking)
  const main = way.path.ending.disposition === 'undecided' ? way : speaking
  return {...of(main, kind), status: null}
}
