import {Duplex} from 'node:stream'
import {WIRE_LIMITS} from '../limits.js'
import {MAX_DATA_BYTES} from './frames.js'
import type {SpdyHeaders} from './header-block.js'

/** One stream of a session: bytes both ways, each direction ended on its own. */
export interface SpdyStream extends Duplex {
  readonly id: number
  readonly headers: SpdyHeaders
  /** Receives bytes (null: the end) from the session; resolves when the reader can take more. */
  deliver(bytes: Buffer | null): Promise<void>
  /** The peer reset the stream, or the connection is lost. */
  resetByPeer(): void
}

export interface StreamOutlet {
  write(bytes: Buffer, done: (error?: Error | null) => void): void
  end(done: (error?: Error | null) => void): void
  reset(): void
  forget(): void
}

/** A stream whose writes become data frames through the outlet; destroying it before both ends are done resets it. */
export function spdyStream(id: number, headers: SpdyHeaders, outlet: StreamOutlet): SpdyStream {
  let resume: (() => void) | undefined
  let byPeer = false
  const wake = () => {
    resume?.()
    resume = undefined
  }
  const stream = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: WIRE_LIMITS.readAheadBytes,
    read: wake,
    write: (chunk: Buffer, _encoding, done) => {
      const pieces: Buffer[] = []
      for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES) pieces.push(chunk.subarray(at, at + MAX_DATA_BYTES))
      const last = pieces.pop()
      for (const piece of pieces) outlet.write(piece, () => undefined)
      if (last === undefined) done()
      else outlet.write(last, done)
    },
    final: done => outlet.end(() => done()),
    destroy: (error, done) => {
      wake()
      if (!byPeer && !(stream.readableEnded && stream.writableFinished)) outlet.reset()
      outlet.forget()
      done(error)
    },
  })
  return Object.assign(stream, {
    id,
    headers,
    async deliver(bytes: Buffer | null): Promise<void> {
      if (stream.destroyed || stream.readableEnded) return
      if (stream.push(bytes) || bytes === null) return
      await new Promise<void>(resolve => {
        resume = resolve
      })
    },
    resetByPeer() {
      byPeer = true
      stream.destroy()
    },
  })
}
