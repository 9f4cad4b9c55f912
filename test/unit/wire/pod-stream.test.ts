import type {IncomingMessage} from 'node:http'
import http from 'node:http'
import {Duplex} from 'node:stream'
import {describe, expect, test} from '@jest/globals'
import type WebSocket from 'ws'
import {portFrame} from '../../../src/wire/channels.js'
import {forwardPath} from '../../../src/wire/forward-carrier.js'
import {type HttpAnswer, httpCall} from '../../../src/wire/http-call.js'
import {podAgent} from '../../../src/wire/pod-agent.js'
import {openPodStream} from '../../../src/wire/pod-stream.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'
import {timersLeft} from '../../support/live-timers.js'
import {channelBytes, RECORDED_STREAMS, recordedStream} from '../../support/recorded-wire.js'
import {
  type Replay,
  rawServer,
  rejection,
  replayServer,
  scriptedServer,
  transcript,
} from '../../support/replay-server.js'

const LIMITS = {totalMs: 20_000, maxBytes: 64 << 20}
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function target(port = 15_000) {
  return {namespace: 'demo', pod: 'sleep', port}
}

async function get(
  replay: Replay,
  path: string,
  port = 15_000,
  limits: Parameters<typeof httpCall>[2] = LIMITS,
): Promise<HttpAnswer> {
  const agent = podAgent(replay.server, target(port), 1)
  try {
    return await httpCall(path, {url: new URL(`http://localhost${path}`), agent}, limits)
  } finally {
    agent.destroy()
  }
}

async function failure(promise: Promise<unknown>): Promise<WireFailure> {
  const error = await rejection(promise)
  if (!(error instanceof WireFailure)) throw error
  return error
}

/** An HTTP server spoken to through the forward: what a pod's process would be. */
function forwarding(
  pod: http.RequestListener,
  seen: {sockets: number},
): (socket: WebSocket, request: IncomingMessage) => void {
  const inner = http.createServer(pod)
  return socket => {
    seen.sockets += 1
    socket.send(portFrame(0, 15_000))
    socket.send(portFrame(1, 15_000))
    const {stream, push} = pipeTo(socket)
    socket.on('message', (data: Buffer) => push(data.subarray(1)))
    inner.emit('connection', stream)
  }
}

function pipeTo(socket: WebSocket) {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      for (let at = 0; at < chunk.length; at += 32_768)
        socket.send(Buffer.concat([Buffer.from([0]), chunk.subarray(at, at + 32_768)]))
      const wait = () => (socket.bufferedAmount > 1 << 20 && socket.readyState === 1 ? setImmediate(wait) : done())
      wait()
    },
    final: done => {
      socket.close(1000)
      done()
    },
  })
  socket.on('close', () => stream.destroy())
  const quiet = () => stream
  Object.assign(stream, {setTimeout: quiet, setNoDelay: quiet, setKeepAlive: quiet, ref: quiet, unref: quiet})
  return {stream, push: (data: Buffer) => stream.push(data)}
}

/** Read off the recordings by eye: the body's bytes, or the kind of failure. */
const RECORDED: Readonly<Record<string, number | string>> = {
  'pf-forbidden': 'forbidden',
  'pf-no-ports': 'bad-request',
  'pf-no-such-pod': 'not-found',
  'pf-offer-v5-v4': 5,
  'pf-v4-closed-port': 'port-closed',
  // Cut short when recorded.
  'pf-v4-config_dump': 'lost',
  'pf-v4-ready': 5,
  'pf-v4-server_info': 126_788,
}
const SEPARATE = ['pf-v4-keepalive-two-requests', 'pf-v4-two-ports']

describe('port-forward against every recording', () => {
  test('no recording is left out', () => {
    const names = RECORDED_STREAMS.map(one => one.name).filter(name => name.startsWith('pf-'))
    expect(names.sort()).toEqual([...Object.keys(RECORDED), ...SEPARATE].sort())
  })

  test.each(Object.entries(RECORDED))('%s: %s', async (name, expected) => {
    const recording = recordedStream(name)
    const replay = await replayServer(recording)
    const port = name.endsWith('closed-port') ? 15_999 : 15_000
    const answer = get(replay, '/ready', port)
    if (typeof expected === 'number') {
      const {body, status} = await answer
      expect(status).toBe(200)
      expect(body.length).toBe(expected)
      const raw = channelBytes(recording, 0).subarray(2).toString('latin1')
      expect(raw.replace(/\r\n[0-9a-f]+\r\n/g, '')).toContain(body.subarray(0, 200).toString('latin1').trimEnd())
    } else {
      expect((await failure(answer)).kind).toBe(expected)
    }
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })

  test('two requests go over one connection kept alive, byte for byte as recorded', async () => {
    const replay = await replayServer(recordedStream('pf-v4-keepalive-two-requests'))
    const agent = podAgent(replay.server, target(), 1)
    const ask = (path: string) => httpCall(path, {url: new URL(`http://localhost${path}`), agent}, LIMITS)
    const [ready, memory] = [await ask('/ready'), await ask('/memory')]
    expect(ready.body.toString()).toBe('LIVE\n')
    expect(JSON.parse(memory.body.toString())).toMatchObject({allocated: '11248296'})
    expect(replay.paths).toEqual(['/api/v1/namespaces/demo/pods/sleep/portforward?ports=15000'])
    agent.destroy()
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a second port in the same connection is not part of what we asked for', async () => {
    const replay = await replayServer(recordedStream('pf-v4-two-ports'))
    expect((await failure(get(replay, '/ready'))).kind).toBe('protocol')
    await replay.close()
  })
})

test('the path names the port, as recorded', () => {
  expect(`${forwardPath(target()).replace('/sleep/', '/SLEEP/')}?ports=15000`).toBe(recordedStream('pf-v4-ready').path)
})

test('a closed port says which port of which pod', async () => {
  const replay = await replayServer(recordedStream('pf-v4-closed-port'))
  expect((await failure(get(replay, '/', 15_999))).message).toBe('nothing is listening on port 15999 of sleep.demo')
  await replay.close()
})

describe('a connection that is cut after every byte', () => {
  test.each(['fin', 'reset'] as const)('%s: a failure until the answer is whole', async how => {
    const recording = recordedStream('pf-v4-ready')
    const whole = transcript(recording, '').length - 4
    let cut = 0
    const replay = await rawServer((socket, head) => {
      const bytes = transcript(recording, head)
      const greeted = bytes.length - 4 - (243 + 1 + 4)
      socket.write(bytes.subarray(0, Math.min(cut, greeted)))
      const rest = () => {
        const end = () => (how === 'fin' ? socket.end() : setTimeout(() => socket.resetAndDestroy(), 1))
        socket.write(bytes.subarray(Math.min(cut, greeted), cut), end)
      }
      // The pod answers only after the request arrived.
      if (cut > greeted) socket.once('data', rest)
      else rest()
      socket.on('end', () => socket.destroy())
    })
    for (cut = 0; cut <= whole; cut += how === 'fin' ? 3 : 17) {
      const outcome = await get(replay, '/ready').catch((error: unknown) => error)
      if (outcome instanceof WireFailure) expect(['lost', 'protocol', 'unreachable']).toContain(outcome.kind)
      else expect(outcome).toMatchObject({status: 200, body: Buffer.from('LIVE\n')})
      expect(outcome instanceof WireFailure).toBe(cut < whole)
    }
    cut = whole
    expect((await get(replay, '/ready')).body.toString()).toBe('LIVE\n')
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })
})

describe('many requests', () => {
  test('one connection serves a hundred, one at a time, in order', async () => {
    const seen = {sockets: 0}
    let open = 0
    let most = 0
    const pod: http.RequestListener = (request, response) => {
      open += 1
      most = Math.max(most, open)
      setImmediate(() => {
        open -= 1
        response.end(request.url)
      })
    }
    const replay = await scriptedServer(forwarding(pod, seen))
    const agent = podAgent(replay.server, target(), 1)
    const paths = Array.from({length: 100}, (_, i) => `/page/${i}`)
    const answers = await Promise.all(
      paths.map(path => httpCall(path, {url: new URL(`http://localhost${path}`), agent}, LIMITS)),
    )
    expect(answers.map(each => each.body.toString())).toEqual(paths)
    expect(seen.sockets).toBe(1)
    expect(most).toBe(1)
    agent.destroy()
    await replay.close()
  })

  test('a connection kept alive that turns out dead is replaced without a word, once', async () => {
    let sockets = 0
    const replay = await scriptedServer(socket => {
      sockets += 1
      let requests = 0
      socket.send(portFrame(0, 15_000))
      socket.send(portFrame(1, 15_000))
      // The first request of each connection is answered, the second finds it dead.
      socket.on('message', () => {
        requests += 1
        if (requests === 1) socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(OK)]))
        else socket.terminate()
      })
    })
    const agent = podAgent(replay.server, target(), 1)
    const ask = (method: string) => httpCall('/x', {url: new URL('http://localhost/x'), agent, method}, LIMITS)
    for (let i = 0; i < 4; i++) expect((await ask('GET')).body.toString()).toBe('ok')
    expect(sockets).toBe(4)
    expect((await failure(ask('POST'))).kind).toBe('lost')
    agent.destroy()
    await replay.close()
  })
})

describe('backpressure and limits', () => {
  test('a reader that stops makes the pod stop: memory between them stays small', async () => {
    const total = 64 * 1024 * 1024
    let written = 0
    const seen = {sockets: 0}
    const pod: http.RequestListener = (_request, response) => {
      response.writeHead(200, {'Content-Length': total})
      const more = () => {
        while (written < total) {
          written += 65_536
          if (!response.write(Buffer.alloc(65_536))) return response.once('drain', more)
        }
        return response.end()
      }
      more()
    }
    const replay = await scriptedServer(forwarding(pod, seen))
    const agent = podAgent(replay.server, target(), 1)
    const response = await new Promise<http.IncomingMessage>(resolve => http.get({agent, path: '/big'}, resolve))
    let before = -1
    for (let still = 0; still < 20; ) {
      await new Promise(resolve => setImmediate(resolve))
      still = written === before ? still + 1 : 0
      before = written
    }
    expect(written).toBeLessThan(total / 2)
    let got = 0
    for await (const chunk of response) got += (chunk as Buffer).length
    expect(got).toBe(total)
    agent.destroy()
    await replay.close()
  })

  test('bytes written fast arrive whole and in order', async () => {
    const sent = Buffer.from(Uint8Array.from({length: 8 << 20}, (_, i) => (i * 31) & 0xff))
    const arrived: Buffer[] = []
    let size = 0
    const replay = await scriptedServer(socket => {
      socket.send(portFrame(0, 15_000))
      socket.send(portFrame(1, 15_000))
      socket.on('message', (data: Buffer) => {
        expect(data.length).toBeLessThanOrEqual(32 * 1024 + 1)
        arrived.push(data.subarray(1))
        size += data.length - 1
        if (size === sent.length) socket.close(1000)
      })
    })
    const stream = openPodStream(replay.server, target())
    stream.resume()
    stream.write(sent)
    await new Promise(resolve => stream.once('close', resolve))
    expect(Buffer.concat(arrived).equals(sent)).toBe(true)
    await replay.close()
  })

  test('an answer above the cap is a failure and the forward is gone', async () => {
    const replay = await scriptedServer(
      forwarding((_request, response) => response.end(Buffer.alloc(100_000)), {sockets: 0}),
    )
    expect((await failure(get(replay, '/x', 15_000, {totalMs: 20_000, maxBytes: 99_999}))).kind).toBe('too-large')
    await replay.close()
  })

  test('no answer ends at the deadline, also while waiting for a turn', async () => {
    const replay = await scriptedServer(forwarding(() => undefined, {sockets: 0}))
    const agent = podAgent(replay.server, target(), 1)
    const ask = () => httpCall('/slow', {url: new URL('http://localhost/slow'), agent}, {totalMs: 60, maxBytes: 10})
    const both = await Promise.all([failure(ask()), failure(ask())])
    expect(both.map(each => each.kind)).toEqual(['timeout', 'timeout'])
    agent.destroy()
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })

  test('the caller can give up', async () => {
    const controller = new AbortController()
    const replay = await scriptedServer(forwarding(() => controller.abort(), {sockets: 0}))
    expect((await failure(get(replay, '/x', 15_000, {...LIMITS, signal: controller.signal}))).kind).toBe('aborted')
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })
})

describe('servers that misbehave', () => {
  const protocolViolation: readonly (readonly [string, Buffer | string])[] = [
    ['text', 'hello'],
    ['no channel', Buffer.alloc(0)],
    ['another port', portFrame(0, 15_001)],
    ['a short greeting', Buffer.from([0, 0x98])],
    ['an unknown channel', Buffer.from([7, 1, 2])],
  ]
  test.each(protocolViolation)('%s is a protocol failure', async (_name, message) => {
    const replay = await scriptedServer(socket => socket.send(message))
    expect((await failure(get(replay, '/x'))).kind).toBe('protocol')
    await replay.close()
  })

  test('the pod deleted mid-answer is a failure', async () => {
    const replay = await scriptedServer(socket => {
      socket.send(portFrame(0, 15_000))
      socket.send(portFrame(1, 15_000))
      socket.once('message', () => {
        socket.send(
          Buffer.concat([Buffer.from([0]), Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')]),
        )
        socket.send(Buffer.concat([Buffer.from([1]), Buffer.from('network namespace for sandbox "4e66" is closed')]))
        socket.close(1000)
      })
    })
    expect((await failure(get(replay, '/x'))).kind).toBe('not-running')
    await replay.close()
  })

  test('a greeting and data in one message are separated', async () => {
    const replay = await scriptedServer(socket => {
      socket.once('message', () => {
        socket.send(Buffer.concat([portFrame(0, 15_000), Buffer.from(OK)]))
      })
    })
    expect((await get(replay, '/x')).body.toString()).toBe('ok')
    await replay.close()
  })
})
