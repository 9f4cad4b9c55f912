import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals'
import {cleanEnv, meshctl, NODE, RUN} from '../support/cli.js'
import {skipUnless} from '../support/skip-unless.js'

let folder = ''
let server: http.Server | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-fleet-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

function podAt(at: number): object {
  return {
    metadata: {name: `web-${at}`, namespace: 'shop', labels: {app: 'web', version: 'v1'}},
    spec: {containers: [{name: 'web', image: 'web'}]},
    status: {phase: 'Running'},
  }
}

/** A cluster of 600 pods, without events, whose second page comes when `second` says so; the path of a kubeconfig for it. */
async function clusterWith(second: () => Promise<void>): Promise<string> {
  server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname.endsWith('/events'))
      return response.end(JSON.stringify({kind: 'EventList', apiVersion: 'v1', metadata: {}, items: []}))
    if (url.pathname !== '/api/v1/pods') return response.writeHead(403).end('no')
    const from = Number(url.searchParams.get('continue') ?? 0)
    if (from > 0) await second()
    const items = Array.from({length: from === 0 ? 500 : 100}, (_, at) => podAt(from + at))
    const metadata = from === 0 ? {continue: '500', remainingItemCount: 100} : {}
    return response.end(JSON.stringify({kind: 'PodList', apiVersion: 'v1', metadata, items}))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const path = join(folder, `config-${(server.address() as AddressInfo).port}`)
  const document = {
    'current-context': 'test',
    contexts: [{name: 'test', context: {cluster: 'c', user: 'u'}}],
    clusters: [{name: 'c', cluster: {server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`}}],
    users: [{name: 'u', user: {}}],
  }
  writeFileSync(path, JSON.stringify(document))
  return path
}

const late = () => new Promise<void>(resolve => setTimeout(resolve, 1500))
const ONLY = ['--only', 'MCT1001', '-o', 'short']

test('Ctrl-C while listing: ends by the signal (130 in a shell), and no partial result', async () => {
  let waits: (() => void) | undefined
  const reached = new Promise<void>(resolve => {
    waits = resolve
  })
  const path = await clusterWith(() => {
    waits?.()
    return new Promise(() => undefined)
  })
  const child = spawn(NODE, [RUN, 'check', '-A', '--kubeconfig', path, ...ONLY], {env: cleanEnv(), timeout: 120_000})
  let stdout = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  const ended = new Promise<NodeJS.Signals | null>(resolve => child.once('close', (_code, signal) => resolve(signal)))
  await reached
  child.kill('SIGINT')
  expect(await ended).toBe('SIGINT')
  expect(stdout).toBe('')
})

test('no progress without a terminal', async () => {
  const path = await clusterWith(late)
  const run = await meshctl(['check', '-A', '--kubeconfig', path, ...ONLY])
  expect(run).toMatchObject({code: 0, stderr: ''})
  expect(run.stdout).toMatch(/^600 workloads: 0 errors/)
})

const {test: terminal} = skipUnless(spawnSync('script', ['--version']).status === 0, 'the program script')

terminal('on a terminal a run that lasts says how far it is, and wipes that at the end', async () => {
  const path = await clusterWith(late)
  const words = [NODE, RUN, 'check', '-A', '--kubeconfig', path, ...ONLY].map(word => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `${words} > '${join(folder, 'out')}'`, '/dev/null'], {
    env: {...cleanEnv(), TERM: 'xterm'},
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 120_000,
  })
  let seen = ''
  child.stdout.on('data', chunk => {
    seen += chunk
  })
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0)
  expect(seen).toMatch(/\r\x1b\[2K50\d\/600 pods checked/)
  expect(seen.trimEnd().endsWith('\r\x1b[2K')).toBe(true)
})
