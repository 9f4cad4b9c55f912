import {setMaxListeners} from 'node:events'
import type {Agent} from 'node:http'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {type ApiServer, type CallObserver, observed} from '../../../wire/api-server.js'
import {failureFromRefusal} from '../../../wire/classify.js'
import {type ConcurrencyLimiter, createLimiter, withSlot} from '../../../wire/concurrency-limiter.js'
import {type HttpAnswer, type HttpCall, httpCall} from '../../../wire/http-call.js'
import {warningsIn} from '../../../wire/warnings.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import type {ClusterAccess} from '../credentials/kubeconfig.js'
import {agentFor} from './agent.js'

/** Bounds of one call to a pod. */
export interface CallLimits {
  readonly maxBytes: number
  readonly deadlineMs: number
}

export interface ApiGet {
  /** Path with its query, below the server's address. */
  readonly path: string
  readonly maxBytes?: number
  readonly totalMs?: number
  readonly accept?: string
  readonly gzip?: boolean
}

export interface ApiSend {
  readonly method: 'POST' | 'PATCH'
  readonly path: string
  readonly body: string
  readonly contentType: string
}

/** The API server client of the live source: GET with retries, and streams. */
export interface Api {
  readonly server: ApiServer
  /** Idle timeout of any call; undefined if disabled. */
  readonly idleMs: number | undefined
  readonly signal: AbortSignal
  readonly gzip: boolean
  get(call: ApiGet): Promise<HttpAnswer>
  /** Sends a body once, without retries; a status other than 2xx is thrown. */
  send(call: ApiSend): Promise<HttpAnswer>
  close(): void
}

export interface ApiOptions {
  readonly requestTimeoutMs: number
  readonly userAgent: string
  readonly observe?: CallObserver | undefined
  readonly warn?: ((sentence: string) => void) | undefined
}

/** Connects (lazily) to one API server as one user; `close` aborts all running calls. */
export async function openApi(access: ClusterAccess, options: ApiOptions): Promise<Api> {
  const agent = await agentFor(access, await access.credentials())
  const life = new AbortController()
  const headers = async (refused?: boolean) => (await access.credentials(refused)).headers
  const url = access.server.href.replace(/(?<!\/)\/+$/, '')
  return apiOn(
    {url, agent, userAgent: options.userAgent, headers, observe: options.observe, warn: options.warn},
    agent,
    {
      idleMs: options.requestTimeoutMs === 0 ? undefined : options.requestTimeoutMs,
      signal: life.signal,
      gzip: access.gzip,
      abort: () => life.abort(),
    },
  )
}

/** The same on a server that is already known; tests and other callers bring their own agent. */
export function apiOn(
  reached: ApiServer,
  agent: Agent,
  options: {readonly idleMs: number | undefined; readonly signal: AbortSignal; readonly gzip: boolean; abort(): void},
): Api {
  const {idleMs, signal, gzip} = options
  const limiter = createLimiter(LIMITS.callsAtOnce)
  const warned = new Set<string>()
  const warn = (sentence: string) => {
    if (warned.has(sentence)) return
    warned.add(sentence)
    reached.warn?.(sentence)
  }
  const server: ApiServer = {
    ...reached,
    limiter,
    ...definedFields({warn: reached.warn === undefined ? undefined : warn}),
  }
  // Every running call listens for the abort; a fleet has hundreds of them.
  setMaxListeners(0, signal)
  return {
    server,
    idleMs,
    signal,
    gzip,
    get: call =>
      observed(
        server,
        `GET ${call.path}`,
        () => withSlot(limiter, signal, () => getWithRetries(server, limiter, call, idleMs, signal)),
        measure,
      ),
    send: call =>
      observed(
        server,
        `${call.method} ${call.path}`,
        () => withSlot(limiter, signal, () => sendOnce(server, call, idleMs, signal)),
        measure,
      ),
    close: () => {
      options.abort()
      agent.destroy()
    },
  }
}

/** The total timeout of a call, at least the idle timeout; without an idle timeout one hour. */
export function totalFor(idleMs: number | undefined, ownMs: number): number {
  return idleMs === undefined ? LIMITS.unlimitedMs : Math.max(ownMs, 2 * idleMs)
}

function measure(answer: HttpAnswer): {bytes: number; outcome: string} {
  return {bytes: answer.wireBytes, outcome: String(answer.status)}
}

/**
 * GET with retries: 429 and 5xx with Retry-After are retried (as in client-go), a 401 once with new
 * credentials, a connection closed by the server once; all within the total timeout. Other failures are thrown.
 */
async function getWithRetries(
  server: ApiServer,
  limiter: ConcurrencyLimiter,
  call: ApiGet,
  idleMs: number | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const endsAt = performance.now() + (call.totalMs ?? totalFor(idleMs, LIMITS.apiCallMs))
  let refused = false
  for (let attempt = 1; ; attempt++) {
    const callBeganAt = performance.now()
    try {
      return await getOnce(server, call, {idleMs, signal, totalMs: Math.max(1, endsAt - performance.now())}, refused)
    } catch (error) {
      const failure = failureFromError(error)
      const waitMs = failure.details.retryAfterMs
      const mayWait = waitMs !== undefined && attempt < LIMITS.apiTries && performance.now() + waitMs < endsAt
      if (failure.kind === 'unauthorized' && !refused) refused = true
      else if (mayWait)
        await limiter.yieldSlot(waitMs, signal, failure.kind === 'throttled' ? {callBeganAt} : undefined)
      else throw failure
    }
  }
}

async function sendOnce(
  server: ApiServer,
  call: ApiSend,
  idleMs: number | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const {method, path, body, contentType} = call
  const headers = {
    ...(await server.headers()),
    Accept: 'application/json',
    'Content-Type': contentType,
    'User-Agent': server.userAgent,
  }
  const limits = {
    totalMs: totalFor(idleMs, LIMITS.apiCallMs),
    signal,
    maxBytes: LIMITS.apiAnswerBytes,
    idleMs,
  }
  const request = {url: new URL(server.url + path), agent: server.agent, method, headers, body}
  return accepted(server, await httpCall(`${method} ${path}`, request, limits))
}

async function getOnce(
  server: ApiServer,
  call: ApiGet,
  limits: {idleMs: number | undefined; signal: AbortSignal; totalMs: number},
  refused: boolean,
): Promise<HttpAnswer> {
  const request: HttpCall = {
    url: new URL(server.url + call.path),
    agent: server.agent,
    headers: {
      ...(await server.headers(refused)),
      Accept: call.accept ?? 'application/json',
      'User-Agent': server.userAgent,
      ...definedFields({'Accept-Encoding': call.gzip === true ? 'gzip' : undefined}),
    },
  }
  const {idleMs, signal, totalMs} = limits
  const answer = await httpCall(`GET ${call.path}`, request, {
    totalMs,
    signal,
    maxBytes: call.maxBytes ?? LIMITS.apiAnswerBytes,
    idleMs,
  })
  return accepted(server, answer)
}

function accepted({warn}: ApiServer, answer: HttpAnswer): HttpAnswer {
  for (const sentence of warn === undefined ? [] : warningsIn(answer.headers.warning)) warn?.(sentence)
  if (answer.status >= 200 && answer.status < 300) return answer
  const body = answer.body.subarray(0, LIMITS.refusalBytes).toString('utf8')
  const {location} = answer.headers
  throw failureFromRefusal({httpStatus: answer.status, body, retryAfter: answer.headers['retry-after'], location})
}
