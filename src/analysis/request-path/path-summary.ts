import type {RequestOutcome} from '../../model/envoy/decision.js'
import type {Attempt} from '../../model/envoy/upstream-call.js'
import type {PathDisposition} from './ending.js'
import type {Leg} from './legs.js'
import type {RequestPath} from './path.js'

/** A path as seen from its ends: what the client receives, and what each access log records. */
export interface PathSummary {
  /** The HTTP status the client gets: 0 when the connection breaks without one, null for TCP or when it is not known. */
  readonly status: number | null
  readonly flags: readonly string[]
  readonly details: string | null
  readonly serverFlags: readonly string[]
  readonly serverDetails: string | null
  readonly outcome: PathDisposition | 'not-captured'
  readonly cluster: string | null
  readonly policy: string | null
}

type ProxyLeg = Extract<Leg, {kind: 'proxy'}>

function outcomeIn(leg: ProxyLeg | undefined): RequestOutcome | undefined {
  return leg?.decision?.decided === true ? leg.decision.outcome : undefined
}

/** The first proxy of the request: the client's sidecar, or a gateway. */
export function clientLeg(legs: readonly Leg[]): ProxyLeg | undefined {
  const first = legs.find(each => each.kind === 'proxy')
  return first === undefined || first.role === 'server' ? undefined : first
}

/** The last sidecar of a server that the request reached. */
export function serverLeg(legs: readonly Leg[]): ProxyLeg | undefined {
  return legs.findLast((each): each is ProxyLeg => each.kind === 'proxy' && each.role === 'server')
}

function statusOf(attempt: Attempt, http: boolean): number | null {
  if (!http || attempt.kind === 'unknown') return null
  return attempt.kind === 'answer' ? attempt.status : 0
}

function oneCluster(outcome: RequestOutcome | undefined): string | null {
  const cluster = outcome?.cluster ?? null
  return typeof cluster === 'string' || cluster === null ? cluster : (cluster[0] ?? null)
}

/** Summarises a path; `http` is false for a plain TCP connection. */
export function summarizePath({legs, ending}: RequestPath, http: boolean): PathSummary {
  const client = outcomeIn(clientLeg(legs))
  const server = outcomeIn(serverLeg(legs))
  const uncaptured =
    ending.disposition === 'delivered' && legs.every(each => each.kind !== 'proxy' && each.kind !== 'ztunnel')
  return {
    status: statusOf(ending.attempt, http),
    flags: client?.flags ?? [],
    details: client?.details ?? client?.terminationDetails ?? null,
    serverFlags: server?.flags ?? [],
    serverDetails: server?.details ?? server?.terminationDetails ?? null,
    outcome: uncaptured ? 'not-captured' : ending.disposition,
    cluster: oneCluster(client),
    policy: ending.policy ?? null,
  }
}

/** The other details the client's log may show, depending on a race. */
export function racingDetails({legs, ending}: RequestPath): readonly string[] {
  const client = outcomeIn(clientLeg(legs))
  if (client?.details?.startsWith('upstream_reset_before_response_started{') !== true) return []
  return ending.races.flatMap(each =>
    each.kind === 'failure' ? [`upstream_reset_before_response_started{${each.failure.reason}}`] : [],
  )
}
