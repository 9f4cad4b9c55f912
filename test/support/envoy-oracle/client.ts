import {connect as connectHttp2} from 'node:http2'
import {connect, type Socket} from 'node:net'
import {connect as connectTls, type TLSSocket} from 'node:tls'
import {requestText} from '../../../src/analysis/envoy/connection.js'
import type {EnvoyRequest, IpPort} from '../../../src/model/envoy/request.js'
import type {Identity} from './certificates.js'

/** What a client saw of its request; `local` joins it with the access log. */
export interface Seen {
  readonly local: string
  readonly status: number | null
  readonly headers: ReadonlyMap<string, string>
}

/** How long a client waits for an answer, in milliseconds. */
export const PATIENCE = 1500

function proxyLine(request: EnvoyRequest): string {
  const line = request.proxyLine
  if (line === undefined) return ''
  const {source, destination} = line
  return `PROXY TCP4 ${source.ip} ${destination.ip} ${source.port} ${destination.port}\r\n`
}

/** A port of its own for every connection, below those the kernel picks: the access log is joined by it. */
let nextPort = 11_000 + (process.pid % 1000)

function open(to: IpPort, from: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({host: to.ip, port: to.port, localAddress: from, localPort: nextPort++})
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

function secure(socket: Socket, request: EnvoyRequest, identity: Identity | undefined): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const {tls} = request
    const secured = connectTls({
      socket,
      rejectUnauthorized: false,
      ...(tls?.sni ? {servername: tls.sni} : {}),
      ALPNProtocols: tls === undefined || tls.alpn.length === 0 ? undefined : [...tls.alpn],
      ...(identity === undefined ? {} : {cert: identity.cert, key: identity.key}),
    })
    secured.once('secureConnect', () => resolve(secured))
    secured.once('error', reject)
    secured.once('close', () => reject(new Error('closed')))
  })
}

function parse(text: string): {readonly status: number; readonly headers: ReadonlyMap<string, string>} | undefined {
  const end = text.indexOf('\r\n\r\n')
  const first = /^HTTP\/1\.[01] (\d{3})/.exec(text)
  if (first === null || end < 0) return undefined
  const lines = text.slice(0, end).split('\r\n').slice(1)
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {status: Number(first[1]), headers: new Map(headers)}
}

function exchange(socket: Socket, bytes: string): Promise<ReturnType<typeof parse>> {
  return new Promise(resolve => {
    let text = ''
    const end = () => {
      clearTimeout(timer)
      resolve(parse(text))
    }
    const timer = setTimeout(end, PATIENCE)
    socket.on('data', data => {
      text += data.toString('latin1')
      if (parse(text) !== undefined) end()
    })
    socket.once('close', end)
    socket.once('error', end)
    if (bytes !== '') socket.write(bytes, 'latin1')
  })
}

function overHttp2(socket: Socket, request: EnvoyRequest): Promise<ReturnType<typeof parse>> {
  return new Promise(resolve => {
    const session = connectHttp2(request.tls === undefined ? 'http://any' : 'https://any', {
      createConnection: () => socket,
    })
    const done = (result: ReturnType<typeof parse>) => {
      clearTimeout(timer)
      session.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => done(undefined), PATIENCE)
    session.on('error', () => done(undefined))
    session.on('close', () => done(undefined))
    const own: Record<string, string | string[]> = {':method': request.method, ':path': request.path}
    for (const [name, value] of request.headers) {
      const key = name === 'host' ? ':authority' : name
      const before = own[key]
      own[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
    }
    try {
      const stream = session.request(own)
      stream.on('error', () => done(undefined))
      stream.end()
      stream.on('response', headers => {
        const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
        done({status: Number(headers[':status']), headers: new Map(pairs)})
      })
    } catch {
      done(undefined)
    }
  })
}

/** Sends a request to Envoy as described, on a connection of its own. */
export async function send(request: EnvoyRequest, identity: Identity | undefined): Promise<Seen> {
  const raw = await open(request.acceptedBy, request.source.ip)
  const local = `${request.source.ip}:${raw.localPort}`
  const nothing: Seen = {local, status: null, headers: new Map()}
  const line = proxyLine(request)
  if (line !== '') raw.write(line)
  try {
    raw.on('error', () => undefined)
    const socket = request.tls === undefined ? raw : await secure(raw, request, identity)
    const seen =
      request.protocol === 'http/2'
        ? await overHttp2(socket, request)
        : await exchange(socket, request.payload ?? requestText(request))
    socket.destroy()
    return seen === undefined ? nothing : {local, ...seen}
  } catch {
    return nothing
  } finally {
    raw.destroy()
  }
}
