import {createHash, randomBytes} from 'node:crypto'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {namesLoopback, sameSecret} from '../../kubeapi/loopback-guard.js'
import {escapeLines} from '../../terminal/escape.js'
import {PAGE_POLICY} from '../../terminal/html/page.js'
import {serverClose} from '../../wire/server-close.js'

export interface PageServer {
  /** `http://127.0.0.1:PORT/SECRET/`: any client that knows it may read the page. */
  readonly url: string
  close(): Promise<void>
}

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': `${PAGE_POLICY}; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** What is wrong with a request: status and sentence; undefined for one that may be answered. */
function refusal(request: IncomingMessage, port: number, token: string): readonly [number, string] | undefined {
  if (!namesLoopback(request, port)) return [421, 'this server answers on its loopback address alone']
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'none' && site !== 'same-origin')
    return [403, 'this page does not answer other pages']
  const [, secret = ''] = /^\/([^/?]*)\/$/.exec(request.url ?? '') ?? []
  if (!sameSecret(secret, token)) return [404, 'not found']
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : [405, 'this server only shows a page']
}

/** A page and what identifies its content (RFC 9110, ETag). */
interface TaggedPage {
  readonly text: string
  readonly tag: string
}

function tagged(text: string): TaggedPage {
  return {text, tag: `"${createHash('sha256').update(text).digest('base64url')}"`}
}

function sendText(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {...HEADERS, 'content-type': 'text/plain; charset=utf-8'})
  response.end(request.method === 'HEAD' ? undefined : text)
}

function sendPage(request: IncomingMessage, response: ServerResponse, {text, tag}: TaggedPage): void {
  const same = request.headers['if-none-match'] === tag
  response.writeHead(same ? 304 : 200, {...HEADERS, 'content-type': 'text/html; charset=utf-8', etag: tag})
  response.end(same || request.method === 'HEAD' ? undefined : text)
}

/** Serves a page on 127.0.0.1 at an address that only its reader knows; `make` is asked again when the last page is `maxAgeMs` old. */
export async function startPageServer(
  make: () => Promise<string>,
  options: {readonly port: number; readonly maxAgeMs: number; readonly now?: () => number},
): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url')
  const now = options.now ?? Date.now
  let held: {readonly at: number; readonly page: Promise<TaggedPage>} | undefined
  let port = 0

  function current(): Promise<TaggedPage> {
    if (held !== undefined && now() - held.at < options.maxAgeMs) return held.page
    const page = make().then(tagged)
    held = {at: now(), page}
    page.catch(() => {
      held = undefined
    })
    return page
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusal(request, port, token)
    if (refused !== undefined) return sendText(request, response, ...refused)
    try {
      sendPage(request, response, await current())
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      sendText(request, response, 503, escapeLines(text))
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  const close = serverClose(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    close,
  }
}
