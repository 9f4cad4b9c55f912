import type {Duplex} from 'node:stream'
import {
  controlFrame,
  dataFrame,
  FLAG_FIN,
  FRAME_TYPE,
  frameReader,
  RESET_STATUS,
  type SpdyFrame,
  words,
} from './frames.js'
import {headerCodec, type SpdyHeaders} from './header-block.js'
import {type SpdyStream, spdyStream} from './stream.js'

export interface SpdySession {
  /** Opens a stream; resolves once the peer has replied. */
  open(headers: SpdyHeaders): Promise<SpdyStream>
  ping(): void
  /** Sends GOAWAY and ends the connection. */
  close(): void
}

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

/**
 * A SPDY/3.1 session over any byte stream: a socket after a 101 answer, or a WebSocket used as a pipe.
 * SPDY as Kubernetes speaks it has no flow control, so a stream that is not read blocks the whole connection.
 */
export function spdySession(transport: Duplex, options: SessionOptions): SpdySession {
  const streams = new Map<number, SpdyStream>()
  const awaiting = new Map<number, {resolve: (stream: SpdyStream) => void; reject: (error: Error) => void}>()
  const codec = headerCodec()
  let nextStream = options.role === 'client' ? 1 : 2
  let nextPing = options.role === 'client' ? 1 : 2
  let lastSeen = 0
  let over = false
  let encoding: Promise<unknown> = Promise.resolve()

  function send(frame: Buffer, done?: (error?: Error | null) => void): void {
    if (over || transport.destroyed || transport.writableEnded) {
      done?.(new Error('the connection is closed'))
      return
    }
    transport.write(frame, error => done?.(error))
  }

  /** Header blocks must leave in the order they were compressed. */
  function sendHeaders(type: number, flags: number, prefix: Buffer, headers: SpdyHeaders): Promise<void> {
    const sent = encoding.then(async () => {
      send(controlFrame(type, flags, Buffer.concat([prefix, await codec.encode(headers)])))
    })
    encoding = sent.catch(() => undefined)
    return sent
  }

  function adopt(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = spdyStream(id, headers, {
      write: (bytes, done) => send(dataFrame(id, bytes), done),
      end: done => send(dataFrame(id, Buffer.alloc(0), FLAG_FIN), done),
      reset: () => send(controlFrame(FRAME_TYPE.reset, 0, words(id, RESET_STATUS.cancel))),
      forget: () => streams.delete(id),
    })
    streams.set(id, stream)
    return stream
  }

  async function onControl(type: number, flags: number, payload: Buffer): Promise<void> {
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0
    if (type === FRAME_TYPE.synStream) {
      const headers = await codec.decode(payload.subarray(10))
      if (streams.size >= (options.maxStreams ?? MAX_STREAMS) || options.onStream === undefined) {
        return send(controlFrame(FRAME_TYPE.reset, 0, words(id, RESET_STATUS.refused)))
      }
      lastSeen = id
      const stream = adopt(id, headers)
      if ((flags & FLAG_FIN) !== 0) await stream.deliver(null)
      await sendHeaders(FRAME_TYPE.synReply, 0, words(id), {})
      options.onStream(stream)
    } else if (type === FRAME_TYPE.synReply || type === FRAME_TYPE.headers) {
      await codec.decode(payload.subarray(4))
      const stream = streams.get(id)
      if (stream !== undefined && type === FRAME_TYPE.synReply) awaiting.get(id)?.resolve(stream)
      awaiting.delete(id)
      if ((flags & FLAG_FIN) !== 0) await stream?.deliver(null)
    } else if (type === FRAME_TYPE.reset) {
      awaiting.get(id)?.reject(new Error('the peer rejected the stream'))
      awaiting.delete(id)
      streams.get(id)?.resetByPeer()
    } else if (type === FRAME_TYPE.ping) {
      const own = (payload.readUInt32BE(0) & 1) === (options.role === 'client' ? 1 : 0)
      if (own) options.onPing?.()
      else send(controlFrame(FRAME_TYPE.ping, 0, payload))
    } else if (type === FRAME_TYPE.goAway) {
      finish(undefined)
    }
  }

  async function onFrame(frame: SpdyFrame): Promise<void> {
    if (frame.kind === 'control') return onControl(frame.type, frame.flags, frame.payload)
    const stream = streams.get(frame.stream)
    if (stream === undefined) return
    if (frame.payload.length > 0) await stream.deliver(frame.payload)
    if ((frame.flags & FLAG_FIN) !== 0) await stream.deliver(null)
  }

  async function run(): Promise<void> {
    const read = frameReader()
    for await (const chunk of transport.iterator({destroyOnReturn: false})) {
      for (const frame of read(chunk as Buffer)) {
        await onFrame(frame)
        if (over) return
      }
    }
  }

  function finish(error: Error | undefined): void {
    if (over) return
    over = true
    const reason = error ?? new Error('the connection was closed')
    for (const waiting of awaiting.values()) waiting.reject(reason)
    for (const stream of [...streams.values()]) stream.resetByPeer()
    codec.close()
    transport.end()
    options.onClose?.(error)
  }

  transport.on('error', finish)
  run().then(() => finish(undefined), finish)

  return {
    async open(headers) {
      if (over) throw new Error('the connection is closed')
      const id = nextStream
      nextStream += 2
      const replied = new Promise<SpdyStream>((resolve, reject) => awaiting.set(id, {resolve, reject}))
      adopt(id, headers)
      const sent = sendHeaders(FRAME_TYPE.synStream, 0, Buffer.concat([words(id, 0), Buffer.from([0, 0])]), headers)
      // The connection may end while the headers are under way, or forever keep them: the reply decides, and a failure to send.
      const [stream] = await Promise.all([replied, Promise.race([sent, replied])])
      return stream
    },
    ping() {
      send(controlFrame(FRAME_TYPE.ping, 0, words(nextPing)))
      nextPing += 2
    },
    close() {
      send(controlFrame(FRAME_TYPE.goAway, 0, words(lastSeen, 0)))
      finish(undefined)
    },
  }
}
