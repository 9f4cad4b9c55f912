import http, {type IncomingMessage} from 'node:http'
import https from 'node:https'
import type {Duplex} from 'node:stream'
import {type ApiServer, outgoingHeaders} from './api-server.js'
import {failureFromHandshake} from './classify.js'
import {failureOfSignal} from './deadline.js'
import {readErrorResponse} from './error-response.js'
import {WIRE_LIMITS} from './limits.js'
import {openWithRetry} from './open-with-retry.js'
import {failureFromError, staleIf, WireFailure} from './wire-failure.js'

/**
 * Upgrades a POST to raw SPDY/3.1, the older streaming protocol, for networks whose proxies do not forward WebSockets; it also
 * needs only `create`. Resolves with the connection; rejections, network errors and the signal reject with a WireFailure.
 */
export async function openSpdy(
  server: ApiServer,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<Duplex> {
  return await openWithRetry(server, signal, () => openOnce(server, path, protocols, signal))
}

async function openOnce(
  server: ApiServer,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<Duplex> {
  const headers = {
    ...outgoingHeaders(await server.headers()),
    'User-Agent': server.userAgent,
    Connection: 'Upgrade',
    Upgrade: 'SPDY/3.1',
    'X-Stream-Protocol-Version': [...protocols],
    'Content-Length': '0',
  }
  if (signal.aborted) throw failureOfSignal(signal)
  const url = new URL(server.url + path)
  const open = url.protocol === 'https:' ? https.request : http.request
  return new Promise((resolve, reject) => {
    const request = open(url, {method: 'POST', agent: server.agent, headers})
    const late = setTimeout(
      () => fail(new WireFailure('timeout', `no answer to the upgrade within ${WIRE_LIMITS.handshakeMs} ms`)),
      WIRE_LIMITS.handshakeMs,
    )
    const onAbort = () => fail(failureOfSignal(signal))
    const settle = () => {
      clearTimeout(late)
      signal.removeEventListener('abort', onAbort)
    }
    const fail = (failure: WireFailure) => {
      settle()
      request.destroy()
      reject(failure)
    }
    signal.addEventListener('abort', onAbort, {once: true})
    request.on('error', error => fail(staleIf(request.reusedSocket, failureFromError(error))))
    request.once('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      const chosen = response.headers['x-stream-protocol-version']
      if (typeof chosen !== 'string' || !protocols.includes(chosen)) {
        socket.destroy()
        return fail(new WireFailure('upgrade-refused', 'the server did not select a protocol'))
      }
      settle()
      if (head.length > 0) socket.unshift(head)
      return resolve(socket)
    })
    request.once('response', (response: IncomingMessage) => {
      readErrorResponse(response).then(
        body =>
          fail(
            failureFromHandshake(
              {httpStatus: response.statusCode ?? 0, body, retryAfter: response.headers['retry-after']},
              protocols,
            ),
          ),
        error => fail(failureFromError(error)),
      )
    })
    request.end()
  })
}

/** The more specific of two failures: SPDY's if its upgrade got through, else the WebSocket's. */
export function moreSpecificFailure(webSocket: WireFailure, spdy: WireFailure): WireFailure {
  if (spdy.details.recordedGap !== undefined) return spdy
  return spdy.kind === 'upgrade-refused' || spdy.kind === 'forbidden' ? webSocket : spdy
}

/** True for WebSocket failures after which SPDY may still work: rejected in between, or a role that grants only `create`. */
export function shouldFallBackToSpdy(failure: WireFailure): boolean {
  if (failure.details.recordedGap !== undefined) return false
  return failure.kind === 'upgrade-refused' || (failure.kind === 'forbidden' && failure.details.missing?.verb === 'get')
}
