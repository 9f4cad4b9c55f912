import type {Duplex} from 'node:stream'
import {controlFrame, dataFrame, FLAG_FIN, FRAME_TYPE, RESET_STATUS, type SpdyFrame, words} from './frames.js'
import {type HeaderCodec, headerCodec, type SpdyHeaders} from './header-block.js'
import {type SpdyStream, spdyStream} from './stream.js'

export interface SessionOptions {
  readonly role: 'client' | 'server'
  /** Called for each stream the peer opens, after the reply. */
  readonly onStream?: (stream: SpdyStream) => void
  readonly onPing?: () => void
  /** Called once when the connection ends, with the reason unless it ended with GOAWAY. */
  readonly onClose?: (error: Error | undefined) => void
  readonly maxStreams?: number
}

const MAX_STREAMS = 512

/** Writes frames to a transport, unless the session is over. */
interface FrameSender {
  send(frame: Buffer, done?: (error?: Error | null) => void): void
  /** Header blocks leave in the order they were compressed. */
  sendHeaders(type: number, prefix: Buffer, headers: SpdyHeaders): Promise<void>
}

function frameSender(transport: Duplex, codec: HeaderCodec, isOver: () => boolean): FrameSender {
  let encoding: Promise<unknown> = Promise.resolve()
  const send: FrameSender['send'] = (frame, done) => {
    if (isOver() || transport.destroyed || transport.writableEnded) done?.(new Error('the connection is closed'))
    else transport.write(frame, error => done?.(error))
  }
  return {
    send,
    sendHeaders(type, prefix, headers) {
      const sent = encoding.then(async () => {
        send(controlFrame(type, 0, Buffer.concat([prefix, await codec.encode(headers)])))
      })
      encoding = sent.catch(() => undefined)
      return sent
    },
  }
}

/** What the frames of a session act on. */
export interface SessionState extends FrameSender {
  readonly transport: Duplex
  readonly options: SessionOptions
  readonly codec: HeaderCodec
  readonly streams: Map<number, SpdyStream>
  /** Streams we opened whose reply has not come yet. */
  readonly awaiting: Map<number, {resolve: (stream: SpdyStream) => void; reject: (error: Error) => void}>
  /** The last stream the peer opened. */
  lastSeen: number
  over: boolean
}

/** A session before its first frame. */
export function sessionState(transport: Duplex, options: SessionOptions): SessionState {
  const codec = headerCodec()
  const state: SessionState = {
    ...frameSender(transport, codec, () => state.over),
    transport,
    options,
    codec,
    streams: new Map(),
    awaiting: new Map(),
    lastSeen: 0,
    over: false,
  }
  return state
}

/** Registers a stream; its frames go out with its number. */
export function adoptStream({streams, send}: SessionState, id: number, headers: SpdyHeaders): SpdyStream {
  const stream = spdyStream(id, headers, {
    write: (bytes, done) => send(dataFrame(id, bytes), done),
    end: done => send(dataFrame(id, Buffer.alloc(0), FLAG_FIN), done),
    reset: () => send(controlFrame(FRAME_TYPE.reset, 0, words(id, RESET_STATUS.cancel))),
    forget: () => streams.delete(id),
  })
  streams.set(id, stream)
  return stream
}

interface ControlFrame {
  readonly id: number
  readonly fin: boolean
  readonly payload: Buffer
}

async function onSynStream(state: SessionState, {id, fin, payload}: ControlFrame): Promise<void> {
  const {options, streams} = state
  const headers = await state.codec.decode(payload.subarray(10))
  if (streams.size >= (options.maxStreams ?? MAX_STREAMS) || options.onStream === undefined) {
    return state.send(controlFrame(FRAME_TYPE.reset, 0, words(id, RESET_STATUS.refused)))
  }
  state.lastSeen = id
  const stream = adoptStream(state, id, headers)
  if (fin) await stream.deliver(null)
  await state.sendHeaders(FRAME_TYPE.synReply, words(id), {})
  options.onStream(stream)
}

async function onHeaders(
  {codec, streams, awaiting}: SessionState,
  {id, fin, payload}: ControlFrame,
  isReply: boolean,
): Promise<void> {
  await codec.decode(payload.subarray(4))
  const stream = streams.get(id)
  if (stream !== undefined && isReply) awaiting.get(id)?.resolve(stream)
  awaiting.delete(id)
  if (fin) await stream?.deliver(null)
}

function onReset({streams, awaiting}: SessionState, {id}: ControlFrame): void {
  awaiting.get(id)?.reject(new Error('the peer rejected the stream'))
  awaiting.delete(id)
  streams.get(id)?.resetByPeer()
}

/** An answer to our ping is noted, a ping of the peer is answered: client and server number theirs odd and even. */
function onPing({options, send}: SessionState, {payload}: ControlFrame): void {
  const own = (payload.readUInt32BE(0) & 1) === (options.role === 'client' ? 1 : 0)
  if (own) options.onPing?.()
  else send(controlFrame(FRAME_TYPE.ping, 0, payload))
}

/** What each type of control frame does; others are ignored. */
const ON_CONTROL = new Map<number, (state: SessionState, frame: ControlFrame) => void | Promise<void>>([
  [FRAME_TYPE.synStream, onSynStream],
  [FRAME_TYPE.synReply, (state, frame) => onHeaders(state, frame, true)],
  [FRAME_TYPE.headers, (state, frame) => onHeaders(state, frame, false)],
  [FRAME_TYPE.reset, onReset],
  [FRAME_TYPE.ping, onPing],
  [FRAME_TYPE.goAway, state => finishSession(state, undefined)],
])

/** Does what a frame of the peer asks for. */
export async function onFrame(state: SessionState, frame: SpdyFrame): Promise<void> {
  if (frame.kind === 'control') {
    const {payload} = frame
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0
    return await ON_CONTROL.get(frame.type)?.(state, {id, fin: (frame.flags & FLAG_FIN) !== 0, payload})
  }
  const stream = state.streams.get(frame.stream)
  if (stream === undefined) return
  if (frame.payload.length > 0) await stream.deliver(frame.payload)
  if ((frame.flags & FLAG_FIN) !== 0) await stream.deliver(null)
}

/** Ends a session once: pending replies fail, and every stream is reset. */
export function finishSession(state: SessionState, error: Error | undefined): void {
  if (state.over) return
  state.over = true
  const reason = error ?? new Error('the connection was closed')
  for (const waiting of state.awaiting.values()) waiting.reject(reason)
  for (const stream of [...state.streams.values()]) stream.resetByPeer()
  state.codec.close()
  state.transport.end()
  state.options.onClose?.(error)
}
