import {Duplex} from 'node:stream'
import type WebSocket from 'ws'
import {channelFrame, payloadPieces, portFrame, readChannelFrame} from '../wire/channels.js'
import {spdySession} from '../wire/spdy/session.js'
import type {SpdyStream} from '../wire/spdy/stream.js'
import {SERVE_LIMITS} from './limits.js'

/** Connects a byte stream to a port of the pod; undefined if nothing is recorded for it. */
export type Dial = (port: number, connection: Duplex) => boolean

/** containerd's error if nothing is listening on the port; clients look for `connection refused`. */
function refusedText(pod: string, port: number): string {
  return `error forwarding port ${port} to pod ${pod}, uid : failed to connect to localhost:${port} inside namespace "${pod}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused `
}

/** One port of a channel WebSocket as a connection. */
function channelConnection(socket: WebSocket, channel: number): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    read: () => socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      for (const piece of payloadPieces(chunk)) socket.send(channelFrame(channel, piece), () => undefined)
      const wait = () => {
        if (socket.bufferedAmount <= SERVE_LIMITS.writeAheadBytes || socket.readyState !== socket.OPEN) done()
        else setTimeout(wait, SERVE_LIMITS.writePollMs)
      }
      wait()
    },
    final: done => done(),
  })
}

/** Serves the older port-forward: two channels per port, each starting with the port's number; the socket closes when every connection has ended. */
export function forwardOverChannels(socket: WebSocket, ports: readonly number[], pod: string, dial: Dial): void {
  const connections = new Map<number, Duplex>()
  let open = 0
  const over = () => {
    open -= 1
    if (open === 0 && socket.readyState === socket.OPEN) socket.close(1000)
  }
  for (const [index, port] of ports.entries()) {
    socket.send(portFrame(2 * index, port))
    socket.send(portFrame(2 * index + 1, port))
    const connection = channelConnection(socket, 2 * index)
    open += 1
    connection.once('close', over)
    connection.on('error', () => undefined)
    connection.once('finish', () => connection.destroy())
    if (dial(port, connection)) connections.set(2 * index, connection)
    else {
      socket.send(channelFrame(2 * index + 1, Buffer.from(refusedText(pod, port))))
      connection.destroy()
    }
  }
  socket.on('message', (data: Buffer) => {
    const message = readChannelFrame(data)
    const connection = message === undefined ? undefined : connections.get(message.channel)
    if (
      message !== undefined &&
      connection !== undefined &&
      message.payload.length > 0 &&
      !connection.push(message.payload)
    )
      socket.pause()
  })
  socket.once('close', () => {
    for (const connection of connections.values()) connection.destroy()
  })
}

/**
 * Serves port-forward over SPDY, raw or tunnelled: per connection an error stream and a data stream with one `requestid`.
 * The error stream is ended with the data, or kubectl would never close its local socket; any byte on it ends the whole forward.
 */
export function forwardOverSpdy(transport: Duplex, pod: string, dial: Dial): void {
  const halves = new Map<string, {error?: SpdyStream; data?: SpdyStream; timer: NodeJS.Timeout}>()
  const session = spdySession(transport, {
    role: 'server',
    onClose() {
      for (const {timer} of halves.values()) clearTimeout(timer)
    },
    onStream(stream) {
      stream.on('error', () => undefined)
      const {requestid = '', port = '', streamtype} = stream.headers
      const pair = halves.get(requestid) ?? {timer: setTimeout(() => session.close(), SERVE_LIMITS.streamPairMs)}
      if (streamtype === 'error') pair.error = stream
      else pair.data = stream
      halves.set(requestid, pair)
      const {error, data} = pair
      if (error === undefined || data === undefined) return
      clearTimeout(pair.timer)
      halves.delete(requestid)
      error.resume()
      if (!dial(Number(port), data)) {
        error.end(refusedText(pod, Number(port)))
        data.resume()
        data.end()
        return
      }
      data.once('finish', () => error.end())
      data.once('close', () => error.end())
    },
  })
}
