import type {RetryPolicy} from '../../../model/envoy/route.js'
import {PreviousHosts, PreviousPriorities} from '../../../model/envoy/route.js'
import {unpack} from '../../../model/envoy/schema.js'
import type {Failure} from '../../../model/envoy/upstream-call.js'
import {type Headers, headerMatches} from '../matching/headers.js'
import {anyOf, known, undecided} from '../undecided.js'

// Retries: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on

export interface Retries {
  readonly on: ReadonlySet<string>
  readonly left: number
  readonly perTryTimeout: number | undefined
  /** How long an endpoint may send nothing, in milliseconds. */
  readonly perTryIdleTimeout: number | undefined
  /** After how many attempts the priorities tried so far are left out; undefined where they never are. */
  readonly priorities: number | undefined
  readonly statusCodes: readonly number[]
  /** Whether a retry avoids endpoints already tried; one attempt to do so may fail. */
  readonly otherHosts: boolean
}

const NONE: Retries = {
  on: new Set(),
  left: 0,
  perTryTimeout: undefined,
  perTryIdleTimeout: undefined,
  priorities: undefined,
  statusCodes: [],
  otherHosts: false,
}

function prioritiesOf({retryPriority}: RetryPolicy): number | undefined {
  if (retryPriority === undefined) return undefined
  const previous = unpack(retryPriority.typedConfig, PreviousPriorities)
  if (previous === undefined) undecided(`retry priority ${retryPriority.name ?? ''}`, retryPriority.at)
  return known(previous, 'a retry priority').updateFrequency
}

/** The effective retry policy; without one nothing is retried. */
export function retriesOf(policy: RetryPolicy | undefined, headers: Headers): Retries {
  if (policy === undefined) return NONE
  const p = known(policy, 'a retry policy')
  const wanted = p.retriableRequestHeaders
  if (wanted.length > 0 && !anyOf(wanted, each => headerMatches(each, headers))) return NONE
  const on = new Set((p.retryOn ?? '').split(',').map(each => each.trim()))
  if (on.has('retriable-headers') && p.retriableHeaders.length > 0) undecided('retriable_headers', p.at)
  if (p.retryOptionsPredicates.length > 0) undecided('retry_options_predicates', p.at)
  const unknown = p.retryHostPredicate.find(each => unpack(each.typedConfig, PreviousHosts) === undefined)
  if (unknown !== undefined) undecided(`retry host predicate ${unknown.name ?? ''}`, unknown.at)
  return {
    on,
    left: p.numRetries ?? 1,
    perTryTimeout: p.perTryTimeout || undefined,
    perTryIdleTimeout: p.perTryIdleTimeout || undefined,
    priorities: prioritiesOf(p),
    statusCodes: p.retriableStatusCodes,
    otherHosts: p.retryHostPredicate.length > 0 && (p.hostSelectionRetryMaxAttempts ?? 1) > 1,
  }
}

/** Whether an answer is retried. */
export function retriesAnswer({on, statusCodes}: Retries, status: number): boolean {
  if (on.has('5xx') && status >= 500) return true
  if (on.has('gateway-error') && status >= 502 && status <= 504) return true
  if (on.has('retriable-4xx') && status === 409) return true
  return on.has('retriable-status-codes') && statusCodes.includes(status)
}

/** Whether a failure is retried. */
export function retriesFailure({on}: Retries, failure: Failure): boolean {
  if (failure.type === 'overflow') return false
  if (on.has('reset') || on.has('5xx') || on.has('gateway-error')) return true
  return failure.type === 'connect' && (on.has('connect-failure') || on.has('reset-before-request'))
}

/** Whether an attempt that timed out is retried. */
export function retriesTimeout({on}: Retries): boolean {
  return on.has('reset') || on.has('5xx') || on.has('gateway-error')
}
