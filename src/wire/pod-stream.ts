import {Duplex} from 'node:stream'
import type {ApiServer} from './api-server.js'
import type {Carrier, CarrierEvents, PodPort} from './forward-carrier.js'
import {channelCarrier} from './forward-channel.js'
import {WIRE_LIMITS} from './limits.js'
import {moreSpecificFailure, shouldFallBackToSpdy} from './spdy-upgrade.js'
import {failureFromError, type WireFailure} from './wire-failure.js'

/**
 * A byte stream to one port of a pod, returned immediately and connected in the background, so that an HTTP agent can own it.
 * Destroyed with a WireFailure when the upgrade is rejected, nothing is listening, the connection breaks or the server violates the protocol;
 * ends when the pod closes the connection. Both directions have backpressure.
 */
export function openPodStream(server: ApiServer, target: PodPort): Duplex {
  const life = new AbortController()
  let carrier: Carrier | undefined
  const events: CarrierEvents = {
    data: bytes => stream.destroyed || stream.push(bytes),
    end: () => {
      if (!stream.destroyed) stream.push(null)
    },
    fail: (failure: WireFailure) => void stream.destroy(failure),
  }
  const opening = openCarrier(server, target, events, life.signal)
  const stream = new Duplex({
    allowHalfOpen: false,
    readableHighWaterMark: WIRE_LIMITS.readAheadBytes,
    writableHighWaterMark: WIRE_LIMITS.readAheadBytes,
    read: () => carrier?.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      opening.then(open => open.write(chunk, done), done)
    },
    // No half-close: the end of writing is not forwarded, or the answer would be lost with the connection.
    final: done => done(),
    destroy: (error, done) => {
      life.abort()
      const close = (open: Carrier) => open.close()
      opening.then(close, () => undefined).finally(() => done(error))
    },
  })
  opening.then(
    open => {
      carrier = open
    },
    error => stream.destroy(failureFromError(error)),
  )
  return stream
}

/** A channel WebSocket, else SPDY if that may work; if both are rejected, the first error is reported. */
async function openCarrier(
  server: ApiServer,
  target: PodPort,
  events: CarrierEvents,
  signal: AbortSignal,
): Promise<Carrier> {
  try {
    return await channelCarrier(server, target, events, signal)
  } catch (error) {
    const failure = failureFromError(error)
    if (!shouldFallBackToSpdy(failure)) throw failure
    const {spdyCarrier} = await import('./forward-spdy.js')
    return await spdyCarrier(server, target, events, signal).catch(second => {
      throw moreSpecificFailure(failure, failureFromError(second))
    })
  }
}
