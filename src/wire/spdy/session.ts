import type {Duplex} from 'node:stream'
import {controlFrame, FRAME_TYPE, frameReader, words} from './frames.js'
import type {SpdyHeaders} from './header-block.js'
import {adoptStream, finishSession, onFrame, type SessionOptions, sessionState} from './session-state.js'
import type {SpdyStream} from './stream.js'

export interface SpdySession {
  /** Opens a stream; resolves once the peer has replied. */
  open(headers: SpdyHeaders): Promise<SpdyStream>
  ping(): void
  /** Sends GOAWAY and ends the connection. */
  close(): void
}

/**
 * A SPDY/3.1 session over any byte stream: a socket after a 101 answer, or a WebSocket used as a pipe.
 * SPDY as Kubernetes speaks it has no flow control, so a stream that is not read blocks the whole connection.
 */
export function spdySession(transport: Duplex, options: SessionOptions): SpdySession {
  const state = sessionState(transport, options)
  let nextStream = options.role === 'client' ? 1 : 2
  let nextPing = nextStream

  async function run(): Promise<void> {
    const read = frameReader()
    for await (const chunk of transport.iterator({destroyOnReturn: false})) {
      for (const frame of read(chunk as Buffer)) {
        await onFrame(state, frame)
        if (state.over) return
      }
    }
  }

  const finish = (error?: Error) => finishSession(state, error)
  transport.on('error', finish)
  run().then(() => finish(), finish)

  return {
    async open(headers) {
      if (state.over) throw new Error('the connection is closed')
      const id = nextStream
      nextStream += 2
      const replied = new Promise<SpdyStream>((resolve, reject) => state.awaiting.set(id, {resolve, reject}))
      adoptStream(state, id, headers)
      const sent = state.sendHeaders(FRAME_TYPE.synStream, Buffer.concat([words(id, 0), Buffer.from([0, 0])]), headers)
      // The headers may never leave when the connection ends: wait for the reply, and for a failure to send.
      const [stream] = await Promise.all([replied, Promise.race([sent, replied])])
      return stream
    },
    ping() {
      state.send(controlFrame(FRAME_TYPE.ping, 0, words(nextPing)))
      nextPing += 2
    },
    close() {
      state.send(controlFrame(FRAME_TYPE.goAway, 0, words(state.lastSeen, 0)))
      finish()
    },
  }
}
