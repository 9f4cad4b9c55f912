import type WebSocket from 'ws'
import type {ApiServer} from './api-server.js'
import {channelFrame, PORT_CHANNEL, PORT_FORWARD_V4, payloadPieces, readChannelFrame} from './channels.js'
import {type Carrier, type CarrierEvents, forwardPath, type PodPort, refusedInPod} from './forward-carrier.js'
import {WIRE_LIMITS} from './limits.js'
import {startPings} from './pings.js'
import {closeWebSocket, openWebSocket} from './websocket.js'
import {failureFromError, WireFailure} from './wire-failure.js'

/** Carries one port over a channel WebSocket of its own: one socket is one TCP connection, dialled in the pod at the upgrade. */
export async function channelCarrier(
  server: ApiServer,
  target: PodPort,
  events: CarrierEvents,
  signal: AbortSignal,
): Promise<Carrier> {
  const socket = await openWebSocket(server, `${forwardPath(target)}?ports=${target.port}`, [PORT_FORWARD_V4], signal)
  const stopPings = startPings(socket, () => events.fail(new WireFailure('lost', 'the server stopped answering pings')))
  socket.on('error', error => events.fail(failureFromError(error)))
  listen(socket, target, events)
  socket.resume()
  return {
    resume: () => socket.resume(),
    write: (bytes, done) => sendPieces(socket, bytes, done),
    close: () => {
      stopPings()
      closeWebSocket(socket)
    },
  }
}

function listen(socket: WebSocket, target: PodPort, events: CarrierEvents): void {
  const greeted = [false, false]
  let complaint = ''
  const protocolViolation = (what: string) => events.fail(new WireFailure('protocol', what))
  socket.on('message', (data: Buffer, isBinary) => {
    const message = readChannelFrame(data)
    if (!isBinary || message === undefined || message.channel > PORT_CHANNEL.error) {
      return protocolViolation('the server sent a message that is not part of a port-forward')
    }
    const {channel} = message
    let {payload} = message
    if (greeted[channel] !== true) {
      if (payload.length < 2 || payload.readUInt16LE(0) !== target.port) {
        return protocolViolation(`the server did not announce port ${target.port} first`)
      }
      greeted[channel] = true
      payload = payload.subarray(2)
    }
    if (payload.length === 0) return
    if (channel === PORT_CHANNEL.error)
      complaint = (complaint + payload.toString('utf8')).slice(0, WIRE_LIMITS.forwardErrorBytes)
    else if (!events.data(payload)) socket.pause()
  })
  socket.once('close', code => {
    if (complaint !== '') events.fail(refusedInPod(complaint.trim(), target))
    else if (code === 1000 || code === 1005) events.end()
    else events.fail(new WireFailure('lost', `the connection to the pod was lost (close ${code})`))
  })
}

/** Sends one chunk and calls back once little enough of it is buffered in the socket. */
function sendPieces(socket: WebSocket, chunk: Buffer, done: (error?: Error | null) => void): void {
  if (socket.readyState !== socket.OPEN) {
    done(new WireFailure('lost', 'the connection to the pod is closed'))
    return
  }
  for (const piece of payloadPieces(chunk)) socket.send(channelFrame(PORT_CHANNEL.data, piece))
  const wait = () => {
    if (socket.bufferedAmount <= WIRE_LIMITS.writeAheadBytes || socket.readyState !== socket.OPEN) done()
    else setTimeout(wait, WIRE_LIMITS.writePollMs)
  }
  wait()
}
