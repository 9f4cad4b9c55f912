import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, {type AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {selfSignedCertificate} from '../../src/kubeapi/certificate.js'
import {type CliOptions, type CliRun, meshctl} from '../support/cli.js'
import {RECORDED_HTTP} from '../support/recorded-wire.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-live-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const TOKEN = 'sEcReT-canary-token'

function kubeconfig(server: string, cluster: object = {}): string {
  const path = join(folder, `config-${Math.random().toString(16).slice(2)}`)
  const document = {
    'current-context': 'test',
    contexts: [{name: 'test', context: {cluster: 'c', user: 'u', namespace: 'demo'}}],
    clusters: [{name: 'c', cluster: {server, ...cluster}}],
    users: [{name: 'u', user: {token: TOKEN}}],
  }
  writeFileSync(path, JSON.stringify(document))
  return path
}

async function listening(server: net.Server | http.Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Runs a question against a server, then waits until the server has no connection left: the program must leave none behind. */
async function against(
  server: http.Server | net.Server,
  argv: readonly string[],
  scheme = 'http',
  cluster: object = {},
  options: CliOptions = {},
): Promise<CliRun> {
  const port = await listening(server)
  const run = await meshctl([...argv, '--kubeconfig', kubeconfig(`${scheme}://127.0.0.1:${port}`, cluster)], options)
  await new Promise(resolve => server.close(resolve))
  expect(run.stdout + run.stderr).not.toContain(TOKEN)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  return run
}

function answering(status: number, body: string, headers: Record<string, string> = {}): http.Server {
  return http.createServer((_request, response) => response.writeHead(status, headers).end(body))
}

function recorded(path: string, as: string): string {
  const found = RECORDED_HTTP.find(each => each.path === path && each.as === as)
  if (found === undefined) throw new Error(`no recording of ${path}`)
  return found.body
}

const ASK = ['proxy-config', 'cluster', 'sleep']

describe('an unreachable live cluster: one error on stderr, exit code 2, nothing on stdout', () => {
  const cases: readonly (readonly [string, () => http.Server | net.Server, RegExp])[] = [
    ['401', () => answering(401, recorded('/api/v1/pods', 'bad token')), /forbidden \(Unauthorized\).*log in again/],
    [
      '403',
      () => answering(403, recorded('/api/v1/secrets', 'reader')),
      /user system:serviceaccount:demo:reader cannot list secrets cluster-wide.*can-i/,
    ],
    [
      '429 without an end',
      () => answering(429, 'Too many requests, please try again later.\n', {'Retry-After': '0'}),
      /unreachable \(HTTP 429: Too many requests.*overloaded/,
    ],
    [
      '500',
      () => answering(500, 'etcdserver: request timed out'),
      /failed \(HTTP 500: etcdserver: request timed out\)/,
    ],
    ['a page that is not a Kubernetes', () => answering(200, '<html>login</html>'), /could not be parsed/],
    [
      'protocolViolation',
      () =>
        net.createServer(socket =>
          socket
            .resume()
            .on('error', () => undefined)
            .end('220 ESMTP\r\n'),
        ),
      /could not be parsed/,
    ],
    [
      'a connection that is cut',
      () => net.createServer(socket => socket.on('error', () => undefined).once('data', () => socket.destroy())),
      /unreachable \(/,
    ],
  ]
  test.each(cases)('%s', async (_name, server, words) => {
    const run = await against(server(), ASK)
    expect(run.stderr).toMatch(words)
    expect([run.code, run.stdout]).toEqual([2, ''])
  })

  test('nobody listens', async () => {
    const probe = net.createServer()
    const port = await listening(probe)
    await new Promise(resolve => probe.close(resolve))
    const run = await meshctl([...ASK, '--kubeconfig', kubeconfig(`http://127.0.0.1:${port}`)])
    expect(run.stderr).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`)
    expect([run.code, run.stdout]).toEqual([2, ''])
  })

  test('a certificate nobody vouches for', async () => {
    const {certPem: cert, keyPem: key} = selfSignedCertificate()
    const server = https.createServer({cert, key}, (_request, response) => response.end('{}'))
    server.on('tlsClientError', () => undefined)
    const run = await against(server, ASK, 'https')
    expect(run.stderr).toMatch(/self.signed certificate.*certificate-authority/)
    expect(run.code).toBe(2)
  })

  test('no answer: it ends by itself at --request-timeout', async () => {
    const run = await against(
      http.createServer(() => undefined),
      [...ASK, '--request-timeout', '200ms'],
    )
    expect(run.stderr).toMatch(/timed out \(.*no data for 200 ms.*--request-timeout/)
    expect(run.code).toBe(2)
  })

  test('a pod that does not exist', async () => {
    const missing = recorded('/api/v1/namespaces/demo/pods/nosuch', 'admin')
    const server = http.createServer((request, response) => {
      const one = /\/pods\/[^/?]+$/.test(request.url ?? '')
      response
        .writeHead(one ? 404 : 200)
        .end(one ? missing : '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}')
    })
    const run = await against(server, ASK)
    expect(run.stderr).toContain('pods "sleep" not found in the "demo" namespace of cluster test')
    expect(run.code).toBe(2)
  })

  test('without a kubeconfig the error lists the locations, and what works without a cluster', async () => {
    const run = await meshctl(ASK, {env: {KUBECONFIG: '', HOME: folder}})
    expect(run.stderr).toMatch(/no kubeconfig found.*--from sample/s)
    expect([run.code, run.stdout]).toEqual([2, ''])
  })
})

describe('while a live call is under way', () => {
  test('Ctrl-C ends by the signal (130 in a shell) and leaves no connection', async () => {
    const {spawn} = await import('node:child_process')
    const {cleanEnv, NODE, RUN} = await import('../support/cli.js')
    let asked: () => void = () => undefined
    const arrived = new Promise<void>(resolve => {
      asked = resolve
    })
    const server = http.createServer(() => asked())
    const port = await listening(server)
    const child = spawn(NODE, [RUN, ...ASK, '--kubeconfig', kubeconfig(`http://127.0.0.1:${port}`)], {
      env: cleanEnv(),
      stdio: 'ignore',
    })
    await arrived
    child.kill('SIGINT')
    const ended = await new Promise(resolve => child.once('close', (_code, signal) => resolve(signal)))
    await new Promise(resolve => server.close(resolve))
    expect(ended).toBe('SIGINT')
  })

  test('-v names each call with its outcome, bytes and time, and no secret', async () => {
    const run = await against(answering(500, 'no'), [...ASK, '-v'])
    expect(run.stderr).toMatch(/^server-error +0 B +\d+ ms {2}GET \/api\/v1\/namespaces\/demo\/pods\/sleep$/m)
  })
})
