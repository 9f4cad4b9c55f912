import type {Writable} from 'node:stream'
import type WebSocket from 'ws'
import {type ApiServer, observed} from './api-server.js'
import {CHANNEL, channelFrame, closeFrame, EXEC_V4, EXEC_V5, payloadPieces, readChannelFrame} from './channels.js'
import {failureOfSignal, startDeadline, type TimeLimits} from './deadline.js'
import {exitCodeIn} from './exec-status.js'
import {type ExecStreams, type ExecTarget, execPath} from './exec-target.js'
import {parseKubeStatus} from './kube-status.js'
import {WIRE_LIMITS} from './limits.js'
import {startPings} from './pings.js'
import {moreSpecificFailure, shouldFallBackToSpdy} from './spdy-upgrade.js'
import {closeWebSocket, openWebSocket} from './websocket.js'
import {failureFromError, WireFailure} from './wire-failure.js'

interface ExecEnd {
  readonly exitCode: number
  readonly bytes: number
}

/**
 * Runs a command in a container and resolves with its exit code once both sinks have received every byte.
 * A connection that ends without a status, a status that is not about an exit code, a refusal, the deadline and
 * the caller's signal reject with a WireFailure; in every case the socket and the timers are gone.
 */
export async function execInPod(
  server: ApiServer,
  target: ExecTarget,
  streams: ExecStreams,
  limits: TimeLimits,
): Promise<{readonly exitCode: number}> {
  const name = `exec ${target.pod}.${target.namespace}${target.container === undefined ? '' : `/${target.container}`} ${target.shown ?? target.argv.join(' ')}`
  const run = () => runExec(server, target, streams, limits, name)
  const {exitCode} = await observed(server, name, run, done => ({bytes: done.bytes, outcome: `exit ${done.exitCode}`}))
  return {exitCode}
}

/** Over a channel WebSocket, else SPDY if that may work; if both are rejected, the first error is reported. */
async function runExec(
  server: ApiServer,
  target: ExecTarget,
  streams: ExecStreams,
  limits: TimeLimits,
  name: string,
): Promise<ExecEnd> {
  const deadline = startDeadline(name, limits)
  const path = execPath(target, streams.stdin !== undefined)
  const {signal, touch} = deadline
  try {
    return await overWebSocket(server, path, streams, signal, touch)
  } catch (error) {
    const failure = failureFromError(error)
    if (!shouldFallBackToSpdy(failure)) throw failure
    const {execOverSpdy} = await import('./exec-spdy.js')
    return await execOverSpdy(server, path, streams, signal, touch).catch(second => {
      throw moreSpecificFailure(failure, failureFromError(second))
    })
  } finally {
    deadline.clear()
  }
}

async function overWebSocket(
  server: ApiServer,
  path: string,
  streams: ExecStreams,
  signal: AbortSignal,
  touch: () => void,
): Promise<ExecEnd> {
  const protocols = streams.stdin === undefined ? [EXEC_V5, EXEC_V4] : [EXEC_V5]
  const socket = await openWebSocket(server, path, protocols, signal)
  try {
    const session = runSession(socket, streams, signal, touch)
    sendStdin(socket, streams.stdin)
    return await session
  } finally {
    closeWebSocket(socket)
  }
}

function sendStdin(socket: WebSocket, stdin: Uint8Array | undefined): void {
  if (stdin === undefined) return
  for (const piece of payloadPieces(stdin)) socket.send(channelFrame(CHANNEL.stdin, piece))
  socket.send(closeFrame(CHANNEL.stdin))
}

function runSession(socket: WebSocket, streams: ExecStreams, signal: AbortSignal, touch: () => void): Promise<ExecEnd> {
  return new Promise((resolve, reject) => {
    let status = ''
    let bytes = 0
    let afterStatus: NodeJS.Timeout | undefined
    const full = new Set<Writable>()
    const settle = (outcome: () => void) => {
      stopPings()
      clearTimeout(afterStatus)
      signal.removeEventListener('abort', onAbort)
      socket.off('message', onMessage)
      for (const sink of [streams.stdout, streams.stderr]) sink.off('error', onError).off('drain', onDrain)
      outcome()
    }
    const fail = (failure: WireFailure) => settle(() => reject(failure))
    const onAbort = () => fail(failureOfSignal(signal))
    const onError = (error: Error) => fail(failureFromError(error))
    const onDrain = () => {
      for (const sink of full) if (!sink.writableNeedDrain) full.delete(sink)
      touch()
      if (full.size === 0) socket.resume()
    }
    const finish = (closeCode: number) => {
      const exitCode = exitCodeIn(status, ` (close ${closeCode})`)
      if (exitCode instanceof WireFailure) fail(exitCode)
      else settle(() => resolve({exitCode, bytes}))
    }
    const pour = (sink: Writable, payload: Buffer) => {
      if (payload.length === 0 || sink.write(payload)) return
      full.add(sink)
      socket.pause()
    }
    const onMessage = (data: Buffer, isBinary: boolean) => {
      touch()
      const message = readChannelFrame(data)
      if (!isBinary || message === undefined)
        return fail(protocolViolation(isBinary ? 'an empty message' : 'a text message'))
      const {channel, payload} = message
      bytes += payload.length
      if (channel === CHANNEL.stdout) return pour(streams.stdout, payload)
      if (channel === CHANNEL.stderr) return pour(streams.stderr, payload)
      if (channel !== CHANNEL.status) return fail(protocolViolation(`a message on channel ${channel}`))
      status += payload.toString('utf8')
      if (status.length > WIRE_LIMITS.statusBytes) return fail(protocolViolation('an endless status'))
      if (afterStatus === undefined && parseKubeStatus(status) !== undefined)
        afterStatus = setTimeout(finish, WIRE_LIMITS.afterStatusMs, 1000)
    }
    const stopPings = startPings(socket, () => fail(new WireFailure('lost', 'the server stopped answering pings')))
    signal.addEventListener('abort', onAbort, {once: true})
    for (const sink of [streams.stdout, streams.stderr]) sink.on('error', onError).on('drain', onDrain)
    socket.once('close', finish)
    socket.on('error', onError)
    socket.on('message', onMessage)
    if (signal.aborted) return onAbort()
    socket.resume()
  })
}

function protocolViolation(what: string): WireFailure {
  return new WireFailure('protocol', `the server sent ${what}, which is not part of the exec protocol`)
}
