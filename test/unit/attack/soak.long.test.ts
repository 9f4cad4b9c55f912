import {readdirSync} from 'node:fs'
import https from 'node:https'
import type {Socket} from 'node:net'
import tls from 'node:tls'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, test} from '@jest/globals'
import {startApiServer} from '../../../src/kubeapi/server.js'
import {collectBytes, collectHead} from '../../../src/wire/collect.js'
import {execInPod} from '../../../src/wire/exec.js'
import {httpCall} from '../../../src/wire/http-call.js'
import {podAgent} from '../../../src/wire/pod-agent.js'
import {oracleSize} from '../../support/oracle-size.js'
import {recordedStream} from '../../support/recorded-wire.js'
import {apiServerAt, replayServer} from '../../support/replay-server.js'
import {sampleSource} from '../../support/served.js'

const {count} = oracleSize('SOAK', {seed: 1, count: 10_000})
/** The whole soak, FORWARDS_SHARE=10, is 10,000 port-forwards, each with a TLS connection of its own. */
const {count: forwards} = oracleSize('FORWARDS', {seed: 1, count: 1000})
/** What compiled code and caches may take between a tenth of the calls and all of them; nine thousand leaks of 2 kB are more. */
const LEAK_BYTES = 16 << 20

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is in use after the garbage is collected. */
async function heapBytes(): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, 50))
  collectGarbage()
  return process.memoryUsage().heapUsed
}

test(`${count} execs leave no descriptor and no memory behind`, async () => {
  const replay = await replayServer(recordedStream('exec-v5-id'))
  const one = async () => {
    const stdout = collectBytes('stdout', 1 << 20)
    const streams = {stdout: stdout.sink, stderr: collectHead(4096).sink}
    return await execInPod(replay.server, {namespace: 'demo', pod: 'sleep', argv: ['id']}, streams, {totalMs: 20_000})
  }
  const run = async (times: number) => {
    for (let n = 0; n < times; n++) expect(await one()).toEqual({exitCode: expect.any(Number)})
  }
  await run(Math.ceil(count / 10))
  const [openBefore, heapBefore] = [descriptors(), await heapBytes()]
  await run(count - Math.ceil(count / 10))
  expect(descriptors()).toBeLessThanOrEqual(openBefore + 10)
  // The server of the test notes each call: some hundred bytes.
  expect((await heapBytes()) - heapBefore).toBeLessThan(count * 4000)
  await replay.close()
}, 600_000)

test('1,000 connections at once and slow readers: every request is answered, and the server ends', async () => {
  const source = await sampleSource()
  const server = await startApiServer(source)
  const {hostname, port, pathname} = new URL(server.url)
  const head = (path: string) =>
    `GET ${pathname}${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${server.token}\r\n\r\n`
  // These ask for a large list again and again and never read an answer.
  const slow: Socket[] = Array.from({length: 50}, () => {
    const socket = tls.connect({
      host: hostname,
      port: Number(port),
      ca: server.certPem,
      servername: 'localhost',
      checkServerIdentity: () => undefined,
    })
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(head('/api/v1/pods').repeat(5))
    return socket
  })
  const agent = new https.Agent({keepAlive: false, maxSockets: 1000, ca: server.certPem})
  const answers = await Promise.all(
    Array.from(
      {length: 1000},
      () =>
        new Promise<number | string>(resolve => {
          const call = https.get(
            `${server.url}/api/v1/namespaces`,
            {agent, headers: {Authorization: `Bearer ${server.token}`}},
            answer => {
              answer.resume()
              answer.on('end', () => resolve(answer.statusCode ?? 0))
            },
          )
          call.on('error', error => resolve(error.message))
        }),
    ),
  )
  expect(answers.filter(each => each !== 200)).toEqual([])
  agent.destroy()
  const started = performance.now()
  await server.close()
  expect(performance.now() - started).toBeLessThan(10_000)
  for (const socket of slow) socket.destroy()
  await source.close?.()
}, 300_000)

test(`${forwards} port-forwards leave no descriptor and no memory behind`, async () => {
  const source = await sampleSource()
  const server = await startApiServer(source)
  const api = {
    ...apiServerAt(server.url),
    agent: new https.Agent({ca: server.certPem, keepAlive: false}),
    headers: async () => ({Authorization: `Bearer ${server.token}`}),
  }
  const path = '/server_info'
  const one = async () => {
    const agent = podAgent(api, {namespace: 'demo', pod: 'reviews-v1-ccf5b6b84-9cj4v', port: 15_000}, 1)
    const call = {url: new URL(`http://localhost${path}`), agent}
    try {
      return (await httpCall(path, call, {totalMs: 20_000, maxBytes: 64 << 20})).status
    } finally {
      agent.destroy()
    }
  }
  const run = async (times: number) => {
    for (let n = 0; n < times; n++) expect(await one()).toBe(200)
  }
  await run(Math.ceil(forwards / 10))
  const [openBefore, heapBefore] = [descriptors(), await heapBytes()]
  await run(forwards - Math.ceil(forwards / 10))
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(descriptors()).toBeLessThanOrEqual(openBefore + 10)
  expect((await heapBytes()) - heapBefore).toBeLessThan(LEAK_BYTES)
  await server.close()
  await source.close?.()
}, 3_600_000)
