import type {AnsweredBy, DecisionStep} from '../../../model/envoy/decision.js'
import type {HttpConnectionManager, HttpFilter} from '../../../model/envoy/http.js'
import type {EnvoyProxy, Surroundings} from '../../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import type {Route, RouteConfiguration, VirtualHost} from '../../../model/envoy/route.js'
import type {Json, Packed} from '../../../model/envoy/schema.js'
import type {DownstreamConnection} from '../connection.js'
import type {Headers} from '../matching/headers.js'

/** The route of a request; without `route` the virtual host replies itself (require_tls). */
export interface ChosenRoute {
  readonly virtualHost: VirtualHost
  readonly route: Route | undefined
  /** Clusters it can go to; several only with weights. */
  readonly clusters: readonly string[]
  /** The share of each in percent, in the same order. */
  readonly shares: readonly number[]
  /** Overrides of filters, the most specific first. */
  readonly overrides: readonly ReadonlyMap<string, Packed>[]
}

/** The state of a request in the HTTP connection manager. Filters return a new state. */
export interface HttpState {
  readonly proxy: EnvoyProxy
  readonly surroundings: Surroundings
  readonly request: EnvoyRequest
  readonly connection: DownstreamConnection
  readonly manager: HttpConnectionManager
  readonly table: RouteConfiguration | undefined
  readonly headers: Headers
  readonly remoteIp: string
  readonly metadata: ReadonlyMap<string, Json>
  readonly filterState: ReadonlyMap<string, string>
  readonly chosen: ChosenRoute | undefined
  /** The requested upgrade: `websocket`, `connect` for CONNECT. */
  readonly upgrade: string | undefined
  /** The body framing is invalid; reported as soon as a filter waits for the body. */
  readonly badBody: boolean
  /** Response flags set by earlier filters, such as DI. */
  readonly flags: readonly string[]
  /** The steps of the trace so far. */
  readonly steps: DecisionStep[]
}

/** A reply, and what the access log records about it. */
export interface EnvoyReply {
  readonly by: AnsweredBy
  /** The policy of an RBAC denial; undefined where none matched. */
  readonly policy?: string | undefined
  readonly status: number | null
  readonly flags: readonly string[]
  readonly details: string
  readonly location?: string
  readonly upstreamPath?: string
  readonly upstreamHost?: string
  /** Possible endpoints, as `address:port`. */
  readonly endpoints?: readonly string[]
  readonly text: string
  readonly at?: string | undefined
}

export type FilterResult =
  | {readonly kind: 'goes-on'; readonly state: HttpState}
  | {readonly kind: 'answers'; readonly state: HttpState; readonly answer: EnvoyReply}

/** The context of one HTTP filter run. */
export type RunFilter = (state: HttpState, filter: HttpFilter) => FilterResult

/** The request goes on to the next filter. */
export function goesOn(state: HttpState): FilterResult {
  return {kind: 'goes-on', state}
}

/** The filter sends a local reply. */
export function answers(state: HttpState, answer: EnvoyReply): FilterResult {
  return {kind: 'answers', state, answer}
}

/** Adds a step to the trace. */
export function withStep(state: HttpState, step: DecisionStep): HttpState {
  state.steps.push(step)
  return state
}

/** The codec rejects the body while a filter waits for it. */
export const BAD_BODY: EnvoyReply = {
  by: 'codec',
  status: 400,
  flags: ['DPE'],
  details: 'http1.codec_error',
  text: 'the body is malformed',
}

/** The client gets no response and disconnects. */
export function neverAnswered(text: string): EnvoyReply {
  return {by: 'client-left', status: null, flags: ['DC'], details: 'downstream_remote_disconnect', text}
}
