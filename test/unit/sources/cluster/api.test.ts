import type http from 'node:http'
import https from 'node:https'
import net, {type AddressInfo} from 'node:net'
import {gzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {selfSignedCertificate} from '../../../../src/kubeapi/certificate.js'
import {totalFor} from '../../../../src/sources/cluster/api/api.js'
import {gapOfFailure} from '../../../../src/sources/cluster/api/gap-of-failure.js'
import {listAllPages} from '../../../../src/sources/cluster/api/list.js'
import {WireFailure} from '../../../../src/wire/wire-failure.js'
import {apiAt, testApi} from '../../../support/api-at.js'
import {timersLeft} from '../../../support/live-timers.js'
import {RECORDED_HTTP} from '../../../support/recorded-wire.js'
import {rejection} from '../../../support/replay-server.js'

async function failure(promise: Promise<unknown>): Promise<WireFailure> {
  const error = await rejection(promise)
  if (!(error instanceof WireFailure)) throw error
  return error
}

function recorded(path: string, as = 'admin') {
  const found = RECORDED_HTTP.find(each => each.path === path && each.as === as)
  if (found === undefined) throw new Error(`no recording of ${path}`)
  return found
}

const OVERLOADED = 'Too many requests, please try again later.\n'

describe('failures recorded from a real API server', () => {
  test.each([
    ['/api/v1/namespaces/demo/pods/nosuch', 'admin', 'not-found', 'pods "nosuch" not found'],
    ['/api/v1/pods', 'bad token', 'forbidden', 'Unauthorized'],
    [
      '/api/v1/secrets',
      'reader',
      'forbidden',
      'user system:serviceaccount:demo:reader cannot list secrets cluster-wide',
    ],
    ['/api/v1/namespaces/demo/pods?limit=2&continue=garbage', 'admin', 'failed', 'invalid continue token'],
    [
      '/api/v1/namespaces/demo/pods/SLEEP/log?container=nosuch',
      'admin',
      'not-found',
      'container nosuch is not valid for pod',
    ],
    [
      '/api/v1/namespaces/demo/pods/sick-notready-v1-6f995684f4-lbhjq/log?container=sick-notready',
      'admin',
      'not-running',
      'is waiting to start: PodInitializing',
    ],
    ['/apis/nosuch.io/v1/things', 'admin', 'not-found', '404 page not found'],
  ])('GET %s as %s is a gap: %s', async (path, as, reason, words) => {
    const {status, headers, body} = recorded(path, as)
    const served = await testApi((_request, response) => {
      response.writeHead(status, {'content-type': headers['content-type'] ?? 'text/plain'}).end(body)
    })
    const gap = gapOfFailure('it', await failure(served.api.get({path})))
    expect(gap.reason).toBe(reason)
    expect(gap.detail).toContain(words)
    await served.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a 403 names verb, resource and scope, and what to ask for', async () => {
    const {body} = recorded('/api/v1/secrets', 'reader')
    const served = await testApi((_request, response) => response.writeHead(403).end(body))
    const gap = gapOfFailure('secrets', await failure(served.api.get({path: '/api/v1/secrets'})))
    expect(gap.hint).toBe('Ask for a ClusterRole with list on secrets; meshctl can-i shows all required permissions.')
    await served.close()
  })
})

describe('what is tried again', () => {
  test('429 with Retry-After until it passes; at most ten tries', async () => {
    let asked = 0
    const served = await testApi((_request, response) => {
      asked += 1
      if (asked % 12 < 4) response.writeHead(429, {'Retry-After': '0'}).end(OVERLOADED)
      else response.end('{}')
    })
    expect((await served.api.get({path: '/x'})).body.toString()).toBe('{}')
    expect(asked).toBe(4)
    const always = await testApi((_request, response) => response.writeHead(429, {'Retry-After': '0'}).end(OVERLOADED))
    const error = await failure(always.api.get({path: '/x'}))
    expect([error.kind, error.message]).toEqual(['throttled', 'HTTP 429: Too many requests, please try again later.'])
    expect(always.requests.length).toBe(10)
    await Promise.all([served.close(), always.close()])
    expect(await timersLeft()).toBe(0)
  })

  test('429 and 500 without Retry-After, and with one that is not a number, are not', async () => {
    for (const [status, headers] of [
      [429, {}],
      [500, {}],
      [503, {'Retry-After': 'Fri, 20 Nov 2026 00:00:00 GMT'}],
    ] as const) {
      const served = await testApi((_request, response) => response.writeHead(status, headers).end('no'))
      expect((await failure(served.api.get({path: '/x'}))).details.httpStatus).toBe(status)
      expect(served.requests.length).toBe(1)
      await served.close()
    }
  })

  test('a wait that would outlast the deadline is not begun, and a wait can be interrupted', async () => {
    const served = await testApi((_request, response) => response.writeHead(429, {'Retry-After': '30'}).end(OVERLOADED))
    expect((await failure(served.api.get({path: '/x', totalMs: 5000}))).kind).toBe('throttled')
    await served.close()
    const controller = new AbortController()
    const waiting = await testApi(
      (_request, response) => {
        response.writeHead(429, {'Retry-After': '30'}).end(OVERLOADED)
        setImmediate(() => setImmediate(() => setTimeout(() => controller.abort(), 20)))
      },
      {signal: controller.signal},
    )
    expect((await failure(waiting.api.get({path: '/x'}))).kind).toBe('aborted')
    await waiting.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a 401 once, with new credentials', async () => {
    const served = await testApi((request, response) => {
      if (request.headers.authorization === 'Bearer new') response.end('{}')
      else response.writeHead(401).end(recorded('/api/v1/pods', 'bad token').body)
    })
    expect((await served.api.get({path: '/x'})).status).toBe(200)
    expect(served.refusals).toEqual([false, true])
    const never = await testApi((_request, response) => response.writeHead(401).end())
    expect((await failure(never.api.get({path: '/x'}))).kind).toBe('unauthorized')
    expect(never.refusals).toEqual([false, true])
    await Promise.all([served.close(), never.close()])
  })

  test('a connection kept alive that the server closed in between is replaced', async () => {
    let asked = 0
    const served = await testApi((request, response) => {
      asked += 1
      if (asked === 2) request.socket.destroy()
      else response.end('{}')
    })
    await served.api.get({path: '/one'})
    expect((await served.api.get({path: '/two'})).status).toBe(200)
    expect(served.requests.map(each => each.url)).toEqual(['/one', '/two', '/two'])
    await served.close()
  })
})

describe('the network', () => {
  test('nobody listens: unreachable, with the address', async () => {
    const probe = net.createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => probe.once('listening', resolve))
    const {port} = probe.address() as AddressInfo
    await new Promise(resolve => probe.close(resolve))
    const {api} = apiAt(`http://127.0.0.1:${port}`)
    const gap = gapOfFailure('pods', await failure(api.get({path: '/x'})))
    expect(gap).toMatchObject({reason: 'unreachable', detail: `connect ECONNREFUSED 127.0.0.1:${port}`})
    api.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a name that does not resolve: unreachable', async () => {
    const {api} = apiAt('http://no-such-host.invalid')
    expect((await failure(api.get({path: '/x'}))).kind).toBe('unreachable')
    api.close()
  })

  test('a certificate nobody vouches for: TLS, with what to check; the right authority: an answer', async () => {
    const {certPem: certificate, keyPem: key} = selfSignedCertificate()
    const server = https.createServer({cert: certificate, key}, (_request, response) => response.end('{}'))
    server.on('tlsClientError', () => undefined)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const bad = apiAt(url, {agent: new https.Agent({keepAlive: true})})
    const gap = gapOfFailure('pods', await failure(bad.api.get({path: '/x'})))
    expect(gap.reason).toBe('unreachable')
    expect(gap.hint).toContain('certificate-authority')
    const good = apiAt(url, {agent: new https.Agent({keepAlive: true, ca: certificate})})
    expect((await good.api.get({path: '/x'})).status).toBe(200)
    bad.api.close()
    good.api.close()
    await new Promise(resolve => server.close(resolve))
    expect(await timersLeft()).toBe(0)
  })

  test('no answer: a timeout at the silence allowed, and nothing stays open', async () => {
    const served = await testApi(() => undefined, {idleMs: 40})
    const error = await failure(served.api.get({path: '/x'}))
    expect([error.kind, error.message]).toEqual(['timeout', 'GET /x: no data for 40 ms'])
    await served.close()
    expect(await timersLeft()).toBe(0)
  })

  test('an answer cut after every few bytes is never taken for whole', async () => {
    const full = Buffer.from(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
    )
    let cut = 0
    const server = net.createServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(full.subarray(0, cut)))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const {api} = apiAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    for (cut = 0; cut < full.length; cut += 1) {
      expect(['lost', 'protocol']).toContain((await failure(api.get({path: '/x'}))).kind)
    }
    cut = full.length
    expect((await api.get({path: '/x'})).body.toString()).toBe('{"a":1}')
    api.close()
    await new Promise(resolve => server.close(resolve))
    expect(await timersLeft()).toBe(0)
  })

  test('something that is not HTTP is a protocol failure', async () => {
    const server = net.createServer(socket =>
      socket
        .resume()
        .on('error', () => undefined)
        .end('220 mail.example ESMTP\r\n'),
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const {api} = apiAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect((await failure(api.get({path: '/x'}))).kind).toBe('protocol')
    api.close()
    await new Promise(resolve => server.close(resolve))
  })

  test('a body above the cap is refused, also when it was compressed', async () => {
    const big = Buffer.alloc(1 << 20, 0x20)
    const served = await testApi((request, response) => {
      if (request.headers['accept-encoding'] !== 'gzip') return response.end(big)
      return response.writeHead(200, {'Content-Encoding': 'gzip'}).end(gzipSync(big))
    })
    for (const gzip of [false, true]) {
      expect((await failure(served.api.get({path: '/x', gzip, maxBytes: 1000}))).kind).toBe('too-large')
      expect((await served.api.get({path: '/x', gzip})).body.equals(big)).toBe(true)
    }
    const [plain, packed] = served.calls.filter(each => each.outcome === '200').map(each => each.bytes)
    expect(plain).toBe(big.length)
    expect(packed).toBeLessThan(5000)
    await served.close()
  })

  test('every call is reported with its name and outcome', async () => {
    const served = await testApi((request, response) =>
      response.writeHead(request.url === '/good' ? 200 : 404).end('{}'),
    )
    await served.api.get({path: '/good'})
    await failure(served.api.get({path: '/bad'}))
    expect(served.calls).toMatchObject([
      {name: 'GET /good', bytes: 2, outcome: '200'},
      {name: 'GET /bad', bytes: 0, outcome: 'not-found'},
    ])
    await served.close()
  })
})

test('who allows more silence gets more time, who allows any silence an hour', () => {
  expect([15_000, 60_000, undefined].map(idleMs => totalFor(idleMs, 30_000))).toEqual([30_000, 120_000, 3_600_000])
})

describe('lists', () => {
  const item = (name: string) => ({metadata: {name, namespace: 'demo'}, spec: {unknownField: {kept: true}}})
  const page = (items: object[], token = '') =>
    JSON.stringify({kind: 'PodList', apiVersion: 'v1', metadata: {resourceVersion: '1', continue: token}, items})
  const expired = (token: string) =>
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {continue: token},
      status: 'Failure',
      message: 'The provided continue parameter is too old',
      reason: 'Expired',
      code: 410,
    })
  const tokenOf = (request: http.IncomingMessage) => new URL(request.url ?? '', 'http://x').searchParams.get('continue')

  test('pages are followed with the same parameters, items are named by their list and keep every field', async () => {
    const served = await testApi((request, response) => {
      const at = Number(tokenOf(request) ?? 0)
      response.end(page([item(`p${at}`)], at < 3 ? String(at + 1) : ''))
    })
    const found = await listAllPages(served.api, '/api/v1/pods?labelSelector=a%3Db')
    expect(found.map(each => each.metadata.name)).toEqual(['p0', 'p1', 'p2', 'p3'])
    expect(found[0]).toEqual({apiVersion: 'v1', kind: 'Pod', ...item('p0')})
    expect(served.requests.map(each => each.url)).toEqual([
      '/api/v1/pods?labelSelector=a%3Db&limit=500',
      ...['1', '2', '3'].map(token => `/api/v1/pods?labelSelector=a%3Db&limit=500&continue=${token}`),
    ])
    await served.close()
  })

  test('lists of custom resources have their token at the end, and may have no items at all', async () => {
    const served = await testApi((request, response) => {
      const next = tokenOf(request) === null ? 'next' : ''
      response.end(
        JSON.stringify({
          apiVersion: 'x/v1',
          items: next === '' ? null : [item('a')],
          kind: 'ThingList',
          metadata: {continue: next},
        }),
      )
    })
    const found = await listAllPages(served.api, '/apis/x/v1/things')
    expect(found.map(each => [each.kind, each.apiVersion, each.metadata.name])).toEqual([['Thing', 'x/v1', 'a']])
    await served.close()
  })

  test('a list that expires on the way is begun again, and the second time goes on from the server’s token', async () => {
    const asked: (string | null)[] = []
    const served = await testApi((request, response) => {
      const token = tokenOf(request)
      asked.push(token)
      if (token === 'old') response.writeHead(410).end(expired('fresh'))
      else response.end(page([item(token ?? 'first')], token === null ? 'old' : ''))
    })
    const found = await listAllPages(served.api, '/api/v1/pods')
    expect(asked).toEqual([null, 'old', null, 'old', 'fresh'])
    expect(found.map(each => each.metadata.name)).toEqual(['first', 'fresh'])
    await served.close()
  })

  test.each([
    ['not JSON', '<html>'],
    ['not a list', '{"kind":"Pod","metadata":{"name":"x"}}'],
    ['items that are not objects', '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[1]}'],
  ])('%s is a protocol failure', async (_name, body) => {
    const served = await testApi((_request, response) => response.end(body))
    expect((await failure(listAllPages(served.api, '/api/v1/pods'))).kind).toBe('protocol')
    await served.close()
  })

  test('a failure on a later page is the failure of the list', async () => {
    const served = await testApi((request, response) => {
      if (tokenOf(request) === null) response.end(page([item('a')], 'more'))
      else response.writeHead(500).end('etcdserver: request timed out')
    })
    expect((await failure(listAllPages(served.api, '/api/v1/pods'))).kind).toBe('server-error')
    await served.close()
  })
})
