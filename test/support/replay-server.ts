import {createHash} from 'node:crypto'
import http, {type IncomingMessage} from 'node:http'
import net, {type AddressInfo, type Socket} from 'node:net'
import {type WebSocket, WebSocketServer} from 'ws'
import type {ApiServer, CallRecord} from '../../src/wire/api-server.js'
import {messagesOf, type RecordedStream} from './recorded-wire.js'

export interface Replay {
  readonly server: ApiServer
  readonly calls: readonly CallRecord[]
  readonly paths: readonly string[]
  /** Client messages in the order they arrived. */
  readonly received: readonly Buffer[]
  readonly headers: readonly http.IncomingHttpHeaders[]
  /** Ends only when every connection is gone: a leaked socket keeps the test waiting until it fails. */
  close(): Promise<void>
}

interface Listening {
  readonly url: string
  close(): Promise<void>
}

async function listen(server: http.Server | net.Server): Promise<Listening> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  return {url: `http://127.0.0.1:${port}`, close: () => new Promise(resolve => server.close(() => resolve()))}
}

/** An ApiServer on a loopback URL with a recording observer. */
export function apiServerAt(url: string, calls: CallRecord[] = []): ApiServer {
  return {
    url,
    agent: new http.Agent({keepAlive: true}),
    userAgent: 'meshctl/test',
    headers: async () => ({Authorization: 'Bearer test-token'}),
    observe: call => calls.push(call),
  }
}

export type Script = (socket: WebSocket, request: IncomingMessage) => void

/** A WebSocket server that agrees on the protocol the recording names (or the first offered) and then runs the script. */
export async function scriptedServer(script: Script, protocol?: string): Promise<Replay> {
  const calls: CallRecord[] = []
  const paths: string[] = []
  const received: Buffer[] = []
  const headers: http.IncomingHttpHeaders[] = []
  const web = http.createServer((_request, response) => response.writeHead(400).end('Upgrade request required'))
  const sockets = new WebSocketServer({
    server: web,
    perMessageDeflate: false,
    handleProtocols: offered => protocol ?? [...offered][0] ?? false,
  })
  const ends: Promise<unknown>[] = []
  sockets.on('connection', (socket, request) => {
    ends.push(new Promise(resolve => socket.once('close', resolve)))
    paths.push(request.url ?? '')
    headers.push(request.headers)
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => received.push(data))
    script(socket, request)
  })
  const {url, close} = await listen(web)
  const server = apiServerAt(url, calls)
  const closeAll = async () => {
    server.agent.destroy()
    await close()
    await Promise.all(ends)
  }
  return {server, calls, paths, received, headers, close: closeAll}
}

/** Replays a recording: a refusal as the HTTP answer it was, else the frames, each answer after the request that caused it. */
export async function replayServer(recording: RecordedStream): Promise<Replay> {
  const refused = recording.events.find(one => one.event === 'refused')
  if (refused !== undefined) return refusingServer(refused.status ?? 500, refused.headers ?? {}, refused.body ?? '')
  const opened = recording.events.find(one => one.event === 'open')
  return scriptedServer(socket => playFrames(socket, recording), opened?.protocol)
}

function playFrames(socket: WebSocket, recording: RecordedStream): void {
  const close = recording.events.find(one => one.event === 'close')
  const messages = messagesOf(recording)
  const greetings = recording.name.startsWith('pf-') ? messages.filter(one => one.length === 3) : messages.slice(0, 1)
  const rest = messages.filter(one => !greetings.includes(one))
  for (const greeting of greetings) socket.send(greeting)
  const finish = () => {
    for (const message of rest.splice(0)) socket.send(message)
    if (close !== undefined) socket.close(close.code)
  }
  let waitFor = recording.sent.length
  if (waitFor === 0 || recording.name.endsWith('closed-port')) {
    finish()
    return
  }
  socket.on('message', () => {
    waitFor -= 1
    if (waitFor === 0) return finish()
    const answer = rest.length > waitFor ? rest.shift() : undefined
    if (answer !== undefined && recording.name.startsWith('pf-')) socket.send(answer)
    else if (answer !== undefined) rest.unshift(answer)
  })
}

/** Answers every upgrade and request with one HTTP answer. */
export async function refusingServer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Replay> {
  const calls: CallRecord[] = []
  const paths: string[] = []
  const seen: http.IncomingHttpHeaders[] = []
  const web = http.createServer((request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(status, headers).end(body)
  })
  web.on('upgrade', (request, socket) => {
    paths.push(request.url ?? '')
    seen.push(request.headers)
    const lines = Object.entries({...headers, 'content-length': String(Buffer.byteLength(body))}).map(
      ([k, v]) => `${k}: ${v}\r\n`,
    )
    socket.on('error', () => undefined)
    socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Status'}\r\n${lines.join('')}\r\n${body}`)
  })
  const {url, close} = await listen(web)
  const server = apiServerAt(url, calls)
  const closeAll = async () => {
    server.agent.destroy()
    await close()
  }
  return {server, calls, paths, received: [], headers: seen, close: closeAll}
}

/** Writes the given bytes for every connection after its request head arrived; `{accept}` in the head becomes the handshake's answer. */
export async function rawServer(answer: (socket: Socket, head: string) => void): Promise<Replay> {
  const calls: CallRecord[] = []
  const paths: string[] = []
  const tcp = net.createServer(socket => {
    let head = ''
    const onData = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.off('data', onData)
      socket.resume()
      paths.push(head.split(' ')[1] ?? '')
      answer(socket, head)
    }
    socket.on('data', onData)
    socket.on('error', () => undefined)
  })
  const {url, close} = await listen(tcp)
  const server = apiServerAt(url, calls)
  const closeAll = async () => {
    server.agent.destroy()
    await close()
  }
  return {server, calls, paths, received: [], headers: [], close: closeAll}
}

/** The bytes a server sends for a whole recording: the 101 answer and each message as one unmasked frame (RFC 6455, 5.2). */
export function transcript(recording: RecordedStream, requestHead: string): Buffer {
  const key = /sec-websocket-key: (\S+)/i.exec(requestHead)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const protocol = recording.events.find(one => one.event === 'open')?.protocol ?? ''
  const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`
  const frames = messagesOf(recording).map(binaryFrame)
  return Buffer.concat([Buffer.from(head, 'latin1'), ...frames, Buffer.from([0x88, 0x02, 0x03, 0xe8])])
}

/** One unmasked binary frame. */
export function binaryFrame(message: Buffer): Buffer {
  const {length} = message
  if (length < 126) return Buffer.concat([Buffer.from([0x82, length]), message])
  if (length < 65_536) return Buffer.concat([Buffer.from([0x82, 126, length >> 8, length & 0xff]), message])
  const head = Buffer.alloc(10)
  head.writeUInt16BE(0x827f, 0)
  head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, message])
}

/** The error a promise rejects with; a resolved promise is a failed expectation. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}
