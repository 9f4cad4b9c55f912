import http from 'node:http'
import https from 'node:https'
import type {AddressInfo} from 'node:net'
import type {Duplex} from 'node:stream'
import type {ApiServerHandle} from '../../src/kubeapi/server.js'

export interface Refuser {
  /** The served address as it is reached through the refuser. */
  readonly url: string
  readonly refused: string[]
  readonly passed: string[]
  close(): Promise<void>
}

/**
 * A reverse proxy of the old kind: it passes requests and SPDY upgrades on, and answers WebSockets with a page of its own, or passes them on too.
 * `tamper` joins the two ends of an upgraded connection.
 */
export async function websocketRefuser(
  behind: ApiServerHandle,
  tamper?: (up: Duplex, down: Duplex) => void,
  passesWebSockets = false,
): Promise<Refuser> {
  const target = new URL(behind.url)
  const refused: string[] = []
  const passed: string[] = []
  const agent = new https.Agent({ca: behind.certPem})
  const onward = (request: http.IncomingMessage) =>
    https.request({
      host: target.hostname,
      port: target.port,
      path: request.url,
      method: request.method,
      agent,
      headers: {...request.headers, host: target.host},
    })
  const web = http.createServer((request, response) => {
    const up = onward(request)
    up.on('response', answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    up.on('error', () => response.destroy())
    request.pipe(up)
  })
  const open = new Set<Duplex>()
  web.on('upgrade', (request: http.IncomingMessage, down: Duplex) => {
    down.on('error', () => undefined)
    if (!passesWebSockets && /websocket/i.test(request.headers.upgrade ?? '')) {
      refused.push(request.url ?? '')
      down.end(
        'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n<h1>Unknown upgrade</h1>',
      )
      return
    }
    const up = onward(request)
    up.on('error', () => down.destroy())
    up.on('response', answer => {
      down.write(`HTTP/1.1 ${answer.statusCode} X\r\nConnection: close\r\n\r\n`)
      answer.pipe(down)
    })
    up.on('upgrade', (answer: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      passed.push(request.url ?? '')
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      down.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
      if (head.length > 0) down.write(head)
      for (const end of [socket, down]) {
        open.add(end)
        end.on('error', () => undefined)
        if (tamper !== undefined) end.once('end', () => end.destroy())
        end.once('close', () => {
          open.delete(end)
          socket.destroy()
          down.destroy()
        })
      }
      if (tamper === undefined) {
        socket.pipe(down)
        down.pipe(socket)
      } else tamper(socket, down)
    })
    up.end()
  })
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    agent.destroy()
    await new Promise(resolve => web.close(resolve))
  }
  return {url: `http://127.0.0.1:${(web.address() as AddressInfo).port}${target.pathname}`, refused, passed, close}
}
