import type {IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'
import {createWebSocketStream, type WebSocket, WebSocketServer} from 'ws'
import {isIstiod} from '../formats/kube-pod/istiod-pod.js'
import {commaList} from '../model/comma-list.js'
import type {KubeObject} from '../model/kube-object.js'
import {podRefOf} from '../model/kube-object.js'
import type {Source} from '../sources/source.js'
import {EXEC_V4, EXEC_V5, PORT_FORWARD_V4} from '../wire/channels.js'
import {playOverChannels, playOverSpdy} from './exec-sessions.js'
import {forwardOverChannels, forwardOverSpdy} from './forward-sessions.js'
import {SERVE_LIMITS} from './limits.js'
import type {PodEndpoints} from './pod-endpoints.js'
import {containerOf, podOf, requireNode} from './pod-of.js'
import type {PodPorts} from './pod-ports.js'
import {recordedRun} from './recorded-exec.js'
import {parseResourcePath, type ResourcePath} from './resource-path.js'
import {ApiFailure, badRequest, notFoundFailure} from './status.js'
import type {Store} from './store.js'

/** SPDY inside a WebSocket (kubectl >= 1.31), and SPDY after a 101 of its own. */
const SPDY_TUNNEL = 'SPDY/3.1+portforward.k8s.io'
const SPDY_FORWARD = 'portforward.k8s.io'
const SPDY_EXEC = ['v4.channel.k8s.io']
const MAX_UPGRADES = 256
const MAX_PORTS = 16

export interface UpgradeContext {
  readonly source: Source
  readonly store: Store
  readonly pages: PodEndpoints
  readonly ports: PodPorts
}

export interface Upgrades {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer, path: string, query: URLSearchParams): Promise<void>
  close(): void
}

function offered(request: IncomingMessage, header: string): readonly string[] {
  const value = request.headers[header]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return commaList(text)
}

function portsOf(query: URLSearchParams): readonly number[] {
  const words = [...query.getAll('ports'), ...query.getAll('port')]
    .flatMap(each => each.split(','))
    .filter(each => each !== '')
  if (words.length === 0) throw badRequest('query parameter "port" is required')
  const ports = words.map(Number)
  if (ports.length > MAX_PORTS || ports.some(port => !Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw badRequest(`invalid port "${words.join(',')}"`)
  }
  return ports
}

const flag = (query: URLSearchParams, name: string) => ['1', 'true'].includes(query.get(name) ?? '')

/** Serves exec, attach and port-forward over WebSocket channels, over SPDY in a WebSocket, and over raw SPDY. */
export function upgrades({source, store, pages, ports}: UpgradeContext): Upgrades {
  const open = new Set<Duplex>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: SERVE_LIMITS.messageBytes,
    handleProtocols: () => false,
  })
  // `ws` does not accept `/` in a protocol's name, so the choice is made here and written into the answer directly.
  const chosen = new WeakMap<IncomingMessage, string>()
  sockets.on('headers', (headers, request) => {
    const protocol = chosen.get(request)
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`)
  })
  function accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    protocol: string,
    use: (socket: WebSocket) => void,
  ): void {
    chosen.set(request, protocol)
    delete request.headers['sec-websocket-protocol']
    sockets.handleUpgrade(request, socket, head, accepted => {
      accepted.on('error', () => accepted.terminate())
      use(accepted)
    })
  }

  function acceptSpdy(socket: Duplex, head: Buffer, protocol: string): Duplex {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
    )
    if (head.length > 0) socket.unshift(head)
    return socket
  }

  function noProtocol(socket: Duplex, versions: readonly string[]): void {
    const lines = versions.map(each => `X-Accepted-Stream-Protocol-Versions: ${each}\r\n`).join('')
    socket.end(`HTTP/1.1 403 Forbidden\r\n${lines}Content-Length: 0\r\nConnection: close\r\n\r\n`)
  }

  async function exec(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    pod: KubeObject,
    query: URLSearchParams,
    spdy: boolean,
  ): Promise<void> {
    containerOf(pod, query.get('container'))
    const streams = {stdin: flag(query, 'stdin'), stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr')}
    if (!streams.stdin && !streams.stdout && !streams.stderr)
      throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
    const argv = query.getAll('command')
    const run = await recordedRun(source, pages, podRefOf(pod), argv)
    const wanted = offered(request, spdy ? 'x-stream-protocol-version' : 'sec-websocket-protocol')
    const protocol = (spdy ? SPDY_EXEC : [EXEC_V5, EXEC_V4]).find(each => wanted.includes(each))
    if (protocol === undefined) return noProtocol(socket, spdy ? SPDY_EXEC : [])
    if (spdy) return playOverSpdy(acceptSpdy(socket, head, protocol), run, streams)
    accept(request, socket, head, protocol, accepted => {
      playOverChannels(accepted, run, streams).catch(() => accepted.terminate())
    })
  }

  function forward(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    pod: KubeObject,
    query: URLSearchParams,
    spdy: boolean,
  ): void {
    const name = pod.metadata.name
    const ref = {namespace: pod.metadata.namespace ?? 'default', name}
    const dial = ports.dialer(ref, isIstiod(pod))
    const wanted = offered(request, spdy ? 'x-stream-protocol-version' : 'sec-websocket-protocol')
    const protocol = (spdy ? [SPDY_FORWARD] : [SPDY_TUNNEL, PORT_FORWARD_V4]).find(each => wanted.includes(each))
    if (protocol === undefined) noProtocol(socket, spdy ? [SPDY_FORWARD] : [])
    else if (spdy) forwardOverSpdy(acceptSpdy(socket, head, protocol), name, dial)
    else if (protocol === SPDY_TUNNEL) {
      accept(request, socket, head, protocol, accepted => forwardOverSpdy(createWebSocketStream(accepted), name, dial))
    } else {
      const requestedPorts = portsOf(query)
      accept(request, socket, head, protocol, accepted => forwardOverChannels(accepted, requestedPorts, name, dial))
    }
  }

  async function route(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    path: ResourcePath,
    query: URLSearchParams,
  ): Promise<void> {
    const spdy = /^spdy\//i.test(request.headers.upgrade ?? '')
    const pod = await podOf(store, path)
    requireNode(pod)
    switch (path.subresource) {
      case 'exec':
        return await exec(request, socket, head, pod, query, spdy)
      case 'portforward':
        return forward(request, socket, head, pod, query, spdy)
      case 'attach':
        throw new ApiFailure(
          405,
          'MethodNotAllowed',
          'this server shows recorded evidence: there is no process to attach to',
        )
      default:
        throw notFoundFailure(`pods/${path.subresource ?? ''}`, '', path.name ?? '')
    }
  }

  return {
    async handle(request, socket, head, pathText, query) {
      const path = parseResourcePath(pathText)
      if (path?.resource !== 'pods' || path.subresource === undefined) throw badRequest('this path cannot be upgraded')
      if (open.size >= MAX_UPGRADES)
        throw new ApiFailure(429, 'TooManyRequests', `${MAX_UPGRADES} streams are open already`)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      await route(request, socket, head, path, query)
    },
    close() {
      for (const socket of open) socket.destroy()
      ports.close()
      sockets.close()
    },
  }
}
