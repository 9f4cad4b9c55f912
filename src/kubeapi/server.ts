import {randomBytes} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import type {Duplex} from 'node:stream'
import type {RbacRule} from '../formats/kube/rbac.js'
import type {Source} from '../sources/source.js'
import {serverClose} from '../wire/server-close.js'
import {type ApiContext, serveApi} from './api.js'
import {attributesOf} from './attributes.js'
import {forbidden, isGranted} from './authorizer.js'
import {selfSignedCertificate} from './certificate.js'
import {SERVE_LIMITS} from './limits.js'
import {namesLoopback, sameSecret} from './loopback-guard.js'
import {podEndpoints} from './pod-endpoints.js'
import {podPorts} from './pod-ports.js'
import {definedResources} from './resources.js'
import {sendFailure} from './respond.js'
import {ApiFailure} from './status.js'
import {heldKinds, objectStore} from './store.js'
import {upgrades} from './upgrade.js'

export interface ServeOptions {
  /** 0 picks a free port. */
  readonly port?: number
  readonly adminPort?: number
  readonly now?: () => Date
  /** Return an empty list for kinds that were not captured, instead of an error. */
  readonly emptyLists?: boolean
  /** Let through only what these rules grant, as an API server with RBAC does; absent: everything can be read. */
  readonly rules?: readonly RbacRule[]
  /** Called for every request, for --verbose. */
  readonly onRequest?: (line: string) => void
}

export interface ApiServerHandle {
  /** `https://127.0.0.1:PORT/b/SECRET`: the server in the kubeconfig. */
  readonly url: string
  readonly token: string
  readonly certPem: string
  readonly defaultNamespace: string
  close(): Promise<void>
}

/** The checks of every request: the right Host (against DNS rebinding), no browser, the path secret, the token. */
function guard(request: IncomingMessage, port: number, prefix: string, token: string): string {
  if (!namesLoopback(request, port))
    throw new ApiFailure(421, 'BadRequest', 'this server answers on its loopback address alone')
  if (request.headers.origin !== undefined)
    throw new ApiFailure(403, 'Forbidden', 'this server does not answer browsers')
  const url = request.url ?? '/'
  const end = url.indexOf('?') < 0 ? url.length : url.indexOf('?')
  const inside = url.slice(0, end) === prefix || url.startsWith(`${prefix}/`)
  if (!inside) throw new ApiFailure(404, 'NotFound', 'the server could not find the requested resource')
  const [, sent = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (!sameSecret(sent, token)) throw new ApiFailure(401, 'Unauthorized', 'Unauthorized')
  return url.slice(prefix.length) || '/'
}

/** Splits what follows the prefix into path and query; never through URL, which reads `//version` as a host. */
function splitUrl(url: string): {readonly path: string; readonly query: URLSearchParams} {
  const at = url.indexOf('?')
  return {path: at < 0 ? url : url.slice(0, at), query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1))}
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(500, 'InternalError', error instanceof Error ? error.message : String(error))
  const body = `${JSON.stringify(failure.status)}\n`
  socket.end(
    `HTTP/1.1 ${failure.code} ${failure.status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Serves a source as a read-only Kubernetes API on 127.0.0.1 over TLS; `close` ends every connection and frees the port. */
export async function startApiServer(source: Source, options: ServeOptions = {}): Promise<ApiServerHandle> {
  const certificate = selfSignedCertificate()
  const {certPem, keyPem} = certificate
  const token = randomBytes(32).toString('base64url')
  const prefix = `/b/${randomBytes(16).toString('hex')}`
  const definitions = await source.objects({kind: 'CustomResourceDefinition'})
  const defined = definitions.ok ? definedResources(definitions.value) : []
  const store = objectStore(source, heldKinds(source), options.emptyLists, defined)
  const pages = podEndpoints(source)
  const capturedAt = source.origin.capturedAt
  const now = options.now ?? (() => (capturedAt === undefined ? new Date() : new Date(capturedAt)))
  const context: ApiContext = {source, store, now, rules: options.rules}
  const ports = podPorts({source, pages, certificate, adminPort: options.adminPort})
  const streams = upgrades({source, store, pages, ports})
  const server = createServer({
    cert: certPem,
    key: keyPem,
    ALPNProtocols: ['http/1.1'],
    maxHeaderSize: SERVE_LIMITS.headerBytes,
    keepAliveTimeout: SERVE_LIMITS.keepAliveMs,
  })
  let port = 0

  function authorize(method: string, path: string, query: URLSearchParams): void {
    const {rules} = options
    const wanted = rules === undefined ? undefined : attributesOf(method, path, query)
    if (rules !== undefined && wanted !== undefined && !isGranted(rules, wanted)) throw forbidden(wanted)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const {path, query} = splitUrl(guard(request, port, prefix, token))
      options.onRequest?.(`${request.method} ${path}${query.size > 0 ? `?${query}` : ''}`)
      authorize(request.method ?? 'GET', path, query)
      await serveApi(context, request, response, path, query)
    } catch (error) {
      sendFailure(response, error)
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const {path, query} = splitUrl(guard(request, port, prefix, token))
      options.onRequest?.(`${request.method} ${path}${query.size > 0 ? `?${query}` : ''} (${request.headers.upgrade})`)
      authorize(request.method ?? 'GET', path, query)
      await streams.handle({request, socket, head}, path, query)
    } catch (error) {
      refuseUpgrade(socket, error)
    }
  }

  server.on('request', (request, response) => void answer(request, response))
  server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head))
  const close = serverClose(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({port: options.port ?? 0, host: '127.0.0.1', backlog: SERVE_LIMITS.waitingConnections}, resolve)
  })
  port = (server.address() as AddressInfo).port
  return {
    url: `https://127.0.0.1:${port}${prefix}`,
    token,
    certPem,
    defaultNamespace: source.defaultNamespace,
    async close() {
      streams.close()
      await close()
    },
  }
}
