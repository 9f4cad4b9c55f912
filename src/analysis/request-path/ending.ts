import {definedFields} from '../../model/collections/defined-fields.js'
import type {Attempt} from '../../model/envoy/upstream-call.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {MeshPod} from './world.js'

/** The outcome of a request, in one word (docs/trace.md). */
export type PathDisposition =
  | 'delivered'
  | 'denied'
  | 'no-route'
  | 'no-endpoint'
  | 'refused'
  | 'tls-mismatch'
  | 'answered'
  | 'undecided'

/** Why a connection ends as it does, as a code; `reason` is the sentence. */
export type EndingReason =
  | 'application-reached'
  | 'left-mesh'
  | 'policy'
  | 'no-allow-policy'
  | 'no-route'
  | 'no-cluster'
  | 'no-filter-chain'
  | 'no-endpoint'
  | 'no-service-port'
  | 'not-listening'
  | 'packet-dropped'
  | 'network-policy'
  | 'unreachable'
  | 'proxy-port'
  | 'both-wait'
  | 'connection-broken'
  | 'plain-text-to-mtls'
  | 'handshake-failed'
  | 'server-certificate-refused'
  | 'tls-to-plain-text'
  | 'proxy-answers'
  | 'not-known'

/** How a connection ends: what its client sees, and why. */
export interface PathEnding {
  /** The failure as Envoy reports it when it is the client. */
  readonly attempt: Attempt
  readonly disposition: PathDisposition
  readonly reason: EndingReason
  /** Why, in one sentence without a full stop. */
  readonly because: string
  /** What the outcome takes for granted because no evidence tells it, as a clause after `if`; undefined where nothing. */
  readonly condition?: string | undefined
  /** Where it ended. */
  readonly pod: MeshPod | undefined
  /** The key of the RBAC policy that denied, or `none` where no ALLOW policy matched. */
  readonly policy: string | undefined
  /** The object and field that ended it, where the evidence names them. */
  readonly made?: {readonly object: ObjectRef; readonly field: string} | undefined
  /** Other possible results of the same race, as details of the client's log. */
  readonly races: readonly Attempt[]
}

/** Builds a path end; omitted fields are undefined or empty. */
export function ending(
  attempt: Attempt,
  disposition: PathDisposition,
  reason: EndingReason,
  because: string,
  rest: Partial<Pick<PathEnding, 'pod' | 'policy' | 'races' | 'condition' | 'made'>> = {},
): PathEnding {
  return {
    attempt,
    disposition,
    reason,
    because,
    pod: rest.pod,
    policy: rest.policy,
    races: rest.races ?? [],
    ...definedFields({condition: rest.condition, made: rest.made}),
  }
}

/** A path end that is undetermined: the evidence it depends on is missing. */
export function openEnding(because: string, pod?: MeshPod): PathEnding {
  return ending({kind: 'unknown'}, 'undecided', 'not-known', because, {pod})
}
