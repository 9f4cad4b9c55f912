import {connect, type TLSSocket} from 'node:tls'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import WebSocket from 'ws'
import {type ApiServerHandle, startApiServer} from '../../../src/kubeapi/server.js'
import {sampleSource} from '../../support/served.js'

/** What nobody should send: the server answers with a refusal or hangs up, and goes on serving others. */
let server: ApiServerHandle
let port: number
let prefix: string
beforeAll(async () => {
  server = await startApiServer(await sampleSource())
  port = Number(new URL(server.url).port)
  prefix = new URL(server.url).pathname
})
afterAll(async () => await server.close())

const POD = '/api/v1/namespaces/demo/pods/reviews-v1-ccf5b6b84-9cj4v'

/** Sends bytes over TLS and collects what comes back until the server hangs up, or for a moment when it waits for more. */
function raw(bytes: Buffer | string, waitMs = 300): Promise<string> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const socket: TLSSocket = connect({port, host: '127.0.0.1', ca: server.certPem}, () => socket.write(bytes))
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const timer = setTimeout(done, waitMs)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('close', done)
    socket.on('error', () => undefined)
  })
}

const head = (method: string, path: string, more = '') =>
  `${method} ${prefix}${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${server.token}\r\n${more}\r\n`
const upgrade = (path: string, more: string) =>
  head('POST', path, `Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${more}`)

async function stillServes(): Promise<void> {
  expect(await raw(head('GET', '/readyz', 'Connection: close\r\n'), 5000)).toMatch(/^HTTP\/1\.1 200/)
}

test.each([
  [
    'a path that cannot be decoded',
    () => head('GET', '/api/v1/namespaces/%zz/pods', 'Connection: close\r\n'),
    /^HTTP\/1\.1 404/,
  ],
  ['a path that climbs', () => head('GET', '/../../../etc/passwd', 'Connection: close\r\n'), /^HTTP\/1\.1 404/],
  [
    'a body beyond the limit',
    () =>
      head(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        'Connection: close\r\nContent-Length: 3000000\r\n',
      ) + 'x'.repeat(2_000_000),
    /^HTTP\/1\.1 413/,
  ],
  [
    'a review that is neither JSON nor protobuf',
    () =>
      `${head('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'Connection: close\r\nContent-Length: 3\r\n')}abc`,
    /^HTTP\/1\.1 400/,
  ],
  [
    'a protobuf review of garbage',
    () =>
      `${head('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'Connection: close\r\nContent-Length: 8\r\n')}k8s\0\x0a\xff\xff\xff`,
    /^HTTP\/1\.1 (201|400)/,
  ],
  [
    'headers beyond the limit',
    () => head('GET', '/version', `X-Long: ${'a'.repeat(100_000)}\r\n`),
    /^(HTTP\/1\.1 431|$)/,
  ],
  [
    'an upgrade of a path without streams',
    () => upgrade('/api/v1/pods', 'X-Stream-Protocol-Version: v4.channel.k8s.io\r\n'),
    /^HTTP\/1\.1 400/,
  ],
  [
    'an upgrade to no known protocol',
    () => upgrade(`${POD}/portforward`, 'X-Stream-Protocol-Version: nonsense\r\n'),
    /^HTTP\/1\.1 403[\s\S]*portforward\.k8s\.io/,
  ],
  ['no HTTP at all', () => '\x16\x03\x01 garbage\r\n\r\n', /^(HTTP\/1\.1 400|$)/],
])('%s', async (_name, bytes, answer) => {
  expect(await raw(Buffer.from(bytes(), 'latin1'), 3000)).toMatch(answer)
  await stillServes()
})

test.each([
  ['garbage', Buffer.from('this is not SPDY at all, not even close')],
  ['a header block that is not zlib', Buffer.from('80030001000000120000000100000000000000000000000000000000', 'hex')],
  ['a frame cut short', Buffer.from('8003000100ffff', 'hex')],
  ['data for a stream nobody opened', Buffer.from('0000000700000004deadbeef', 'hex')],
])('after a SPDY upgrade: %s', async (_name, bytes) => {
  const opened = upgrade(`${POD}/portforward`, 'X-Stream-Protocol-Version: portforward.k8s.io\r\n')
  expect(await raw(Buffer.concat([Buffer.from(opened, 'latin1'), bytes]))).toMatch(/^HTTP\/1\.1 101/)
  await stillServes()
})

test.each([
  '?ports=0',
  '?ports=70000',
  '?ports=abc',
  `?ports=${Array.from({length: 40}, (_, at) => at + 1).join(',')}`,
])('port-forward%s is refused', async query => {
  const status = await new Promise<number>(resolve => {
    const socket = new WebSocket(
      `${server.url.replace('https', 'wss')}${POD}/portforward${query}`,
      ['v4.channel.k8s.io'],
      {ca: server.certPem, headers: {Authorization: `Bearer ${server.token}`}},
    )
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('open', () => resolve(101))
  })
  expect(status).toBe(400)
})

test('a client that reads nothing of a large page makes the server wait, not grow', async () => {
  const before = process.memoryUsage().rss
  const sockets = await Promise.all(
    Array.from({length: 20}, () => {
      const socket = new WebSocket(
        `${server.url.replace('https', 'wss')}${POD}/portforward?ports=15000`,
        ['v4.channel.k8s.io'],
        {ca: server.certPem, headers: {Authorization: `Bearer ${server.token}`}},
      )
      return new Promise<WebSocket>((resolve, reject) => {
        socket.on('error', reject)
        socket.on('open', () => {
          socket.pause()
          for (let n = 0; n < 40; n++)
            socket.send(
              Buffer.concat([
                Buffer.from([0]),
                Buffer.from('GET /config_dump?include_eds HTTP/1.1\r\nHost: x\r\n\r\n'),
              ]),
            )
          resolve(socket)
        })
      })
    }),
  )
  await new Promise(resolve => setTimeout(resolve, 1500))
  // Twenty clients asked for 40 pages of half a megabyte each: 400 MB, of which each may have a few buffers' worth.
  expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024)
  for (const socket of sockets) socket.terminate()
  await stillServes()
})
