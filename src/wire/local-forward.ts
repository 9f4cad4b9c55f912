import {createServer, type Server, type Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import {serverClose} from './server-close.js'

export interface LocalForward {
  /** The local port that takes connections. */
  readonly port: number
  close(): Promise<void>
}

/** Called with what ended a connection early, so that a person learns of it. */
export type Complain = (error: Error) => void

function joined(socket: Socket, stream: Duplex, complain: Complain): void {
  const end = (error: Error) => {
    complain(error)
    socket.destroy()
  }
  stream.on('error', end)
  socket.on('error', () => stream.destroy())
  socket.on('close', () => stream.destroy())
  socket.pipe(stream).pipe(socket)
}

function listening(address: string, port: number, accept: (socket: Socket) => void) {
  return new Promise<{readonly server: Server; readonly close: () => Promise<void>}>((resolve, reject) => {
    const server = createServer(accept)
    const close = serverClose(server)
    server.once('error', reject)
    server.listen(port, address, () => resolve({server, close}))
  })
}

/**
 * Takes connections at a local address and joins each to a stream of its own. Without a wanted port (0) the port `like` is tried first, then any free
 * one, as istioctl does.
 */
export async function startLocalForward(
  open: () => Duplex,
  at: {readonly address: string; readonly port: number; readonly like: number},
  complain: Complain,
): Promise<LocalForward> {
  const accept = (socket: Socket) => joined(socket, open(), complain)
  const {server, close} =
    at.port === 0
      ? await listening(at.address, at.like, accept).catch(() => listening(at.address, 0, accept))
      : await listening(at.address, at.port, accept)
  const place = server.address()
  return {
    port: typeof place === 'object' && place !== null ? place.port : at.port,
    close,
  }
}
