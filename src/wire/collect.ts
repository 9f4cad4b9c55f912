import {Writable} from 'node:stream'
import {WireFailure} from './wire-failure.js'

export interface Collector {
  readonly sink: Writable
  bytes(): Buffer
}

/** A sink that collects bytes and fails with `too-large` on the first byte above the limit. */
export function collectBytes(what: string, maxBytes: number): Collector {
  const chunks: Buffer[] = []
  let size = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else chunks.push(chunk.subarray(0, Math.max(0, chunk.length - (size - maxBytes))))
      if (size > maxBytes) return done(new WireFailure('too-large', `${what} is larger than ${maxBytes} bytes`))
      done()
    },
  })
  return {sink, bytes: () => Buffer.concat(chunks)}
}

/** A sink that keeps the first bytes up to the limit and silently drops the rest; for messages. */
export function collectHead(maxBytes: number): Collector {
  const chunks: Buffer[] = []
  let size = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const part = chunk.subarray(0, Math.max(0, maxBytes - size))
      size += part.length
      if (part.length > 0) chunks.push(part)
      done()
    },
  })
  return {sink, bytes: () => Buffer.concat(chunks)}
}
