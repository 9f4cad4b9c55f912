import {createServer, type Server, type Socket} from 'node:net'
import {createServer as createTlsServer} from 'node:tls'
import type {UpstreamServer} from '../../../src/model/envoy/proxy.js'
import type {Identity} from './certificates.js'

/** A server behind Envoy: where it listens, and what the interpreter is given about it. */
export interface TestServer {
  readonly name: string
  readonly port: number
  readonly facts: UpstreamServer
}

function head(text: string): RegExpExecArray | null {
  return /^([A-Z]+) (\/\S*|[^\s"#<>\\^`{|}]+) HTTP\/1\.[01]\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(text)
}

function answer(status: number, path: string, host: string): string {
  return `HTTP/1.1 ${status} Answer\r\nx-seen-path: ${path}\r\nx-seen-host: ${host}\r\ncontent-length: 2\r\n\r\nok`
}

type Behaviour = (socket: Socket, path: string, host: string) => void

/** Answers HTTP by `behave`, and websocket upgrades where it `switches`; echoes all other bytes. */
function handler(behave: Behaviour, switches = false): (socket: Socket) => void {
  return socket => {
    let text = ''
    let http = true
    socket.on('error', () => socket.destroy())
    socket.on('data', bytes => {
      if (!http) return void socket.write(bytes)
      text += bytes.toString('latin1')
      const found = head(text)
      if (found === null) {
        if (/^[A-Z]+ [^\r\n]*$|^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(text)) return
        http = false
        socket.write(text, 'latin1')
        return
      }
      const host = /^host: *(.*)$/im.exec(found[3] ?? '')?.[1] ?? ''
      if (/^upgrade: *websocket/im.test(found[3] ?? '') && switches) {
        socket.write('HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n')
        return
      }
      behave(socket, found[2] ?? '', host)
      text = ''
    })
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const PLAIN: UpstreamServer = {connect: 'accepts', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}

function status(code: number, afterMs = 0): {readonly facts: UpstreamServer; readonly behave: Behaviour} {
  return {
    facts: {...PLAIN, answer: {kind: 'http', status: code, afterMs}},
    behave: (socket, path, host) => void setTimeout(() => socket.write(answer(code, path, host)), afterMs),
  }
}

const KINDS: Readonly<Record<string, {readonly facts: UpstreamServer; readonly behave: Behaviour}>> = {
  ok: status(200),
  s503: status(503),
  s500: status(500),
  s404: status(404),
  s429: status(429),
  slow: status(200, 600),
  hangup: {facts: {...PLAIN, answer: {kind: 'closes-after-request'}}, behave: socket => void socket.end()},
  garbage: {
    facts: {...PLAIN, answer: {kind: 'not-http'}},
    behave: socket => void socket.write('this is no answer\r\n\r\n'),
  },
}

/** Starts one server of each kind; `close` ends them all. */
export async function startServers(
  server: Identity,
  impostor: Identity,
): Promise<{readonly servers: readonly TestServer[]; readonly close: () => void}> {
  const running: Server[] = []
  const servers: TestServer[] = []
  for (const [name, {facts, behave}] of Object.entries(KINDS)) {
    const each = createServer(handler(behave, name === 'ok' || name === 'slow'))
    running.push(each)
    servers.push({name, port: await listen(each), facts})
  }
  for (const [name, identity] of [
    ['tls', server],
    ['impostor', impostor],
  ] as const) {
    const each = createTlsServer(
      {cert: identity.cert, key: identity.key},
      handler(KINDS.ok?.behave ?? (() => undefined), true),
    )
    each.on('tlsClientError', () => undefined)
    running.push(each)
    const {uriSans, dnsSans} = identity.facts
    const tls = {uriSans, dnsSans, trusted: true, expired: false, demandsCertificate: false}
    servers.push({name, port: await listen(each), facts: {...PLAIN, tls}})
  }
  const closed = createServer()
  const port = await listen(closed)
  await new Promise<void>(resolve => closed.close(() => resolve()))
  servers.push({name: 'refused', port, facts: {...PLAIN, connect: 'refuses'}})
  return {servers, close: () => running.forEach(each => void each.close())}
}
