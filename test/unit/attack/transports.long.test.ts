import net, {type AddressInfo, type Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type ApiServerHandle, startApiServer} from '../../../src/kubeapi/server.js'
import type {Source} from '../../../src/sources/source.js'
import type {ApiServer} from '../../../src/wire/api-server.js'
import {collectBytes, collectHead} from '../../../src/wire/collect.js'
import {execInPod} from '../../../src/wire/exec.js'
import {httpCall} from '../../../src/wire/http-call.js'
import {podAgent} from '../../../src/wire/pod-agent.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'
import {timersLeft} from '../../support/live-timers.js'
import {apiServerAt, rawServer} from '../../support/replay-server.js'
import {seeded} from '../../support/seeded.js'
import {sampleSource} from '../../support/served.js'
import {websocketRefuser} from '../../support/websocket-refuser.js'

let sample: Source
let behind: ApiServerHandle
const stray: unknown[] = []
const note = (error: unknown) => stray.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  sample = await sampleSource()
  behind = await startApiServer(sample)
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  await behind.close()
  await sample.close()
})

/** What is done to the server's bytes after the upgrade, from the byte `at` on. */
type Fault = (up: Duplex, down: Duplex, at: number) => void

/** Passes the first bytes on, then does something else once. */
function after(up: Duplex, down: Duplex, at: number, then: (rest: Buffer) => void): void {
  let left = at
  down.pipe(up)
  up.on('data', (chunk: Buffer) => {
    if (left < 0) return
    const part = chunk.subarray(0, left)
    left -= part.length
    if (part.length > 0) down.write(part)
    if (left > 0) return
    left = -1
    then(chunk.subarray(part.length))
  })
}

function reset(socket: Duplex): void {
  if (socket instanceof net.Socket) socket.resetAndDestroy()
  else socket.destroy()
}

/** Writes a text over and over, in large pieces, until nobody takes it any more. */
function endless(down: Duplex, text: Buffer): void {
  const chunk = Buffer.concat(Array.from({length: Math.ceil(16_384 / text.length)}, () => text))
  const write = () => {
    while (!down.destroyed && down.writable) if (!down.write(chunk)) return
  }
  down.on('drain', write)
  write()
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'resets the connection': (up, down, at) => after(up, down, at, () => reset(down)),
  'closes it': (up, down, at) => after(up, down, at, () => down.end()),
  'goes silent': (up, down, at) => after(up, down, at, () => undefined),
  'sends garbage': (up, down, at) =>
    after(up, down, at, () => {
      const random = seeded(at + 1)
      down.write(Buffer.from(Array.from({length: 200}, () => random(256))))
    }),
  'sends garbage without end': (up, down, at) =>
    after(up, down, at, () => {
      const random = seeded(at + 7)
      endless(down, Buffer.from(Array.from({length: 4096}, () => random(256))))
    }),
  'sends zeros without end': (up, down, at) => after(up, down, at, () => endless(down, Buffer.alloc(4096))),
  'sends what it just sent without end': (up, down, at) =>
    after(up, down, at, rest => endless(down, rest.length > 0 ? rest : Buffer.from([0x8a, 0]))),
}
const DEADLINE = {totalMs: 250}

type Ask = (server: ApiServer, pod: string) => Promise<string>
const ASKS: Readonly<Record<string, Ask>> = {
  exec: async (server, pod) => {
    const stdout = collectBytes('stdout', 1 << 20)
    const target = {namespace: 'demo', pod, container: 'istio-proxy', argv: ['ip', 'rule']}
    const {exitCode} = await execInPod(server, target, {stdout: stdout.sink, stderr: collectHead(4096).sink}, DEADLINE)
    return `${exitCode} ${stdout.bytes().toString()}`
  },
  'port-forward': async (server, pod) => {
    const agent = podAgent(server, {namespace: 'demo', pod, port: 15_000}, 1)
    try {
      const url = new URL('http://localhost/server_info')
      const answer = await httpCall('/', {url, agent}, {...DEADLINE, maxBytes: 1 << 20})
      return Buffer.from(answer.body).toString()
    } finally {
      agent.destroy()
    }
  },
}

async function podName(): Promise<string> {
  const answer = await sample.objects({kind: 'Pod', namespace: 'demo'})
  const found = answer.ok ? answer.value.find(each => each.metadata.name.startsWith('reviews-v1')) : undefined
  return found?.metadata.name ?? ''
}

/** After these many bytes of the server's: in the handshake's rest, at the borders of first frames, in the middle of the data, behind all of it. */
const PLACES = [...Array.from({length: 12}, (_, at) => at), 17, 24, 31, 40, 64, 100, 180, 300, 700, 1500, 100_000]

describe.each(['websocket', 'spdy'])('over %s', carrier => {
  describe.each(Object.keys(ASKS))('%s of a server that', what => {
    test.each(Object.keys(FAULTS))(
      '%s: the whole answer or a named failure in time, and nothing is left',
      async name => {
        const [ask, fault] = [ASKS[what] as Ask, FAULTS[name] as Fault]
        const pod = await podName()
        let place = 0
        const refuser = await websocketRefuser(behind, (up, down) => fault(up, down, place), carrier === 'websocket')
        const server = {...apiServerAt(refuser.url), headers: async () => ({Authorization: `Bearer ${behind.token}`})}
        const whole = new Set<string>()
        // Silence costs the deadline each time.
        const places = /silent/.test(name) ? PLACES.filter((_, at) => at % 6 === 0) : PLACES
        for (place of places) {
          const ended = await ask(server, pod).catch((error: unknown) => error)
          if (typeof ended === 'string') whole.add(ended)
          else
            expect({place, ended: ended instanceof WireFailure, error: String(ended)}).toMatchObject({
              place,
              ended: true,
            })
        }
        // Never half an answer: all that were accepted are one.
        expect(whole.size).toBeLessThanOrEqual(1)
        server.agent.destroy()
        await refuser.close()
        expect(await timersLeft()).toBe(0)
        expect(stray).toEqual([])
      },
    )
  })
})

describe('a server that speaks HTTP/2 to a client of HTTP/1.1', () => {
  /** SETTINGS, WINDOW_UPDATE and GOAWAY (RFC 9113). */
  const frames: Readonly<Record<string, Buffer>> = {
    'its settings': Buffer.from('00000604000000000000030000006400000408000000000000ef0001', 'hex'),
    'a goodbye': Buffer.from('0000080700000000000000000000000001', 'hex'),
    'its settings without end': Buffer.concat(
      Array.from({length: 2000}, () => Buffer.from('000000040000000000', 'hex')),
    ),
  }
  test.each(Object.entries(frames))('%s: a named failure, for lists and upgrades', async (_name, bytes) => {
    const replay = await rawServer((socket: Socket) => {
      socket.on('error', () => undefined)
      socket.write(bytes)
    })
    for (const ask of Object.values(ASKS))
      expect(await ask(replay.server, 'x').catch((error: unknown) => error)).toBeInstanceOf(WireFailure)
    const list = httpCall(
      '/api/v1/pods',
      {url: new URL(`${replay.server.url}/api/v1/pods`), agent: replay.server.agent},
      {...DEADLINE, maxBytes: 1 << 20},
    )
    expect(await list.catch((error: unknown) => error)).toBeInstanceOf(WireFailure)
    await replay.close()
    expect(stray).toEqual([])
  })

  test('a client that speaks HTTP/2 to serve is turned away, and the next one is served', async () => {
    const {hostname, port} = new URL(behind.url)
    const socket = net.connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await new Promise(resolve => socket.once('close', resolve))
    const live = net.connect(Number(port), hostname)
    await new Promise(resolve => live.once('connect', resolve))
    expect((live.address() as AddressInfo).port).toBeGreaterThan(0)
    live.destroy()
  })
})
