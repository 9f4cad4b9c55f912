import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {UserError} from '../../model/evidence/user-error.js'
import {escapeLines} from '../../terminal/escape.js'
import {serverClose} from '../../wire/server-close.js'

export interface MetricsServer {
  readonly address: string
  close(): Promise<void>
}

/** Connections at once: a few scrapers and the kubelet. */
const MAX_CONNECTIONS = 64

/** How long an idle connection is kept: longer than the usual time between two scrapes, which is at most a minute. */
const KEEP_ALIVE_MS = 90_000

/** How long a client may take to send its request. */
const REQUEST_MS = 10_000

/** `HOST:PORT`, `:PORT` for every address of the machine, `[::1]:PORT`. */
export function listenAddress(text: string): {readonly host: string; readonly port: number} {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]*):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new UserError(`invalid --listen ${JSON.stringify(text)}`, {
      hint: 'Use a form such as 127.0.0.1:9464 or :9464.',
    })
  return {host: host === '' ? '::' : host.replace(/^\[|\]$/g, ''), port: Number(port)}
}

/** Serves /metrics as Prometheus text, /healthz, and /readyz once the first round has ended; nothing else. */
export async function startMetricsServer(
  listen: string,
  metrics: () => Promise<string>,
  isReady: () => boolean,
): Promise<MetricsServer> {
  const {host, port} = listenAddress(listen)
  const pages: Readonly<Record<string, () => Promise<readonly [status: number, type: string, text: string]>>> = {
    '/metrics': async () => [200, 'text/plain; version=0.0.4; charset=utf-8', await metrics()],
    '/healthz': async () => [200, 'text/plain', 'ok\n'],
    '/readyz': async () =>
      isReady() ? [200, 'text/plain', 'ok\n'] : [503, 'text/plain', 'the first round has not ended\n'],
  }
  const server = createServer({requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS}, async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    const allowed = request.method === 'GET' || request.method === 'HEAD'
    try {
      const [status, type, text] =
        page === undefined
          ? ([404, 'text/plain', 'not found\n'] as const)
          : allowed
            ? await page()
            : ([405, 'text/plain', 'only GET and HEAD\n'] as const)
      response.writeHead(status, {'content-type': type, 'cache-control': 'no-store'})
      response.end(request.method === 'HEAD' ? undefined : text)
    } catch (error) {
      response.writeHead(503, {'content-type': 'text/plain'})
      response.end(`${escapeLines(error instanceof Error ? error.message : String(error))}\n`)
    }
  })
  server.maxConnections = MAX_CONNECTIONS
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const close = serverClose(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const bound = server.address() as AddressInfo
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  return {address: `${shown}:${bound.port}`, close}
}
