import type {AnsweredBy, DecisionStep} from '../../../model/envoy/decision.js'
import type {HttpConnectionManager, HttpFilter} from '../../../model/envoy/http.js'
import type {EnvoyProxy, Surroundings} from '../../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import type {Route, RouteConfiguration, VirtualHost} from '../../../model/envoy/route.js'
import type {Json, Packed} from '../../../model/envoy/schema.js'
import type {DownstreamConnection} from '../connection.js'
import type {Headers} from '../matching/headers.js'

/** The route a request takes; without `route` the virtual host answers by itself (require_tls). */
export interface ChosenRoute {
  readonly virtualHost: VirtualHost
  readonly route: Route | undefined
  /** Clusters it can go to; one unless weights decide. */
  readonly clusters: readonly string[]
  /** The share of each in percent, in the same order. */
  readonly shares: readonly number[]
  /** Overrides of filters, the most specific first. */
  readonly overrides: readonly ReadonlyMap<string, Packed>[]
}

/** A request on its way through the HTTP connection manager. Filters return a new one. */
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
  /** What the request wants to become: `websocket`, `connect` for CONNECT. */
  readonly upgrade: string | undefined
  /** The body breaks the rules of its framing; reported as soon as something waits for it. */
  readonly badBody: boolean
  /** Flags set on the way that stay, such as DI. */
  readonly flags: readonly string[]
  /** The story, written as it goes. */
  readonly steps: DecisionStep[]
}

/** An answer, and what the log says about it. */
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
  /** Endpoints the request can go to, as `address:port`. */
  readonly endpoints?: readonly string[]
  readonly text: string
  readonly at?: string | undefined
}

export type FilterResult =
  | {readonly kind: 'goes-on'; readonly state: HttpState}
  | {readonly kind: 'answers'; readonly state: HttpState; readonly answer: EnvoyReply}

/** One HTTP filter at work. */
export type RunFilter = (state: HttpState, filter: HttpFilter) => FilterResult

/** The request goes on to the next filter. */
export function goesOn(state: HttpState): FilterResult {
  return {kind: 'goes-on', state}
}

/** The filter answers itself. */
export function answers(state: HttpState, answer: EnvoyReply): FilterResult {
  return {kind: 'answers', state, answer}
}

/** Adds a step to the story. */
export function withStep(state: HttpState, step: DecisionStep): HttpState {
  state.steps.push(step)
  return state
}

/** The codec refuses the body while a filter waits. */
export const BAD_BODY: EnvoyReply = {
  by: 'codec',
  status: 400,
  flags: ['DPE'],
  details: 'http1.codec_error',
  text: 'the body is malformed',
}

/** The client waits in vain and leaves. */
export function neverAnswered(text: string): EnvoyReply {
  return {by: 'client-left', status: null, flags: ['DC'], details: 'downstream_remote_disconnect', text}
}
