import type {IncomingMessage} from 'node:http'

const MAX_REFUSAL_BYTES = 64 * 1024

/** The body of an error response, at most its first 64 KiB. */
export async function readErrorResponse(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= MAX_REFUSAL_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_REFUSAL_BYTES)
}
