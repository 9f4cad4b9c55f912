import {finished} from 'node:stream/promises'
import type {ApiServer} from './api-server.js'
import {EXEC_V4} from './channels.js'
import {failureOfSignal} from './deadline.js'
import {exitCodeIn} from './exec-status.js'
import type {ExecStreams} from './exec-target.js'
import {WIRE_LIMITS} from './limits.js'
import {PING_PLAN} from './pings.js'
import {spdySession} from './spdy/session.js'
import type {SpdyStream} from './spdy/stream.js'
import {openSpdy} from './spdy-upgrade.js'
import {failureFromError, WireFailure} from './wire-failure.js'

/**
 * Runs a command over SPDY: one stream per `streamtype`, opened in client-go's order, the Status on `error`
 * (client-go tools/remotecommand v4). Same guarantees as over a WebSocket.
 */
export async function execOverSpdy(
  server: ApiServer,
  path: string,
  streams: ExecStreams,
  signal: AbortSignal,
  touch: () => void,
): Promise<{exitCode: number; bytes: number}> {
  const transport = await openSpdy(server, path, [EXEC_V4], signal)
  let closed = false
  const session = spdySession(transport, {
    role: 'client',
    onClose: () => {
      closed = true
    },
  })
  const open = (streamtype: string): Promise<SpdyStream> => {
    if (closed) throw new WireFailure('lost', 'the connection is closed')
    return session.open({streamtype})
  }
  const pings = setInterval(() => session.ping(), PING_PLAN.everyMs)
  const onAbort = () => transport.destroy(failureOfSignal(signal))
  signal.addEventListener('abort', onAbort, {once: true})
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    touch()
  }
  try {
    const status = statusOf(await open('error'))
    // Awaited below with the rest; until then its failure must not be an unhandled rejection.
    status.catch(() => undefined)
    const stdin = streams.stdin === undefined ? undefined : await open('stdin')
    const stdout = await open('stdout')
    const stderr = await open('stderr')
    stdin?.end(streams.stdin)
    stdin?.resume()
    const outputs = [pour(stdout, streams.stdout, count), pour(stderr, streams.stderr, count)]
    const [text] = await Promise.all([status, ...outputs])
    const exitCode = exitCodeIn(text, '')
    if (exitCode instanceof WireFailure) throw exitCode
    return {exitCode, bytes}
  } catch (error) {
    if (signal.aborted) throw failureOfSignal(signal)
    const failure = failureFromError(error)
    throw failure.kind === 'lost' ? new WireFailure('lost', 'the connection ended without a status') : failure
  } finally {
    clearInterval(pings)
    signal.removeEventListener('abort', onAbort)
    session.close()
    transport.destroy()
  }
}

/** Pipes one output to its sink with backpressure; the sink stays open. */
async function pour(from: SpdyStream, sink: ExecStreams['stdout'], count: (chunk: Buffer) => void): Promise<void> {
  from.end()
  const onError = (error: Error) => from.destroy(error)
  sink.on('error', onError)
  from.on('data', (chunk: Buffer) => {
    count(chunk)
    if (sink.write(chunk)) return
    from.pause()
    sink.once('drain', () => from.resume())
  })
  try {
    await finished(from, {writable: false})
  } finally {
    sink.off('error', onError)
  }
}

async function statusOf(stream: SpdyStream): Promise<string> {
  stream.end()
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.length > WIRE_LIMITS.statusBytes) throw new WireFailure('protocol', 'the server sent an endless status')
  }
  return text
}
