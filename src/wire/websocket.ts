import type {ClientRequest, IncomingMessage} from 'node:http'
import type {Socket} from 'node:net'
import WebSocket from 'ws'
import {type ApiServer, outgoingHeaders} from './api-server.js'
import {failureFromHandshake} from './classify.js'
import {failureOfSignal} from './deadline.js'
import {readErrorResponse} from './error-response.js'
import {WIRE_LIMITS} from './limits.js'
import {openWithRetry} from './open-with-retry.js'
import {failureFromError, staleIf, WireFailure} from './wire-failure.js'

/**
 * Opens a streaming WebSocket and resolves with it paused, so that no message is lost before listeners are attached.
 * Rejected upgrades, network errors, the signal and the handshake's deadline reject with a WireFailure and close everything.
 * Dead kept connections and overloaded servers are retried.
 */
export async function openWebSocket(
  server: ApiServer,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<WebSocket> {
  return await openWithRetry(server, signal, () => openOnce(server, path, protocols, signal))
}

async function openOnce(
  server: ApiServer,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<WebSocket> {
  const headers = {...outgoingHeaders(await server.headers()), 'User-Agent': server.userAgent}
  if (signal.aborted) throw failureOfSignal(signal)
  let request: ClientRequest | undefined
  const socket = new WebSocket(server.url.replace(/^http/, 'ws') + path, [...protocols], {
    agent: server.agent,
    headers,
    perMessageDeflate: false,
    handshakeTimeout: WIRE_LIMITS.handshakeMs,
    maxPayload: WIRE_LIMITS.messageBytes,
    skipUTF8Validation: true,
    followRedirects: false,
    finishRequest: (own: ClientRequest) => {
      request = own
      own.end()
    },
  })
  return new Promise<WebSocket>((resolve, reject) => {
    const onAbort = () => fail(failureOfSignal(signal))
    const fail = (failure: WireFailure) => {
      signal.removeEventListener('abort', onAbort)
      socket.terminate()
      reject(failure)
    }
    signal.addEventListener('abort', onAbort, {once: true})
    socket.once('upgrade', response => LINES.set(socket, response.socket))
    socket.once('open', () => {
      socket.pause()
      signal.removeEventListener('abort', onAbort)
      resolve(socket)
    })
    // Stays attached: an `error` event without a listener would end the process; later ones appear as a close.
    socket.on('error', error => fail(staleIf(request?.reusedSocket === true, handshakeFailure(error))))
    socket.once('unexpected-response', (refused: ClientRequest, response: IncomingMessage) => {
      readErrorResponse(response)
        .then(body => ({httpStatus: response.statusCode ?? 0, body, retryAfter: response.headers['retry-after']}))
        .then(
          refusal => fail(failureFromHandshake(refusal, protocols)),
          error => fail(failureFromError(error)),
        )
        .finally(() => refused.destroy())
    })
  })
}

/** The connection under each open socket; an unanswered close must not delay the program's exit. */
const LINES = new WeakMap<WebSocket, Socket>()

/** Closes with code 1000 and destroys the connection if the peer does not answer in time; the program does not wait for it. */
export function closeWebSocket(socket: WebSocket): void {
  if (socket.readyState === WebSocket.CLOSED) return
  if (socket.readyState === WebSocket.CONNECTING) {
    socket.terminate()
    return
  }
  LINES.get(socket)?.unref()
  const timer = setTimeout(() => socket.terminate(), WIRE_LIMITS.closeGraceMs).unref()
  socket.once('close', () => clearTimeout(timer))
  if (socket.isPaused) socket.resume()
  socket.close(1000)
}

function handshakeFailure(error: Error): WireFailure {
  if (/subprotocol/i.test(error.message)) {
    return new WireFailure('upgrade-refused', `the server did not select a protocol: ${error.message}`)
  }
  if (/handshake has timed out/i.test(error.message)) {
    return new WireFailure('timeout', `no answer to the WebSocket handshake within ${WIRE_LIMITS.handshakeMs} ms`)
  }
  if (/Sec-WebSocket-Accept|Invalid Upgrade header/i.test(error.message))
    return new WireFailure('protocol', error.message)
  return failureFromError(error)
}
