import {PassThrough} from 'node:stream'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {
  CoreV1Api,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  Log,
  PortForward,
  type V1Status,
  Watch,
} from '@kubernetes/client-node'
import {kubeconfigText} from '../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../src/kubeapi/server.js'
import type {Source} from '../../src/sources/source.js'
import {sampleSource} from '../support/served.js'

/** The official JavaScript client as a judge of the served API: its own discovery of formats, its own WebSocket channels. */
const POD = 'reviews-v1-ccf5b6b84-9cj4v'
const REVIEWS = [POD, 'reviews-v2-84c78cd686-79fvq', 'reviews-v3-6d7b4bc8d8-nmwn7']
let source: Source
let server: ApiServerHandle
const config = new KubeConfig()

beforeAll(async () => {
  source = await sampleSource()
  server = await startApiServer(source)
  config.loadFromString(kubeconfigText(server))
})
afterAll(async () => await server.close())

async function text(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

async function recorded(id: 'net.sockets' | 'log.istio-proxy' | 'envoy.server_info'): Promise<string> {
  const answer = await source.evidence(id, {namespace: 'demo', name: POD})
  return answer.ok ? Buffer.from(answer.value.bytes).toString('latin1') : '?'
}

test('lists, with selectors and pages, and custom objects', async () => {
  const core = config.makeApiClient(CoreV1Api)
  const pods = await core.listPodForAllNamespaces({labelSelector: 'app=reviews'})
  expect(pods.items.map(pod => pod.metadata?.name)).toEqual(REVIEWS)
  const page = await core.listNamespacedPod({namespace: 'demo', limit: 5})
  expect(page.items.length).toBe(5)
  expect(page.metadata?._continue).toBeTruthy()
  const rules = (await config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
    group: 'networking.istio.io',
    version: 'v1',
    namespace: 'demo',
    plural: 'virtualservices',
  })) as {items: unknown[]}
  expect(rules.items.length).toBe(3)
  await expect(core.readNamespacedPod({namespace: 'demo', name: 'nosuch'})).rejects.toMatchObject({code: 404})
})

test('exec with its exit codes', async () => {
  const run = async (command: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config).exec('demo', POD, 'istio-proxy', command, stdout, stderr, null, false, resolve).catch(reject)
    })
    stdout.end()
    stderr.end()
    return {status, out: await text(stdout), err: await text(stderr)}
  }
  const good = await run(['ss', '-Hlntup'])
  expect([good.status.status, good.out]).toEqual(['Success', await recorded('net.sockets')])
  const bad = await run(['date'])
  expect(bad.status.details?.causes?.[0]).toMatchObject({reason: 'ExitCode', message: '126'})
  expect(bad.err).toContain('only recorded commands')
})

test('logs', async () => {
  const stream = new PassThrough()
  await new Log(config).log('demo', POD, 'istio-proxy', stream)
  expect(await text(stream)).toBe(await recorded('log.istio-proxy'))
})

test('port-forward by the channel protocol', async () => {
  const [input, output, failure] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const said: Buffer[] = []
  const socket = await new PortForward(config, true).portForward('demo', POD, [15_000], output, failure, input)
  const body = await recorded('envoy.server_info')
  const whole = new Promise<string>(resolve => {
    output.on('data', (chunk: Buffer) => {
      said.push(chunk)
      const text = Buffer.concat(said).toString('latin1')
      if (text.endsWith(body)) resolve(text)
    })
  })
  input.write('GET /server_info HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await whole).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  if ('close' in socket) socket.close()
})

test('watch sees what there is', async () => {
  const seen: string[] = []
  await new Promise<void>((resolve, reject) => {
    new Watch(config)
      .watch(
        '/api/v1/namespaces/demo/pods',
        {labelSelector: 'app=reviews', timeoutSeconds: 1},
        (type, object: {metadata: {name: string}}) => seen.push(`${type} ${object.metadata.name}`),
        error => (error === null || error === undefined ? resolve() : reject(error)),
      )
      .catch(reject)
  })
  expect(seen).toEqual(REVIEWS.map(name => `ADDED ${name}`))
})
