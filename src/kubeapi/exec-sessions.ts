import type {Duplex} from 'node:stream'
import {finished} from 'node:stream/promises'
import type WebSocket from 'ws'
import {CHANNEL, channelFrame, payloadPieces} from '../wire/channels.js'
import {spdySession} from '../wire/spdy/session.js'
import type {SpdyStream} from '../wire/spdy/stream.js'
import {SERVE_LIMITS} from './limits.js'
import type {RecordedRun} from './recorded-exec.js'

export interface ExecRequest {
  readonly stdout: boolean
  readonly stderr: boolean
}

/** One message, sent when the socket has room for it. */
async function sendFrame(socket: WebSocket, channel: number, payload: Uint8Array): Promise<void> {
  const frame = channelFrame(channel, payload)
  const roomy = socket.bufferedAmount < SERVE_LIMITS.writeAheadBytes
  await new Promise<void>((resolve, reject) => {
    socket.send(frame, error => (error ? reject(error) : resolve()))
    if (roomy) resolve()
  })
}

/** Replays a recorded run over the exec channels: an empty message, the output, the Status, and close 1000, like an API server. */
export async function playOverChannels(socket: WebSocket, run: RecordedRun, request: ExecRequest): Promise<void> {
  const first = request.stdout ? CHANNEL.stdout : request.stderr ? CHANNEL.stderr : CHANNEL.status
  await sendFrame(socket, first, new Uint8Array())
  if (request.stdout) for (const piece of payloadPieces(run.stdout)) await sendFrame(socket, CHANNEL.stdout, piece)
  if (request.stderr)
    for (const piece of payloadPieces(Buffer.from(run.stderr))) await sendFrame(socket, CHANNEL.stderr, piece)
  await sendFrame(socket, CHANNEL.status, Buffer.from(JSON.stringify(run.status)))
  socket.close(1000)
}

function endWith(stream: Duplex | undefined, bytes: Uint8Array): Promise<void> {
  if (stream === undefined) return Promise.resolve()
  stream.resume()
  stream.end(bytes)
  return finished(stream, {readable: false}).catch(() => undefined)
}

/** Replays a recorded run over SPDY: one stream per `streamtype`, all ended, the Status on `error` last (client-go remotecommand v4). */
export function playOverSpdy(
  transport: Duplex,
  run: RecordedRun,
  request: ExecRequest & {readonly stdin: boolean},
): void {
  const streams = new Map<string, SpdyStream>()
  const expected = [
    'error',
    ...(request.stdin ? ['stdin'] : []),
    ...(request.stdout ? ['stdout'] : []),
    ...(request.stderr ? ['stderr'] : []),
  ]
  const late = setTimeout(() => transport.destroy(), SERVE_LIMITS.streamsMs)
  const play = async () => {
    clearTimeout(late)
    streams.get('stdin')?.resume()
    await endWith(streams.get('stdout'), run.stdout)
    await endWith(streams.get('stderr'), Buffer.from(run.stderr))
    await endWith(streams.get('error'), Buffer.from(JSON.stringify(run.status)))
    streams.get('stdin')?.end()
  }
  spdySession(transport, {
    role: 'server',
    onClose: () => clearTimeout(late),
    onStream(stream) {
      stream.on('error', () => undefined)
      streams.set(stream.headers.streamtype ?? '', stream)
      if (expected.every(type => streams.has(type))) void play()
    },
  })
}
