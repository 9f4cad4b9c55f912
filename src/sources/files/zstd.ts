import {Decompress} from 'fzstd'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import {LIMITS} from '../limits.js'

/** True for zstd data (RFC 8878, 3.1.1). */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/** The content of zstd data; damage and sizes above the limit are errors. */
export function unzstd(label: string, bytes: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = []
  let total = 0
  try {
    const stream = new Decompress(chunk => {
      total += chunk.length
      if (total > LIMITS.fileBytes)
        throw new UserError(`${label} is larger than ${humanSize(LIMITS.fileBytes)} when unpacked`)
      chunks.push(chunk)
    })
    stream.push(bytes, true)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${label} is zstd data that cannot be unpacked: ${(error as Error).message}`, {
      hint: 'It may be damaged or cut short.',
    })
  }
  return Buffer.concat(chunks)
}
