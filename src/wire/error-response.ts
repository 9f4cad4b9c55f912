import type {IncomingMessage} from 'node:http'
import {WIRE_LIMITS} from './limits.js'

/** The body of an error response, at most its first 64 KiB. */
export async function readErrorResponse(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= WIRE_LIMITS.refusalBytes) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, WIRE_LIMITS.refusalBytes)
}
