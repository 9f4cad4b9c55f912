import type {IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'
import {type WebSocket, WebSocketServer} from 'ws'
import {commaList} from '../model/text/comma-list.js'
import {SERVE_LIMITS} from './limits.js'

/** A request to change the protocol of its connection. */
export interface UpgradeRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** How one kind of stream is spoken: over SPDY after a 101 of its own, or over a WebSocket. */
export interface StreamProtocols<S extends string, W extends string> {
  readonly spdy: readonly S[]
  readonly webSocket: readonly W[]
}

/** A protocol that client and server share, and its connection. */
export type Agreed<S extends string, W extends string> =
  | {readonly over: 'spdy'; readonly protocol: S; readonly connection: Duplex}
  | {readonly over: 'websocket'; readonly protocol: W; readonly use: (play: (socket: WebSocket) => void) => void}

/** Agrees on protocols with clients. */
export interface Handshakes {
  /** The first of our protocols that the client offers; without one the refusal is sent and nothing is agreed. */
  agree<S extends string, W extends string>(
    asked: UpgradeRequest,
    protocols: StreamProtocols<S, W>,
  ): Agreed<S, W> | undefined
  close(): void
}

function offered(request: IncomingMessage, header: string): readonly string[] {
  const value = request.headers[header]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return commaList(text)
}

function acceptSpdy({socket, head}: UpgradeRequest, protocol: string): Duplex {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
  return socket
}

function refuse({socket}: UpgradeRequest, versions: readonly string[]): void {
  const lines = versions.map(each => `X-Accepted-Stream-Protocol-Versions: ${each}\r\n`).join('')
  socket.end(`HTTP/1.1 403 Forbidden\r\n${lines}Content-Length: 0\r\nConnection: close\r\n\r\n`)
}

/** A WebSocket server that accepts connections with a protocol chosen before. */
function webSockets() {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: SERVE_LIMITS.messageBytes,
    handleProtocols: () => false,
  })
  // `ws` does not accept `/` in a protocol's name, so the chosen one is written into the answer directly.
  const chosen = new WeakMap<IncomingMessage, string>()
  server.on('headers', (headers, request) => {
    const protocol = chosen.get(request)
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`)
  })
  return {
    accept({request, socket, head}: UpgradeRequest, protocol: string, play: (accepted: WebSocket) => void): void {
      chosen.set(request, protocol)
      delete request.headers['sec-websocket-protocol']
      server.handleUpgrade(request, socket, head, accepted => {
        accepted.on('error', () => accepted.terminate())
        play(accepted)
      })
    },
    close: () => server.close(),
  }
}

/** Answers upgrade requests: SPDY/3.1, or WebSocket for everything else. */
export function handshakes(): Handshakes {
  const sockets = webSockets()
  return {
    agree(asked, protocols) {
      if (/^spdy\//i.test(asked.request.headers.upgrade ?? '')) {
        const versions = offered(asked.request, 'x-stream-protocol-version')
        const protocol = protocols.spdy.find(each => versions.includes(each))
        if (protocol === undefined) refuse(asked, protocols.spdy)
        else return {over: 'spdy', protocol, connection: acceptSpdy(asked, protocol)}
        return undefined
      }
      const versions = offered(asked.request, 'sec-websocket-protocol')
      const protocol = protocols.webSocket.find(each => versions.includes(each))
      if (protocol === undefined) refuse(asked, [])
      else return {over: 'websocket', protocol, use: play => sockets.accept(asked, protocol, play)}
      return undefined
    },
    close: sockets.close,
  }
}
