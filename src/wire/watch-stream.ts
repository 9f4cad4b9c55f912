import http from 'node:http'
import https from 'node:https'
import {type ApiServer, outgoingHeaders} from './api-server.js'
import {failureFromRefusal} from './classify.js'
import {failureOfSignal, startDeadline, type TimeLimits} from './deadline.js'
import {readErrorResponse} from './error-response.js'
import {failureFromError, WireFailure} from './wire-failure.js'

export interface WatchLimits extends TimeLimits {
  /** The largest event: an object of the API server is at most a few MiB. */
  readonly maxEventBytes: number
  /** How long the server may take to accept it: a watch of a list that does not change has no event for minutes, but its headers come at once. */
  readonly openMs: number
}

const NEWLINE = 0x0a

/** Splits bytes into lines as they arrive; a line above the limit fails with `too-large`. */
export function lineSplitter(name: string, maxBytes: number, onLine: (line: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let size = 0
  const keep = (part: Buffer) => {
    size += part.length
    if (size > maxBytes) throw new WireFailure('too-large', `${name}: an event is larger than ${maxBytes} bytes`)
    if (part.length > 0) held.push(part)
  }
  return chunk => {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, to))
      const line = Buffer.concat(held)
      held = []
      size = 0
      from = to + 1
      if (line.length > 0) onLine(line)
    }
    keep(chunk.subarray(from))
  }
}

function parsed(name: string, line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    throw new WireFailure('protocol', `${name}: an event is not JSON`)
  }
}

function responseOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject)
    request.end()
  })
}

async function refusalOf(response: http.IncomingMessage): Promise<WireFailure> {
  const {statusCode = 0, headers} = response
  const body = await readErrorResponse(response)
  return failureFromRefusal({httpStatus: statusCode, body, retryAfter: headers['retry-after']})
}

/**
 * Follows a watch of the API server (GET with `watch=true`): `onOpen` once it is accepted, then each event, parsed, as it arrives; resolves when the server ends it. Network faults,
 * the deadlines, an event above the limit and the caller's signal reject with a WireFailure and free the socket.
 */
export async function followWatch(
  server: ApiServer,
  path: string,
  limits: WatchLimits,
  {onOpen, onEvent}: {readonly onOpen: () => void; readonly onEvent: (event: unknown) => void},
): Promise<void> {
  const name = `watch ${path.split('?')[0]}`
  const deadline = startDeadline(name, limits)
  const url = new URL(server.url + path)
  const open = url.protocol === 'https:' ? https.request : http.request
  const headers = {...(await server.headers()), Accept: 'application/json', 'User-Agent': server.userAgent}
  const request = open(url, {agent: server.agent, headers: outgoingHeaders(headers)})
  const onAbort = () => request.destroy(failureOfSignal(deadline.signal))
  deadline.signal.addEventListener('abort', onAbort, {once: true})
  if (deadline.signal.aborted) onAbort()
  // A watch holds its connection as long as it lasts; other calls keep as many as they had.
  server.agent.maxSockets += 1
  // A proxy on the way that waits for the end of an answer before it passes it on would keep the caller waiting as long.
  const late = new WireFailure('timeout', `${name}: not accepted within ${limits.openMs} ms`)
  const opening = setTimeout(() => request.destroy(late), limits.openMs)
  try {
    const response = await responseOf(request)
    clearTimeout(opening)
    deadline.touch()
    if (response.statusCode !== 200) throw await refusalOf(response)
    onOpen()
    const split = lineSplitter(name, limits.maxEventBytes, line => onEvent(parsed(name, line)))
    for await (const chunk of response) {
      deadline.touch()
      split(chunk)
    }
    if (!response.complete) throw new WireFailure('lost', `${name}: the connection ended in the middle of an event`)
  } catch (error) {
    request.destroy()
    if (deadline.signal.aborted) throw failureOfSignal(deadline.signal)
    throw failureFromError(error)
  } finally {
    clearTimeout(opening)
    server.agent.maxSockets -= 1
    deadline.signal.removeEventListener('abort', onAbort)
    deadline.clear()
  }
}
