import {once} from 'node:events'
import type {ServerResponse} from 'node:http'
import {SERVE_LIMITS} from './limits.js'
import {ApiFailure} from './status.js'

const HEADERS = {'Cache-Control': 'no-cache, private', 'X-Content-Type-Options': 'nosniff'}

/** Sends a whole JSON document. */
export function sendJson(response: ServerResponse, code: number, document: object, type = 'application/json'): void {
  const body = Buffer.from(`${JSON.stringify(document)}\n`)
  response.writeHead(code, {...HEADERS, 'Content-Type': type, 'Content-Length': body.length}).end(body)
}

/** Sends bytes of any other type. */
export function sendBytes(response: ServerResponse, code: number, type: string, body: Uint8Array): void {
  response.writeHead(code, {...HEADERS, 'Content-Type': type, 'Content-Length': body.length}).end(body)
}

/** Sends an error as a Status; an unexpected error is a 500 with its message. */
export function sendFailure(response: ServerResponse, error: unknown): void {
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        )
  if (response.headersSent) response.destroy()
  else sendJson(response, failure.code, failure.status)
}

/** Writes a JSON document piece by piece as fast as the client takes it; the whole text is never held. */
export async function streamJson(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  response.writeHead(200, {...HEADERS, 'Content-Type': 'application/json'})
  const gone = new Promise<void>(resolve => response.once('close', resolve))
  let held: string[] = []
  let size = 0
  for (const piece of pieces) {
    held.push(piece)
    size += piece.length
    if (size < SERVE_LIMITS.pieceBytes) continue
    const taken = response.write(held.join(''))
    held = []
    size = 0
    if (response.destroyed) return
    if (!taken) await Promise.race([once(response, 'drain'), gone])
  }
  response.end(held.join(''))
}
