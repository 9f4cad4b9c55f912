import {constants, createDeflate, createInflate} from 'node:zlib'
import {WIRE_LIMITS} from '../limits.js'
import {SPDY_DICTIONARY} from './dictionary.js'

/** Names are lower case; a name with several values has them joined by a NUL (SPDY draft 3, section 2.6.10). */
export type SpdyHeaders = Readonly<Record<string, string>>

/** Both directions of a connection's header compression: one zlib stream each for the connection's whole life. */
export interface HeaderCodec {
  encode(headers: SpdyHeaders): Promise<Buffer>
  decode(block: Buffer): Promise<SpdyHeaders>
  close(): void
}

/** Header compression for one connection; calls of each direction must not overlap. Go releases data at a sync marker only, so every block ends with one. */
export function headerCodec(): HeaderCodec {
  const deflate = createDeflate({dictionary: SPDY_DICTIONARY})
  const inflate = createInflate({dictionary: SPDY_DICTIONARY})
  let failure: Error | undefined
  let giveUp: (error: Error) => void = () => undefined
  for (const zip of [deflate, inflate]) {
    zip.on('error', error => {
      failure = error
      giveUp(error)
    })
  }
  return {
    async encode(headers) {
      const chunks: Buffer[] = []
      const keep = (chunk: Buffer) => chunks.push(chunk)
      deflate.on('data', keep)
      await new Promise<void>((resolve, reject) => {
        deflate.write(packHeaders(headers), error => (error ? reject(error) : undefined))
        deflate.flush(constants.Z_SYNC_FLUSH, resolve)
      })
      deflate.off('data', keep)
      return Buffer.concat(chunks)
    },
    async decode(block) {
      const chunks: Buffer[] = []
      let size = 0
      const keep = (chunk: Buffer) => {
        size += chunk.length
        if (size <= WIRE_LIMITS.headerBlockBytes) chunks.push(chunk)
      }
      inflate.on('data', keep)
      await new Promise<void>((resolve, reject) => {
        // zlib drops the callback of a failed write; only the error event reports it.
        giveUp = reject
        if (failure !== undefined) reject(failure)
        else inflate.write(block, () => resolve())
      }).finally(() => inflate.off('data', keep))
      if (size > WIRE_LIMITS.headerBlockBytes) throw new Error(`a header block unpacks to ${size} bytes`)
      return unpackHeaders(Buffer.concat(chunks))
    },
    close() {
      deflate.close()
      inflate.close()
    },
  }
}

function packHeaders(headers: SpdyHeaders): Buffer {
  const parts: Buffer[] = []
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'utf8')
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(bytes.length)
    parts.push(length, bytes)
  }
  const entries = Object.entries(headers)
  const count = Buffer.allocUnsafe(4)
  count.writeUInt32BE(entries.length)
  parts.push(count)
  for (const [name, value] of entries) {
    text(name.toLowerCase())
    text(value)
  }
  return Buffer.concat(parts)
}

function unpackHeaders(block: Buffer): SpdyHeaders {
  let at = 0
  const number = () => {
    if (at + 4 > block.length) throw new Error('a header block is truncated')
    at += 4
    return block.readUInt32BE(at - 4)
  }
  const text = () => {
    const length = number()
    if (at + length > block.length) throw new Error('a header block is truncated')
    at += length
    return block.toString('utf8', at - length, at)
  }
  const headers: [string, string][] = []
  for (let left = number(); left > 0; left--) headers.push([text().toLowerCase(), text()])
  return Object.fromEntries(headers)
}
