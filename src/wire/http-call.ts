import http from 'node:http'
import https from 'node:https'
import type {Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'
import {type HeaderMap, outgoingHeaders} from './api-server.js'
import {collectBytes} from './collect.js'
import {failureOfSignal, startDeadline, type TimeLimits} from './deadline.js'
import {WIRE_LIMITS} from './limits.js'
import {failureFromError, WireFailure} from './wire-failure.js'

export interface HttpCall {
  readonly url: URL
  readonly agent: http.Agent
  readonly method?: string
  readonly headers?: HeaderMap
  readonly body?: string
  /** May be repeated if a kept-alive connection turns out dead; default true for GET. */
  readonly repeatable?: boolean
}

export interface HttpLimits extends TimeLimits {
  readonly maxBytes: number
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  /** Bytes that crossed the wire in the body, before decompression. */
  readonly wireBytes: number
}

const GUNZIP = {chunkSize: 256 * 1024}

/**
 * One HTTP request whose answer is read to the end for any status; the limit applies to the decompressed body.
 * A kept-alive connection that turns out dead before a header arrived is replaced once, for repeatable calls.
 * Network faults, the deadline, the cap and the caller's signal reject with a WireFailure and free the socket.
 */
export async function httpCall(name: string, call: HttpCall, limits: HttpLimits): Promise<HttpAnswer> {
  const deadline = startDeadline(name, limits)
  try {
    return await attempt(
      name,
      call,
      limits.maxBytes,
      deadline.signal,
      deadline.touch,
      (call.repeatable ?? (call.method ?? 'GET') === 'GET') ? 1 : 0,
    )
  } finally {
    deadline.clear()
  }
}

async function attempt(
  name: string,
  call: HttpCall,
  maxBytes: number,
  signal: AbortSignal,
  touch: () => void,
  retries: number,
): Promise<HttpAnswer> {
  const request = start(call)
  const onAbort = () => request.destroy(failureOfSignal(signal))
  signal.addEventListener('abort', onAbort, {once: true})
  if (signal.aborted) onAbort()
  let answering = false
  // An error after the headers appears on the response only as a reset; the real error is raised on the request.
  let fault: WireFailure | undefined
  request.on('error', error => {
    if (error instanceof WireFailure) fault ??= error
  })
  try {
    const response = await responseOf(request, call.body)
    answering = true
    return await readAnswer(name, response, maxBytes, touch)
  } catch (error) {
    request.destroy()
    if (signal.aborted) throw failureOfSignal(signal)
    const failure = fault ?? failureFromError(error)
    const stale = !answering && request.reusedSocket && failure.kind === 'lost'
    if (!stale || retries === 0) throw failure
    return await attempt(name, call, maxBytes, signal, touch, retries - 1)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function start(call: HttpCall): http.ClientRequest {
  const open = call.url.protocol === 'https:' ? https.request : http.request
  return open(call.url, {
    agent: call.agent,
    method: call.method ?? 'GET',
    headers: {
      ...outgoingHeaders(call.headers ?? {}),
      ...(call.body === undefined ? {} : {'Content-Length': String(Buffer.byteLength(call.body))}),
    },
  })
}

function responseOf(request: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject)
    request.end(body)
  })
}

async function readAnswer(
  name: string,
  response: http.IncomingMessage,
  maxBytes: number,
  touch: () => void,
): Promise<HttpAnswer> {
  let wireBytes = 0
  response.on('data', (chunk: Buffer) => {
    wireBytes += chunk.length
    touch()
  })
  response.pause()
  const refused = (response.statusCode ?? 0) >= 400
  const kept = collectBytes(name, refused ? Math.min(maxBytes, WIRE_LIMITS.refusalBytes) : maxBytes)
  try {
    await pump(response, kept.sink)
  } catch (error) {
    // The beginning of what explains a refusal is enough.
    if (!refused || failureFromError(error).kind !== 'too-large') throw error
    response.destroy()
    return {status: response.statusCode ?? 0, headers: response.headers, body: kept.bytes(), wireBytes}
  }
  if (!response.complete) throw new WireFailure('lost', `${name}: the answer was truncated after ${wireBytes} bytes`)
  return {status: response.statusCode ?? 0, headers: response.headers, body: kept.bytes(), wireBytes}
}

async function pump(response: http.IncomingMessage, sink: Writable): Promise<void> {
  const encoding = response.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return pipeline(response, sink)
  if (encoding !== 'gzip')
    throw new WireFailure('protocol', `the answer is encoded as ${encoding}, which was not requested`)
  return pipeline(response, createGunzip(GUNZIP), sink)
}
