import type {Attempt} from '../../model/envoy/upstream-call.js'
import type {MeshPod} from './world.js'

/** What became of a request, in one word (docs/trace.md). */
export type Disposition =
  | 'delivered'
  | 'denied'
  | 'no-route'
  | 'no-endpoint'
  | 'refused'
  | 'tls-mismatch'
  | 'answered'
  | 'undecided'

/** How a connection ends: what the side that opened it sees, and what is behind that. */
export interface Ending {
  /** As Envoy would count it, were it the client. */
  readonly attempt: Attempt
  readonly disposition: Disposition
  /** Why, in one sentence without a full stop. */
  readonly because: string
  /** Where it ended. */
  readonly pod: MeshPod | undefined
  /** The key of the RBAC policy that denied, or `none` where no ALLOW policy matched. */
  readonly policy: string | undefined
  /** Another way the same race can end, as details of the client's log. */
  readonly races: readonly Attempt[]
}

/** An ending; what is not named is undefined or empty. */
export function ending(
  attempt: Attempt,
  disposition: Disposition,
  because: string,
  rest: Partial<Pick<Ending, 'pod' | 'policy' | 'races'>> = {},
): Ending {
  return {
    attempt,
    disposition,
    because,
    pod: rest.pod,
    policy: rest.policy,
    races: rest.races ?? [],
  }
}

/** What the answer depends on is not known. */
export function openEnding(because: string, pod?: MeshPod): Ending {
  return ending({kind: 'unknown'}, 'undecided', because, {pod})
}
