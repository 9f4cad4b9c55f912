import type {ApiServer} from './api-server.js'
import {type Carrier, type CarrierEvents, forwardPath, type PodPort, refusedInPod} from './forward-carrier.js'
import {WIRE_LIMITS} from './limits.js'
import {PING_PLAN} from './pings.js'
import {spdySession} from './spdy/session.js'
import type {SpdyStream} from './spdy/stream.js'
import {openSpdy} from './spdy-upgrade.js'
import {failureFromError, WireFailure} from './wire-failure.js'

const PROTOCOL = 'portforward.k8s.io'

/**
 * Carries one port over a SPDY connection of its own: an error stream, closed by the client immediately, and a data stream
 * (client-go tools/portforward). The pod's close appears on both; text on the error stream is the connection error.
 */
export async function spdyCarrier(
  server: ApiServer,
  target: PodPort,
  events: CarrierEvents,
  signal: AbortSignal,
): Promise<Carrier> {
  const transport = await openSpdy(server, forwardPath(target), [PROTOCOL], signal)
  let over = false
  const finish = (tell: () => void) => {
    if (over) return
    over = true
    clearInterval(pings)
    tell()
  }
  const lost = () => new WireFailure('lost', 'the connection to the pod was lost')
  const session = spdySession(transport, {role: 'client', onClose: () => finish(() => events.fail(lost()))})
  const pings = setInterval(() => session.ping(), PING_PLAN.everyMs)
  const giveUp = () => transport.destroy()
  signal.addEventListener('abort', giveUp, {once: true})
  const close = () => {
    signal.removeEventListener('abort', giveUp)
    finish(() => undefined)
    session.close()
    transport.destroy()
  }
  try {
    const headers = {port: String(target.port), requestid: '0'}
    const complaint = textOf(await session.open({streamtype: 'error', ...headers}))
    complaint.catch(() => undefined)
    if (over) throw lost()
    const data = await session.open({streamtype: 'data', ...headers})
    data.on('data', (chunk: Buffer) => {
      if (!events.data(chunk)) data.pause()
    })
    data.on('error', error => finish(() => events.fail(failureFromError(error))))
    data.once('end', () => {
      complaint.then(
        text => finish(() => (text === '' ? events.end() : events.fail(refusedInPod(text, target)))),
        () => finish(() => events.fail(lost())),
      )
    })
    complaint.then(
      text => {
        if (text !== '') finish(() => events.fail(refusedInPod(text, target)))
      },
      () => finish(() => events.fail(lost())),
    )
    return {resume: () => data.resume(), write: (bytes, done) => void data.write(bytes, done), close}
  } catch (error) {
    close()
    throw failureFromError(error)
  }
}

/** Closes the client's half of an error stream and returns the text of the other half once it ends. */
async function textOf(stream: SpdyStream): Promise<string> {
  stream.end()
  let text = ''
  for await (const chunk of stream) text = (text + String(chunk)).slice(0, WIRE_LIMITS.forwardErrorBytes)
  return text.trim()
}
