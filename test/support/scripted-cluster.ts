import http, {type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import {Duplex} from 'node:stream'
import {type WebSocket, WebSocketServer} from 'ws'
import {sourceOn} from '../../src/sources/cluster/live-source.js'
import type {Source} from '../../src/sources/source.js'
import type {CallRecord} from '../../src/wire/api-server.js'
import {channelFrame, portFrame} from '../../src/wire/channels.js'
import {apiAt} from './api-at.js'
import {messagesOf, type RecordedStream} from './recorded-wire.js'

/** An HTTP answer: to a request, or in place of an upgrade. */
export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

type Soon<T> = T | Promise<T>

/** What the script says of one request: an HTTP answer, recorded frames, or a port that speaks HTTP. */
export interface ClusterScript {
  /** GET of a path (with its query) below the server: status and body; undefined is 404. */
  get(path: string): Soon<ScriptedAnswer | undefined>
  /** A PATCH of a path: status and body. */
  patch?(path: string, contentType: string, body: string): {readonly status?: number; readonly body: string}
  /** The upgrade of an exec: a recording to replay; a recorded refusal is answered as it was. */
  exec?(container: string, argv: readonly string[], pod: string): Soon<RecordedStream | Buffer[] | ScriptedAnswer>
  /** The upgrade of a port-forward: a recording to replay, or what listens on the port. */
  forward?(port: number, pod: string): Soon<RecordedStream | http.RequestListener | ScriptedAnswer>
}

export interface ScriptedCluster {
  readonly source: Source
  readonly calls: readonly CallRecord[]
  close(): Promise<void>
}

/** A program that was run; without an exit code it was killed. */
export interface Ran {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

const NOTHING = Buffer.alloc(0)

/** The frames of a command that ended, as a kubelet sends them (v5.channel.k8s.io): stdout, stderr, status. */
export function framesOf({status, stdout, stderr}: Ran): Buffer[] {
  const code = status ?? 1
  const failure = {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: {causes: [{reason: 'ExitCode', message: String(code)}]},
  }
  return [
    ...(stdout.length === 0 ? [] : [channelFrame(1, stdout)]),
    ...(stderr.length === 0 ? [] : [channelFrame(2, stderr)]),
    channelFrame(3, Buffer.from(JSON.stringify(code === 0 ? {metadata: {}, status: 'Success'} : failure))),
  ]
}

/** Frames of a command that printed this and ended well. */
export function printed(text: string): Buffer[] {
  return framesOf({status: 0, stdout: Buffer.from(text), stderr: NOTHING})
}

function isAnswer(what: object): what is ScriptedAnswer {
  return 'body' in what
}

function refuseWith(socket: Duplex, {status = 500, headers = {}, body}: ScriptedAnswer): void {
  const all = {'content-type': 'text/plain', ...headers, 'content-length': String(Buffer.byteLength(body))}
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.resume()
  socket.end(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`)
}

function refuse(socket: Duplex, recording: RecordedStream): boolean {
  const refused = recording.events.find(each => each.event === 'refused')
  if (refused === undefined) return false
  const type = refused.headers?.['content-type'] ?? 'text/plain'
  const body = refused.body ?? ''
  const head = `HTTP/1.1 ${refused.status} X\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  socket.resume()
  socket.end(head + body)
  return true
}

function bridge(socket: WebSocket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => socket.send(channelFrame(0, chunk), () => done()),
    final: done => {
      socket.close(1000)
      done()
    },
  })
  const quiet = () => stream
  Object.assign(stream, {setTimeout: quiet, setNoDelay: quiet, setKeepAlive: quiet, ref: quiet, unref: quiet})
  socket.on('message', (data: Buffer) => stream.push(data.subarray(1)))
  socket.on('close', () => stream.destroy())
  return stream
}

/** A live source on a server that does what the script says; for what a served bundle cannot play: refusals and broken proxies. */
export async function scriptedCluster(
  script: ClusterScript,
  more: {revision?: string; adminPort?: number; idleMs?: number} = {},
): Promise<ScriptedCluster> {
  const web = http.createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const type = request.headers['content-type'] ?? ''
    const answer: ScriptedAnswer | undefined =
      request.method === 'PATCH' ? script.patch?.(request.url ?? '', type, body) : await script.get(request.url ?? '')
    if (answer === undefined) response.writeHead(404).end('404 page not found\n')
    else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
  })
  // Longer than Node's 5 s, as API servers do: a busy machine must not lose a connection between two requests.
  web.keepAliveTimeout = 120_000
  const sockets = new WebSocketServer({noServer: true, handleProtocols: offered => [...offered][0] ?? false})
  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer, use: (ws: WebSocket) => void) =>
    sockets.handleUpgrade(request, socket, head, ws => {
      ws.on('error', () => undefined)
      use(ws)
    })
  web.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => undefined)
    const {pathname, searchParams} = new URL(request.url ?? '', 'http://x')
    const pod = decodeURIComponent(pathname.split('/').at(-2) ?? '')
    if (pathname.endsWith('/exec')) {
      const run = (await script.exec?.(searchParams.get('container') ?? '', searchParams.getAll('command'), pod)) ?? []
      if (isAnswer(run)) return refuseWith(socket, run)
      if (!Array.isArray(run) && refuse(socket, run as RecordedStream)) return
      const frames = Array.isArray(run) ? (run as Buffer[]) : messagesOf(run as RecordedStream)
      accept(request, socket, head, ws => {
        for (const frame of frames) ws.send(frame)
        ws.close(1000)
      })
      return
    }
    const port = Number(searchParams.get('ports'))
    const what = await script.forward?.(port, pod)
    if (what === undefined) {
      socket.destroy()
      return
    }
    if (isAnswer(what)) return refuseWith(socket, what)
    if (typeof what === 'function') {
      accept(request, socket, head, ws => {
        ws.send(portFrame(0, port))
        ws.send(portFrame(1, port))
        http.createServer(what).emit('connection', bridge(ws))
      })
    } else if (!refuse(socket, what)) {
      accept(request, socket, head, ws => {
        // The recorded greeting names the port of the recording.
        const [, , ...rest] = messagesOf(what)
        for (const frame of [portFrame(0, port), portFrame(1, port), ...rest]) ws.send(frame)
        ws.close(1000)
      })
    }
  })
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  const {api, calls} = apiAt(
    `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    more.idleMs === undefined ? {} : {idleMs: more.idleMs},
  )
  const settings = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 20_000, adminPort: 15_000, ...more}
  const source = sourceOn(api, settings, 'cluster test', 'demo')
  const close = async () => {
    await source.close()
    await new Promise(resolve => web.close(resolve))
  }
  return {source, calls, close}
}
