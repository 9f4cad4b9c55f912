import {WIRE_LIMITS} from '../limits.js'

/**
 * SPDY/3.1 framing as Kubernetes uses it (SPDY protocol draft 3.1, sections 2.2 and 2.6; moby/spdystream).
 * Numbers are big endian; a control frame starts with the version bit, a data frame with its stream's number.
 */
export const FRAME_TYPE = {
  synStream: 1,
  synReply: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

export const FLAG_FIN = 1
/** RST_STREAM status codes that are sent here (section 2.6.3). */
export const RESET_STATUS = {protocolError: 1, invalidStream: 2, refused: 3, cancel: 5} as const
/** Data is sent in chunks of the size of Go's copy buffers. */
export const MAX_DATA_BYTES = 32 * 1024

const HEAD_BYTES = 8
const CONTROL = 0x8003

export type SpdyFrame =
  | {readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer}
  | {readonly kind: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer}

/** A control frame of any type. */
export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length)
  frame.writeUInt16BE(CONTROL, 0)
  frame.writeUInt16BE(type, 2)
  frame.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  frame.set(payload, HEAD_BYTES)
  return frame
}

/** A data frame; empty with FLAG_FIN it ends the stream's direction. */
export function dataFrame(stream: number, payload: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length)
  frame.writeUInt32BE(stream & 0x7fffffff, 0)
  frame.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  frame.set(payload, HEAD_BYTES)
  return frame
}

/** The payload of frames that carry plain 32-bit numbers: RST_STREAM, PING, GOAWAY. */
export function words(...numbers: readonly number[]): Buffer {
  const payload = Buffer.allocUnsafe(numbers.length * 4)
  for (const [at, number] of numbers.entries()) payload.writeUInt32BE(number >>> 0, at * 4)
  return payload
}

/** Splits a byte stream into frames, independent of its chunks; throws on bytes that are not SPDY. */
export function frameReader(): (chunk: Buffer) => SpdyFrame[] {
  let held: Buffer[] = []
  let size = 0
  return chunk => {
    held.push(chunk)
    size += chunk.length
    const frames: SpdyFrame[] = []
    if (size < HEAD_BYTES) return frames
    let bytes = held.length === 1 ? chunk : Buffer.concat(held)
    for (let frame = firstFrame(bytes); frame !== undefined; frame = firstFrame(bytes)) {
      frames.push(frame)
      bytes = bytes.subarray(HEAD_BYTES + frame.payload.length)
    }
    held = bytes.length === 0 ? [] : [bytes]
    size = bytes.length
    return frames
  }
}

function firstFrame(bytes: Buffer): SpdyFrame | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  const word = bytes.readUInt32BE(0)
  const flags = bytes.readUInt8(4)
  const length = bytes.readUInt32BE(4) & 0xffffff
  const control = word >>> 31 === 1
  if (control && (word >>> 16 !== CONTROL || length > WIRE_LIMITS.controlFrameBytes))
    throw new Error('these bytes are not SPDY/3')
  if (bytes.length < HEAD_BYTES + length) return undefined
  const payload = bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)
  return control ? {kind: 'control', type: word & 0xffff, flags, payload} : {kind: 'data', stream: word, flags, payload}
}
