import {Duplex} from 'node:stream'
import type WebSocket from 'ws'
import type {ApiServer} from './api-server.js'
import {channelFrame, PORT_CHANNEL, PORT_FORWARD_V4, payloadPieces, readChannelFrame} from './channels.js'
import {startPings} from './pings.js'
import {closeWebSocket, openWebSocket} from './websocket.js'
import {failureFromError, WireFailure} from './wire-failure.js'

export interface PodPort {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

const READ_AHEAD_BYTES = 1024 * 1024
/** Bytes that may wait in the socket before a writer is held back. */
const WRITE_AHEAD_BYTES = 4 * 1024 * 1024
const MAX_ERROR_BYTES = 16 * 1024
const WRITE_POLL_MS = 5

/** The API path that forwards one port: one WebSocket is one TCP connection, dialled in the pod at the upgrade. */
export function portForwardPath(target: PodPort): string {
  const pod = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}`
  return `${pod}/portforward?ports=${target.port}`
}

/**
 * A byte stream to one port of a pod, returned at once and connected behind the scenes, so that an HTTP agent may own it.
 * Destroyed with a WireFailure when the upgrade is refused, nothing listens, the line breaks or the server sends garbage;
 * ends when the pod closes the connection. Reading slowly stops the network, writing fast waits for it.
 */
export function openPodStream(server: ApiServer, target: PodPort): Duplex {
  const life = new AbortController()
  let socket: WebSocket | undefined
  const opening = openWebSocket(server, portForwardPath(target), [PORT_FORWARD_V4], life.signal)
  const stream = new Duplex({
    allowHalfOpen: false,
    readableHighWaterMark: READ_AHEAD_BYTES,
    writableHighWaterMark: READ_AHEAD_BYTES,
    read: () => socket?.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      opening.then(open => sendPieces(open, chunk, done), done)
    },
    // Version 4 has no half-close: the end of our writing is told to nobody, or the answer would be lost with the socket.
    final: done => done(),
    destroy: (error, done) => {
      life.abort()
      opening.then(closeWebSocket, () => undefined).finally(() => done(error))
    },
  })
  opening.then(
    open => {
      socket = open
      attach(open, stream, target)
      open.resume()
    },
    error => stream.destroy(failureFromError(error)),
  )
  return stream
}

function attach(socket: WebSocket, stream: Duplex, target: PodPort): void {
  const greeted = [false, false]
  let complaint = ''
  const stopPings = startPings(socket, () =>
    stream.destroy(new WireFailure('lost', 'the server stopped answering pings')),
  )
  stream.once('close', stopPings)
  socket.on('error', error => stream.destroy(failureFromError(error)))
  socket.on('message', (data: Buffer, isBinary) => {
    if (stream.destroyed) return
    const garbage = (what: string) => {
      stream.destroy(new WireFailure('protocol', what))
    }
    const message = readChannelFrame(data)
    if (!isBinary || message === undefined || message.channel > PORT_CHANNEL.error) {
      return garbage('the server sent a message that is not part of a port-forward')
    }
    const {channel} = message
    let {payload} = message
    if (greeted[channel] !== true) {
      if (payload.length < 2 || payload.readUInt16LE(0) !== target.port) {
        return garbage(`the server did not name port ${target.port} first`)
      }
      greeted[channel] = true
      payload = payload.subarray(2)
    }
    if (payload.length === 0) return
    if (channel === PORT_CHANNEL.error) complaint = (complaint + payload.toString('utf8')).slice(0, MAX_ERROR_BYTES)
    else if (!stream.push(payload)) socket.pause()
  })
  socket.once('close', code => {
    if (complaint !== '') stream.destroy(refusedInPod(complaint.trim(), target))
    else if (code === 1000 || code === 1005) stream.push(null)
    else stream.destroy(new WireFailure('lost', `the connection to the pod was lost (close ${code})`))
  })
}

/** Sends one chunk in pieces and calls back once little enough of it waits in the socket. */
function sendPieces(socket: WebSocket, chunk: Buffer, done: (error?: Error | null) => void): void {
  if (socket.readyState !== socket.OPEN) {
    done(new WireFailure('lost', 'the connection to the pod is closed'))
    return
  }
  for (const piece of payloadPieces(chunk)) socket.send(channelFrame(PORT_CHANNEL.data, piece))
  const wait = () => {
    if (socket.bufferedAmount <= WRITE_AHEAD_BYTES || socket.readyState !== socket.OPEN) done()
    else setTimeout(wait, WRITE_POLL_MS)
  }
  wait()
}

/** containerd, CRI-O and the kubelet word it differently; `connection refused` is common to all when nothing listens. */
function refusedInPod(complaint: string, target: PodPort): WireFailure {
  if (/connection refused/.test(complaint)) {
    return new WireFailure('port-closed', `nothing listens on port ${target.port} of ${target.pod}.${target.namespace}`)
  }
  const kind = /network namespace .*closed|sandbox .*not running|not found/.test(complaint) ? 'not-running' : 'lost'
  return new WireFailure(kind, complaint.replace(/\s+/g, ' ').slice(0, 500))
}
