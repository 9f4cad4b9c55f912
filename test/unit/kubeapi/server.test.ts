import {createHash} from 'node:crypto'
import {existsSync, readFileSync, statSync} from 'node:fs'
import https from 'node:https'
import {dirname} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import WebSocket from 'ws'
import {writeKubeconfig} from '../../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../../src/kubeapi/server.js'
import type {Source} from '../../../src/sources/source.js'
import {RECORDED_HTTP, recordedStream} from '../../support/recorded-wire.js'
import {sampleSource} from '../../support/served.js'

let source: Source
let server: ApiServerHandle
const POD = 'reviews-v1-ccf5b6b84-9cj4v'
const REVIEWS = [POD, 'reviews-v2-84c78cd686-79fvq', 'reviews-v3-6d7b4bc8d8-nmwn7']

beforeAll(async () => {
  source = await sampleSource()
  server = await startApiServer(source)
})
afterAll(async () => await server.close())

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

type Json = Readonly<Record<string, never>> & {
  readonly items: readonly Json[]
  readonly metadata: Json
  readonly rows: readonly Json[]
}

function call(
  path: string,
  options: {method?: string; headers?: Record<string, string>; body?: Uint8Array; base?: string} = {},
): Promise<Answer> {
  const length = options.body === undefined ? {} : {'Content-Length': String(options.body.length)}
  const headers = {Authorization: `Bearer ${server.token}`, ...length, ...options.headers}
  // A name of our own in Host is what is being tested there, so it must not stop the handshake.
  const lenient = options.headers?.Host === undefined ? {} : {checkServerIdentity: () => undefined}
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${options.base ?? server.url}${path}`,
      {method: options.method ?? 'GET', headers, ca: server.certPem, agent: false, ...lenient},
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

async function json(path: string, accept = 'application/json'): Promise<Json> {
  const {status, text} = await call(path, {headers: {Accept: accept}})
  expect({status, text: status === 200 ? '' : text}).toEqual({status: 200, text: ''})
  return JSON.parse(text) as Json
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

describe('who may ask', () => {
  test('the token, the secret path and the loopback name are all needed; browsers are refused', async () => {
    expect((await call('/version')).status).toBe(200)
    for (const [want, headers] of [
      [401, {Authorization: 'Bearer wrong'}],
      [401, {Authorization: ''}],
      [421, {Host: 'evil.example:443'}],
      [403, {Origin: 'https://evil.example'}],
    ] as const) {
      const {status, text} = await call('/version', {headers})
      expect(status).toBe(want)
      expect((JSON.parse(text) as {kind: string}).kind).toBe('Status')
    }
    expect((await call('/version', {base: new URL(server.url).origin})).status).toBe(404)
    expect((await call('/version', {base: server.url.slice(0, -1)})).status).toBe(404)
  })

  test('an upgrade passes the same guards', async () => {
    const open = (headers: Record<string, string>) =>
      new Promise<number>(resolve => {
        const socket = new WebSocket(
          `${server.url.replace('https', 'wss')}/api/v1/namespaces/demo/pods/${POD}/exec?command=ip&stdout=true`,
          ['v5.channel.k8s.io'],
          {ca: server.certPem, headers},
        )
        socket.on('unexpected-response', (request, response) => {
          resolve(response.statusCode ?? 0)
          request.destroy()
        })
        socket.on('error', () => undefined)
        socket.on('open', () => {
          resolve(101)
          socket.terminate()
        })
      })
    expect(await open({Authorization: `Bearer ${server.token}`})).toBe(101)
    expect(await open({Authorization: 'Bearer wrong'})).toBe(401)
    expect(await open({Authorization: `Bearer ${server.token}`, Origin: 'https://evil.example'})).toBe(403)
  })

  test('another certificate than the one in the kubeconfig is not accepted, and this one names loopback alone', async () => {
    const other = await startApiServer(source)
    await expect(call('/version', {base: other.url})).rejects.toThrow(/certificate|signed/)
    await other.close()
    await expect(call('/version', {base: server.url.replace('127.0.0.1', '127.0.0.2')})).rejects.toThrow()
  })
})

describe('lists', () => {
  test('a list is the source’s objects, all of them, unchanged', async () => {
    const list = await json('/api/v1/pods')
    const held = await source.objects({kind: 'Pod'})
    expect(list.items).toEqual(held.ok ? held.value : [])
    expect(list.items.length).toBe(28)
  })

  test('pages put together are the list; the last has no continue', async () => {
    const whole = await json('/api/v1/namespaces/demo/services')
    const pieces: Json[] = []
    let token = ''
    let pages = 0
    do {
      const page = await json(`/api/v1/namespaces/demo/services?limit=4&continue=${encodeURIComponent(token)}`)
      pieces.push(...page.items)
      pages += 1
      token = String((page.metadata as {continue?: string}).continue ?? '')
      const left = (page.metadata as {remainingItemCount?: number}).remainingItemCount ?? 0
      if (token !== '') expect(left + pieces.length).toBeGreaterThanOrEqual(whole.items.length)
    } while (token !== '')
    expect(pieces).toEqual(whole.items)
    expect(pages).toBe(Math.ceil(whole.items.length / 4))
    expect((await call('/api/v1/pods?limit=1&continue=nonsense')).status).toBe(400)
  })

  test.each([
    ['labelSelector=app%3Dreviews', REVIEWS],
    ['labelSelector=app%3Dreviews,version%3Dv1', [POD]],
    ['labelSelector=app%20in%20(reviews,details)', ['details-v1-cc94d67b-lq7vz', ...REVIEWS]],
    [`fieldSelector=metadata.name%3D${POD}`, [POD]],
    ['fieldSelector=status.phase%3DPending', ['sick-notready-v1-6f995684f4-lbhjq']],
    ['fieldSelector=status.phase!%3DRunning,metadata.namespace%3Ddemo', ['sick-notready-v1-6f995684f4-lbhjq']],
    ['fieldSelector=spec.nodeName%3Dnowhere', []],
  ])('%s', async (query, names) => {
    const found = await json(`/api/v1/pods?${query}`)
    expect(found.items.map(pod => (pod.metadata as unknown as {name: string}).name).sort()).toEqual(names)
  })

  test('a field nobody can select by is a 400 in the API server’s words', async () => {
    const {status, text} = await call('/api/v1/pods?fieldSelector=spec.colour%3Dblue')
    expect([status, (JSON.parse(text) as {message: string}).message]).toEqual([
      400,
      'field label not supported: spec.colour',
    ])
  })

  test('every version of a group is the same objects under that version', async () => {
    for (const version of ['v1', 'v1beta1', 'v1alpha3']) {
      const list = await json(`/apis/networking.istio.io/${version}/virtualservices`)
      expect(list.items.map(each => each.apiVersion)).toEqual(Array(3).fill(`networking.istio.io/${version}`))
    }
    expect(await call('/apis/networking.istio.io/v9/virtualservices')).toMatchObject({
      status: 404,
      text: '404 page not found\n',
    })
  })

  test('tables and bare metadata', async () => {
    const table = await json('/api/v1/namespaces/demo/pods?labelSelector=app%3Dsick-notready', TABLE)
    expect(table.kind).toBe('Table')
    expect((table.rows[0] as unknown as {cells: unknown[]}).cells.slice(0, 4)).toEqual([
      'sick-notready-v1-6f995684f4-lbhjq',
      '0/2',
      'Init:1/2',
      0,
    ])
    const bare = await json(
      '/api/v1/pods',
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
    )
    expect(bare.kind).toBe('PartialObjectMetadataList')
    expect(Object.keys(bare.items[0] ?? {})).toEqual(['kind', 'apiVersion', 'metadata'])
  })
})

describe('what is not there', () => {
  test('a kind that was not captured is a 404 with the recorded gap, never an empty list', async () => {
    const {status, text} = await call('/apis/apps/v1/daemonsets')
    const body = JSON.parse(text) as {message: string; reason: string; details: {causes: readonly {message: string}[]}}
    expect([status, body.reason]).toEqual([404, 'NotFound'])
    expect(JSON.parse(body.details.causes[0]?.message ?? '')).toMatchObject({reason: 'not-captured'})
  })

  test('objects, pods and containers that do not exist are refused in the recorded words of a real server', async () => {
    const words = async (path: string) => JSON.parse((await call(path)).text) as {message: string; code: number}
    const real = (name: string) =>
      JSON.parse(recordedStream(name).events.find(one => one.event === 'refused')?.body ?? '{}') as {
        message: string
        code: number
      }
    expect(await words('/api/v1/namespaces/demo/pods/nosuch')).toEqual(
      expect.objectContaining({code: 404, message: 'pods "nosuch" not found'}),
    )
    expect(real('exec-no-such-pod').code).toBe(404)
    const missing = await words(`/api/v1/namespaces/demo/pods/${POD}/log?container=nosuch`)
    expect([missing.code, missing.message.replace(/\w[\w-]* is not valid for pod .*/, '')]).toEqual([
      400,
      real('exec-no-such-container').message.replace(/\w[\w-]* is not valid for pod .*/, ''),
    ])
  })

  test('the log of a container that has not started is refused in the words of a real server', async () => {
    const real = RECORDED_HTTP.find(each => each.path.endsWith('/log?container=sick-notready'))
    const message = (text: string) => (JSON.parse(text) as {message: string}).message
    const ours = await call(
      '/api/v1/namespaces/demo/pods/sick-notready-v1-6f995684f4-lbhjq/log?container=sick-notready',
    )
    expect([ours.status, message(ours.text)]).toEqual([real?.status, message(real?.body ?? '{}')])
  })

  test('Secrets are refused, and everything that writes is a 405', async () => {
    expect((await call('/api/v1/secrets')).status).toBe(403)
    for (const [method, path] of [
      ['POST', '/api/v1/namespaces/demo/pods'],
      ['DELETE', `/api/v1/namespaces/demo/pods/${POD}`],
      ['PUT', `/api/v1/namespaces/demo/pods/${POD}`],
      ['PATCH', `/api/v1/namespaces/demo/pods/${POD}/ephemeralcontainers`],
    ] as const) {
      const {status, text} = await call(path, {method, body: Buffer.from('{}')})
      expect([method, status, (JSON.parse(text) as {reason: string}).reason]).toEqual([method, 405, 'MethodNotAllowed'])
    }
  })
})

describe('watches', () => {
  test('headers come at once, then what there is and a bookmark; it ends when its time is up', async () => {
    const {status, text} = await call(
      '/api/v1/namespaces/demo/pods?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1&labelSelector=app%3Dreviews',
    )
    const events = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as {type: string; object: {metadata: {name?: string; annotations?: object}}})
    expect(status).toBe(200)
    expect(events.map(each => each.type)).toEqual(['ADDED', 'ADDED', 'ADDED', 'BOOKMARK'])
    expect(events.slice(0, 3).map(each => each.object.metadata.name)).toEqual(REVIEWS)
    expect(events[3]?.object.metadata.annotations).toEqual({'k8s.io/initial-events-end': 'true'})
  })

  test('a watch from a version on is silent', async () => {
    expect((await call('/api/v1/pods?watch=true&resourceVersion=1000000&timeoutSeconds=1')).text).toBe('')
  })
})

describe('reviews', () => {
  /** A SelfSubjectAccessReview in Kubernetes' protobuf, put together by hand from the field numbers of generated.proto. */
  function accessReview(verb: string, resource: string, subresource: string): Buffer {
    const field = (number: number, bytes: Uint8Array) =>
      Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
    const attributes = Buffer.concat([
      field(1, Buffer.from('demo')),
      field(2, Buffer.from(verb)),
      field(5, Buffer.from(resource)),
      field(6, Buffer.from(subresource)),
    ])
    const review = field(2, field(1, attributes))
    const type = Buffer.concat([
      field(1, Buffer.from('authorization.k8s.io/v1')),
      field(2, Buffer.from('SelfSubjectAccessReview')),
    ])
    return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, review)])
  }
  const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

  test.each([
    ['get', 'pods', '', true],
    ['create', 'pods', 'exec', true],
    ['delete', 'pods', '', false],
    ['get', 'secrets', '', false],
  ])('%s %s %s: %s, asked in protobuf and in JSON', async (verb, resource, subresource, allowed) => {
    const spec = {resourceAttributes: {verb, resource, subresource}}
    for (const body of [accessReview(verb, resource, subresource), Buffer.from(JSON.stringify({spec}))]) {
      const {status, text} = await call(PATH, {method: 'POST', body})
      expect([status, (JSON.parse(text) as {status: {allowed: boolean}}).status.allowed]).toEqual([201, allowed])
    }
  })
})

describe('the kubeconfig', () => {
  test('is a file of its own, for this user alone, and gone afterwards', async () => {
    const file = await writeKubeconfig(server)
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700)
    const text = readFileSync(file.path, 'utf8')
    expect(text).toContain(server.url)
    expect(createHash('sha256').update(text).digest('hex')).not.toBe('')
    await file.remove()
    expect(existsSync(dirname(file.path))).toBe(false)
  })
})

test('a closed server has freed its port and every connection', async () => {
  const other = await startApiServer(source)
  const response = await new Promise<number>((resolve, reject) => {
    https
      .get(
        `${other.url}/api/v1/pods?watch=1&resourceVersion=1`,
        {ca: other.certPem, headers: {Authorization: `Bearer ${other.token}`}},
        answer => {
          answer.on('error', () => undefined)
          resolve(answer.statusCode ?? 0)
        },
      )
      .on('error', reject)
  })
  expect(response).toBe(200)
  await other.close()
  const port = Number(new URL(other.url).port)
  const again = await startApiServer(source, {port})
  expect(new URL(again.url).port).toBe(String(port))
  await again.close()
})
