import type {FractionalPercent} from '../../../model/envoy/core.js'
import {Fault} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState, neverAnswered, withStep} from '../http/state.js'
import {headerMatches, headerValue} from '../matching/headers.js'
import {certain, partsOf, runtimeValue, shareOf} from '../matching/percent.js'
import {allOf, known, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// Fault injection: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter

const RUNTIME = {
  delayPercentRuntime: 'fault.http.delay.fixed_delay_percent',
  abortPercentRuntime: 'fault.http.abort.abort_percent',
  delayDurationRuntime: 'fault.http.delay.fixed_duration_ms',
  abortHttpStatusRuntime: 'fault.http.abort.http_status',
  abortGrpcStatusRuntime: 'fault.http.abort.grpc_status',
  maxActiveFaultsRuntime: 'fault.http.max_active_faults',
} as const

function applies(fault: Fault, state: HttpState): boolean {
  const wanted = fault.upstreamCluster
  const target = state.chosen?.clusters ?? []
  if (wanted && target.includes(wanted) && target.length > 1) undecided('which weighted cluster is taken', fault.at)
  if (wanted && !target.includes(wanted)) return false
  const node = headerValue(state.headers, 'x-envoy-downstream-service-node') ?? ''
  if (fault.downstreamNodes.length > 0 && !fault.downstreamNodes.includes(node)) return false
  return allOf(fault.headers, each => headerMatches(each, state.headers))
}

/** The percentage of a fault; a request header can lower it, in parts of the configured denominator, never raise it. */
function share(percentage: FractionalPercent | undefined, sent: string | undefined): number {
  const configured = shareOf(percentage)
  return sent === undefined || !/^\d+$/.test(sent)
    ? configured
    : Math.min(configured, Number(sent) / partsOf(percentage))
}

function delayOf(fault: Fault, state: HttpState): number {
  const delay = fault.delay
  if (delay === undefined) return 0
  const {fixedDelay, headerDelay, percentage} = known(delay, 'a fault delay')
  const asked = headerValue(state.headers, 'x-envoy-fault-delay-request')
  const byHeader = asked !== undefined && /^\d+$/.test(asked) ? Number(asked) : undefined
  const milliseconds = headerDelay ? byHeader : fixedDelay
  if (milliseconds === undefined || milliseconds === 0) return 0
  const sent = headerDelay ? headerValue(state.headers, 'x-envoy-fault-delay-request-percentage') : undefined
  return certain(share(percentage, sent), 'a fault delay', delay.at, state.surroundings.draw) ? milliseconds : 0
}

/** The status of an abort; gRPC statuses are sent in a response with HTTP status 200. */
function abortOf(fault: Fault, state: HttpState): number | undefined {
  const abort = fault.abort
  if (abort === undefined) return undefined
  const {httpStatus, grpcStatus, headerAbort, percentage} = known(abort, 'a fault abort')
  const asked = headerAbort ? headerValue(state.headers, 'x-envoy-fault-abort-request') : undefined
  const askedGrpc = headerAbort ? headerValue(state.headers, 'x-envoy-fault-abort-grpc-request') : undefined
  const valid = asked !== undefined && /^\d+$/.test(asked) && Number(asked) >= 200 && Number(asked) < 600
  const byHeader = valid ? Number(asked) : askedGrpc !== undefined && /^\d+$/.test(askedGrpc) ? 200 : undefined
  const status = headerAbort ? byHeader : (httpStatus ?? (grpcStatus === undefined ? undefined : 200))
  if (status === undefined) return undefined
  const sent = headerAbort ? headerValue(state.headers, 'x-envoy-fault-abort-request-percentage') : undefined
  return certain(share(percentage, sent), 'a fault abort', abort.at, state.surroundings.draw) ? status : undefined
}

function refuseRuntime(fault: Fault, state: HttpState): void {
  for (const [field, key] of Object.entries(RUNTIME)) {
    const named = fault[field as keyof typeof RUNTIME] || key
    if (runtimeValue(state.proxy, named, fault.at) !== undefined) undecided(`runtime key ${named}`, fault.at)
  }
}

/** Injects delays and aborts. */
export function runFault(state: HttpState, filter: HttpFilter): FilterResult {
  const fault = routeConfigOf(state, filter, Fault) ?? unpack(filter.typedConfig, Fault)
  if (fault === undefined || (fault.delay === undefined && fault.abort === undefined)) return goesOn(state)
  known(fault, 'a fault')
  if (fault.maxActiveFaults === 0 || !applies(fault, state)) return goesOn(state)
  refuseRuntime(fault, state)
  const delay = delayOf(fault, state)
  const waits = Math.min(state.request.abortAfter ?? Infinity, state.surroundings.patience)
  const flags = delay > 0 ? ['DI'] : []
  if (delay >= waits) {
    const answer = neverAnswered(`a fault delays the request by ${delay} ms, and the client leaves`)
    return answers(state, {...answer, by: 'fault', flags: ['DC', ...flags]})
  }
  const text = `a fault delays the request by ${delay} ms`
  const noted = delay === 0 ? state : withStep(state, {stage: 'http-filter', text, at: fault.delay?.at, nearMisses: []})
  const delayed = {...noted, flags: [...state.flags, ...flags]}
  const status = abortOf(fault, state)
  if (status === undefined) return goesOn(delayed)
  return answers(delayed, {
    by: 'fault',
    status,
    flags: ['FI'],
    details: 'fault_filter_abort',
    text: `a fault aborts the request with ${status}`,
    at: fault.abort?.at,
  })
}
