import {spawn, spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import http from 'node:http'
import {createServer} from 'node:net'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type KubeconfigFile, writeKubeconfig} from '../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../src/kubeapi/server.js'
import type {EvidenceId} from '../../src/model/evidence/evidence.js'
import type {Source} from '../../src/sources/source.js'
import {sampleSource} from '../support/served.js'
import {skipUnless} from '../support/skip-unless.js'

const kubectlVersion = spawnSync('kubectl', ['version', '--client', '-o', 'json'], {encoding: 'utf8'})
const present = kubectlVersion.status === 0
const {describe: withKubectl} = skipUnless(present, 'kubectl on PATH')

const POD = 'reviews-v1-ccf5b6b84-9cj4v'
const REF = {namespace: 'demo', name: POD}

let source: Source
let server: ApiServerHandle
let kubeconfig: KubeconfigFile

beforeAll(async () => {
  source = await sampleSource()
  server = await startApiServer(source)
  kubeconfig = await writeKubeconfig(server)
})
afterAll(async () => {
  await server.close()
  await kubeconfig.remove()
})

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    KUBECONFIG: kubeconfig.path,
    KUBECACHEDIR: kubeconfig.cacheFolder,
    ...more,
  }
}

function kubectl(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', [...argv], {
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 25_000,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', code =>
      resolve({code, out: Buffer.concat(out).toString('latin1'), err: Buffer.concat(err).toString('utf8')}),
    )
  })
}

async function evidence(id: EvidenceId): Promise<string> {
  const answer = await source.evidence(id, REF)
  if (!answer.ok) throw new Error(`the sample has no ${id}`)
  return Buffer.from(answer.value.bytes).toString('latin1')
}

withKubectl('kubectl get and describe', () => {
  test('tables: the names and states that the objects hold', async () => {
    const {code, out} = await kubectl(['get', 'pods', '-n', 'demo', '--no-headers'])
    expect(code).toBe(0)
    const rows = out
      .trim()
      .split('\n')
      .map(line => line.split(/\s+/))
    const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
    expect(rows.map(row => row[0]).sort()).toEqual((pods.ok ? pods.value : []).map(pod => pod.metadata.name).sort())
    expect(rows.find(row => row[0]?.startsWith('sick-notready'))?.slice(1, 4)).toEqual(['0/2', 'Init:1/2', '0'])
    expect(rows.filter(row => row[2] === 'Running').length).toBe(rows.length - 1)
  })

  test('-o json gives the objects back, in chunks as well', async () => {
    const {out} = await kubectl(['get', 'services', '-A', '-o', 'json', '--chunk-size=3'])
    const held = await source.objects({kind: 'Service'})
    expect((JSON.parse(out) as {items: unknown[]}).items).toEqual(held.ok ? held.value : [])
  })

  test('short names, categories, selectors, wide and sorted tables', async () => {
    expect((await kubectl(['get', 'vs,dr', '-n', 'demo', '-o', 'name'])).out.trim().split('\n').length).toBe(5)
    const all = await kubectl(['get', 'all', '-n', 'demo', '-o', 'name'])
    expect(all).toMatchObject({code: 0, err: ''})
    expect(all.out).toContain('deployment.apps/reviews-v1')
    expect(
      (await kubectl(['get', 'po', '-n', 'demo', '-l', 'app in (reviews)', '-o', 'name'])).out.trim().split('\n'),
    ).toEqual([POD, 'reviews-v2-84c78cd686-79fvq', 'reviews-v3-6d7b4bc8d8-nmwn7'].map(name => `pod/${name}`))
    expect((await kubectl(['get', 'po', '-A', '-o', 'wide', '--sort-by=.metadata.name'])).out).toContain('10.244.0.16')
  })

  test('describe shows containers and conditions', async () => {
    const {code, out} = await kubectl(['describe', 'pod', '-n', 'demo', POD])
    expect(code).toBe(0)
    expect(out).toMatch(/Name:\s+reviews-v1-/)
    expect(out).toContain('istio-proxy:')
    expect(out).not.toMatch(/PROXY:\s+\S*secret/)
  })

  test('what was not captured and what would change something is refused in words', async () => {
    expect(await kubectl(['get', 'daemonsets', '-A'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not captured'),
    })
    expect(await kubectl(['get', 'secrets', '-A'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('never captured'),
    })
    expect(await kubectl(['get', 'pod', '-n', 'demo', 'nosuch'])).toMatchObject({
      code: 1,
      err: 'Error from server (NotFound): pods "nosuch" not found\n',
    })
    expect(await kubectl(['delete', 'pod', '-n', 'demo', POD])).toMatchObject({
      code: 1,
      err: expect.stringContaining('MethodNotAllowed'),
    })
  })
})

withKubectl.each([
  ['WebSocket', {}],
  ['SPDY', {KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false'}],
] as const)('kubectl exec over %s', (_name, env) => {
  test('a recorded command prints what it printed', async () => {
    const run = await kubectl(['exec', '-n', 'demo', POD, '-c', 'istio-proxy', '--', 'ss', '-Hlntup'], env)
    expect(run).toEqual({code: 0, out: await evidence('net.sockets'), err: ''})
    const whole = await kubectl(
      [
        'exec',
        '-n',
        'demo',
        POD,
        '-c',
        'istio-proxy',
        '--',
        'pilot-agent',
        'request',
        'GET',
        'config_dump?include_eds',
      ],
      env,
    )
    expect(whole.out === (await evidence('envoy.config_dump'))).toBe(true)
  })

  test('any other command ends with 126 and nothing is run', async () => {
    const run = await kubectl(['exec', '-n', 'demo', POD, '-c', 'istio-proxy', '--', 'sh', '-c', 'echo hello'], env)
    expect(run.code).toBe(126)
    expect(run.out).toBe('')
    expect(run.err).toContain('only recorded commands can be answered')
  })

  test('a container that does not exist is refused', async () => {
    const run = await kubectl(['exec', '-n', 'demo', POD, '-c', 'nosuch', '--', 'ip', 'rule'], env)
    expect(run).toMatchObject({
      code: 1,
      err: `Error from server (BadRequest): container nosuch is not valid for pod ${POD}\n`,
    })
  })
})

withKubectl('kubectl logs, auth and wait', () => {
  test('logs', async () => {
    const whole = await evidence('log.istio-proxy')
    expect(await kubectl(['logs', '-n', 'demo', POD, '-c', 'istio-proxy'])).toMatchObject({code: 0, out: whole})
    const last = whole.trimEnd().split('\n').slice(-3).join('\n')
    expect((await kubectl(['logs', '-n', 'demo', POD, '-c', 'istio-proxy', '--tail=3'])).out.trimEnd()).toBe(last)
    expect(await kubectl(['logs', '-n', 'demo', POD, '-c', 'reviews'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('was not captured'),
    })
  })

  test('auth can-i', async () => {
    expect(await kubectl(['auth', 'can-i', 'list', 'pods'])).toMatchObject({code: 0, out: 'yes\n'})
    expect(await kubectl(['auth', 'can-i', 'create', 'pods', '--subresource=portforward'])).toMatchObject({
      code: 0,
      out: 'yes\n',
    })
    expect(await kubectl(['auth', 'can-i', 'delete', 'pods'])).toMatchObject({
      code: 1,
      out: 'no - meshctl serve is read-only\n',
    })
    expect((await kubectl(['auth', 'can-i', '--list'])).code).toBe(0)
    expect((await kubectl(['auth', 'whoami'])).out).toContain('meshctl')
  })

  test('wait ends at once when it is so, and at its own timeout when it is not', async () => {
    expect(await kubectl(['wait', '-n', 'demo', '--for=condition=Ready', `pod/${POD}`, '--timeout=5s'])).toMatchObject({
      code: 0,
    })
    const never = await kubectl([
      'wait',
      '-n',
      'demo',
      '--for=condition=Ready',
      'pod',
      '-l',
      'app=sick-notready',
      '--timeout=1s',
    ])
    expect(never).toMatchObject({code: 1, err: expect.stringContaining('timed out waiting')})
  })
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function get(
  port: number,
  path: string,
  agent: http.Agent | false,
): Promise<{readonly status: number; readonly body: Buffer}> {
  return new Promise((resolve, reject) => {
    const request = http.get({host: '127.0.0.1', port, path, agent, timeout: 10_000}, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({status: response.statusCode ?? 0, body: Buffer.concat(chunks)}))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error(`no answer for ${path}`)))
    request.on('error', reject)
  })
}

/** Runs `use` while kubectl forwards a local port; says what kubectl said on standard error. */
async function forwarding(
  remote: number,
  env: Readonly<Record<string, string>>,
  use: (port: number) => Promise<void>,
): Promise<string> {
  const port = await freePort()
  const child = spawn('kubectl', ['port-forward', '-n', 'demo', POD, `${port}:${remote}`], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString('utf8').includes('Forwarding from 127.0.0.1')) resolve()
      })
      child.once('close', () => reject(new Error(`kubectl ended: ${said}`)))
    })
    await use(port)
  } finally {
    child.kill()
    await closed
  }
  return said
}

withKubectl.each([
  ['SPDY in a WebSocket', {KUBECTL_PORT_FORWARD_WEBSOCKETS: 'true'}],
  ['raw SPDY', {KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false'}],
] as const)('kubectl port-forward over %s', (_name, env) => {
  test('many requests at once, one after the other, and with connections closed after each', async () => {
    const dump = createHash('sha256')
      .update(await evidence('envoy.config_dump'), 'latin1')
      .digest('hex')
    await forwarding(15_000, env, async port => {
      const keep = new http.Agent({keepAlive: true, maxSockets: 1})
      for (let n = 0; n < 5; n++) expect((await get(port, '/ready', keep)).body.toString()).toBe('LIVE\n')
      keep.destroy()
      const answers = await Promise.all(Array.from({length: 8}, () => get(port, '/config_dump?include_eds', false)))
      for (const {status, body} of answers) {
        expect([status, createHash('sha256').update(body).digest('hex')]).toEqual([200, dump])
      }
      expect((await get(port, '/nosuch', false)).status).toBe(404)
      expect((await get(port, '/server_info', false)).status).toBe(200)
    })
  })

  test('a port nothing listens on is reported, and ends the forward as with a real kubelet', async () => {
    const said = await forwarding(9999, env, async port => {
      await expect(get(port, '/', false)).rejects.toThrow()
    })
    expect(said).toContain('connection refused')
  })
})
