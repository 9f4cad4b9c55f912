import {Writable} from 'node:stream'
import {describe, expect, test} from '@jest/globals'
import {channelFrame} from '../../../src/wire/channels.js'
import {collectBytes, collectHead} from '../../../src/wire/collect.js'
import {execInPod} from '../../../src/wire/exec.js'
import {type ExecTarget, execPath} from '../../../src/wire/exec-target.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'
import {timersLeft} from '../../support/live-timers.js'
import {channelBytes, messagesOf, RECORDED_STREAMS, recordedStream} from '../../support/recorded-wire.js'
import {
  binaryFrame,
  type Replay,
  rawServer,
  refusingServer,
  rejection,
  replayServer,
  scriptedServer,
  transcript,
} from '../../support/replay-server.js'

const TARGET: ExecTarget = {namespace: 'demo', pod: 'sleep', container: 'sleep', argv: ['id']}
const LIMITS = {totalMs: 20_000}
const SUCCESS = channelFrame(3, Buffer.from('{"metadata":{},"status":"Success"}'))

async function run(replay: Replay, stdin?: Uint8Array, limits: Parameters<typeof execInPod>[3] = LIMITS) {
  const stdout = collectBytes('stdout', 1 << 20)
  const stderr = collectHead(4096)
  const streams = {stdout: stdout.sink, stderr: stderr.sink, ...(stdin === undefined ? {} : {stdin})}
  const {exitCode} = await execInPod(replay.server, TARGET, streams, limits)
  return {exitCode, stdout: stdout.bytes(), stderr: stderr.bytes()}
}

async function failure(replay: Replay, limits = LIMITS): Promise<WireFailure> {
  const error = await rejection(run(replay, undefined, limits))
  if (!(error instanceof WireFailure)) throw error
  return error
}

/** Read off the recordings by eye: the exit code, or the kind of failure. */
const RECORDED: Readonly<Record<string, number | string>> = {
  'exec-bad-token': 'unauthorized',
  'exec-ephemeral-iptables-legacy-save': 0,
  'exec-ephemeral-iptables-save': 0,
  'exec-forbidden': 'forbidden',
  'exec-init-done': 'not-running',
  'exec-no-container-param': 0,
  'exec-no-stream': 'bad-request',
  'exec-no-such-container': 'not-found',
  'exec-no-such-pod': 'not-found',
  'exec-not-running': 'not-running',
  'exec-offer-nonsense': 'upgrade-refused',
  'exec-offer-v5-v4': 0,
  'exec-tty': 0,
  // Cut short when recorded: the frames before the status only.
  'exec-v4-big': 'lost',
  'exec-v4-exit7': 7,
  'exec-v4-id': 0,
  'exec-v4-iptables-denied': 4,
  'exec-v4-killed': 137,
  'exec-v4-no-binary': 'no-tool',
  'exec-v5-big': 'lost',
  'exec-v5-exit7': 7,
  'exec-v5-id': 0,
  'exec-v5-iptables-denied': 4,
  'exec-v5-killed': 137,
  'exec-v5-no-binary': 'no-tool',
}
const WITH_STDIN = ['exec-v4-stdin-cat', 'exec-v5-stdin-cat']

describe('exec against every recording', () => {
  test('no recording is left out', () => {
    const names = RECORDED_STREAMS.map(one => one.name).filter(name => name.startsWith('exec-'))
    expect(names.sort()).toEqual([...Object.keys(RECORDED), ...WITH_STDIN].sort())
  })

  test.each(Object.entries(RECORDED))('%s: %s', async (name, expected) => {
    const recording = recordedStream(name)
    const replay = await replayServer(recording)
    if (typeof expected === 'number') {
      const got = await run(replay)
      expect(got.exitCode).toBe(expected)
      expect(got.stdout).toEqual(channelBytes(recording, 1))
      expect(got.stderr).toEqual(channelBytes(recording, 2))
    } else {
      expect((await failure(replay)).kind).toBe(expected)
    }
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a 403 names the permission that is missing', async () => {
    const replay = await replayServer(recordedStream('exec-forbidden'))
    expect((await failure(replay)).details.missing).toEqual({
      user: 'system:serviceaccount:demo:reader',
      verb: 'get',
      resource: 'pods/exec',
      group: '',
      namespace: 'demo',
    })
    await replay.close()
  })

  test('stdin is sent and closed in version 5, byte for byte as recorded', async () => {
    const recording = recordedStream('exec-v5-stdin-cat')
    const replay = await replayServer(recording)
    const got = await run(replay, Buffer.from('hi\n'))
    expect(got.stdout.toString()).toBe('hi\n')
    expect(replay.received.map(one => one.toString('base64'))).toEqual(recording.sent)
    await replay.close()
  })

  test('stdin is never streamed over version 4, which cannot end it', async () => {
    const replay = await replayServer(recordedStream('exec-v4-stdin-cat'))
    const error = await rejection(run(replay, Buffer.from('hi\n')))
    expect(error).toMatchObject({kind: 'upgrade-refused'})
    expect(replay.received).toEqual([])
    await replay.close()
  })
})

test('the path has one command per word, no shell, and only true booleans, as recorded requests have', () => {
  const argv = ['sh', '-c', 'echo out; echo err >&2; exit 7']
  const ours = new URL(execPath({...TARGET, argv}, false), 'http://x')
  const theirs = new URL(recordedStream('exec-v4-exit7').path, 'http://x')
  expect([...ours.searchParams].sort()).toEqual([...theirs.searchParams].sort())
  expect(execPath({namespace: 'a/b', pod: 'c?d', argv: ['x']}, true)).toBe(
    '/api/v1/namespaces/a%2Fb/pods/c%3Fd/exec?command=x&stdin=true&stdout=true&stderr=true',
  )
})

test('an overloaded server that says when to come again is asked again, ten times at most', async () => {
  const busy = await refusingServer(
    429,
    {'content-type': 'text/plain', 'retry-after': '0'},
    'Too many requests, please try again later.',
  )
  expect((await failure(busy)).kind).toBe('throttled')
  expect(busy.paths.length).toBe(10)
  await busy.close()
  const silent = await refusingServer(429, {'content-type': 'text/plain'}, 'Too many requests')
  expect((await failure(silent)).kind).toBe('throttled')
  expect(silent.paths.length).toBe(1)
  await silent.close()
  const late = await refusingServer(429, {'content-type': 'text/plain', 'retry-after': '30'}, 'Too many requests')
  expect((await failure(late, {totalMs: 50})).kind).toBe('timeout')
  await late.close()
  expect(await timersLeft()).toBe(0)
})

test('credentials and our own name are sent, compression is not offered', async () => {
  const replay = await replayServer(recordedStream('exec-v5-id'))
  await run(replay)
  const [headers] = replay.headers
  expect(headers).toMatchObject({authorization: 'Bearer test-token', 'user-agent': 'meshctl/test'})
  expect(headers?.['sec-websocket-extensions']).toBeUndefined()
  expect(headers?.['sec-websocket-protocol']).toBe('v5.channel.k8s.io,v4.channel.k8s.io')
  await replay.close()
})

test('the observer sees the name, the bytes and the outcome of good and bad calls', async () => {
  const good = await replayServer(recordedStream('exec-v5-exit7'))
  await run(good)
  expect(good.calls).toMatchObject([{name: 'exec sleep.demo/sleep id', bytes: 4 + 4 + 212, outcome: 'exit 7'}])
  await good.close()
  const bad = await replayServer(recordedStream('exec-forbidden'))
  await failure(bad)
  expect(bad.calls).toMatchObject([{bytes: 0, outcome: 'forbidden'}])
  await bad.close()
})

describe('a connection that is cut after every byte', () => {
  test.each(['fin', 'reset'] as const)(
    '%s: a failure until the status is whole, the exit code from there on',
    async how => {
      const recording = recordedStream('exec-v5-exit7')
      const whole = transcript(recording, '').length
      const afterStatus = whole - 4
      let cut = 0
      const replay = await rawServer((socket, head) => {
        const bytes = transcript(recording, head).subarray(0, cut)
        socket.write(bytes, () => (how === 'fin' ? socket.end() : setTimeout(() => socket.resetAndDestroy(), 1)))
        if (how === 'fin') socket.on('end', () => socket.destroy())
      })
      for (cut = 0; cut <= whole; cut += how === 'fin' ? 1 : 7) {
        const outcome = await run(replay).catch((error: unknown) => error)
        if (outcome instanceof WireFailure) {
          expect(['lost', 'protocol', 'unreachable']).toContain(outcome.kind)
          expect(cut).toBeLessThan(afterStatus)
        } else {
          expect(outcome).toMatchObject({exitCode: 7})
          expect(cut).toBeGreaterThanOrEqual(afterStatus)
        }
      }
      await replay.close()
      expect(await timersLeft()).toBe(0)
    },
  )
})

describe('servers that misbehave', () => {
  const violations: readonly (readonly [string, (send: (data: Buffer | string) => void) => void])[] = [
    ['a text message', send => send('hello')],
    ['a message without a channel', send => send(Buffer.alloc(0))],
    ['an unknown channel', send => send(Buffer.from([9, 1, 2]))],
    ['the close channel', send => send(Buffer.from([255, 1]))],
    ['an endless status', send => send(channelFrame(3, Buffer.alloc(70_000, 0x20)))],
  ]
  test.each(violations)('%s is a protocol failure', async (_name, act) => {
    const replay = await scriptedServer(socket => act(data => socket.send(data)))
    expect((await failure(replay)).kind).toBe('protocol')
    await replay.close()
  })

  test('bytes that are not WebSocket frames are a protocol failure', async () => {
    const replay = await rawServer((socket, head) => {
      const full = transcript(recordedStream('exec-v5-id'), head)
      const headEnd = full.indexOf('\r\n\r\n') + 4
      socket.write(Buffer.concat([full.subarray(0, headEnd), Buffer.from('GET / HTTP/1.1\r\n\r\n')]))
      socket.on('end', () => socket.end())
    })
    expect((await failure(replay)).kind).toBe('protocol')
    await replay.close()
  })

  test('an answer that is not HTTP is a failure, not a crash', async () => {
    const replay = await rawServer(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
    expect((await failure(replay)).kind).toBe('protocol')
    await replay.close()
  })

  test.each(['v1.nonsense', ''])('an agreed protocol of %j that was not offered is refused', async protocol => {
    const recording = recordedStream('exec-v5-id')
    const named = {...recording, events: recording.events.map(one => (one.event === 'open' ? {...one, protocol} : one))}
    const replay = await rawServer((socket, head) => {
      socket.write(transcript(named, head))
      socket.on('end', () => socket.end())
    })
    expect((await failure(replay)).kind).toBe('upgrade-refused')
    await replay.close()
  })

  test('a status followed by silence still gives the exit code', async () => {
    const replay = await scriptedServer(socket => {
      for (const message of messagesOf(recordedStream('exec-v5-exit7'))) socket.send(message)
    })
    expect((await run(replay)).exitCode).toBe(7)
    await replay.close()
  })

  test('a pod deleted mid-call ends without a status: never exit 0', async () => {
    const replay = await scriptedServer(socket => {
      socket.send(channelFrame(1, Buffer.from('half')))
      socket.close(1000)
    })
    const error = await failure(replay)
    expect(error.kind).toBe('lost')
    expect(error.message).toBe('the connection ended without a status (close 1000)')
    await replay.close()
  })

  test('a status split over two messages is read whole', async () => {
    const [status] = [Buffer.from('{"metadata":{},"status":"Success"}')]
    const replay = await scriptedServer(socket => {
      socket.send(channelFrame(3, status.subarray(0, 10)))
      socket.send(channelFrame(3, status.subarray(10)))
      socket.close(1000)
    })
    expect((await run(replay)).exitCode).toBe(0)
    await replay.close()
  })
})

describe('limits', () => {
  test('no answer to the upgrade ends at the deadline', async () => {
    const replay = await rawServer(socket => socket.on('end', () => socket.destroy()))
    expect((await failure(replay, {totalMs: 50})).kind).toBe('timeout')
    await replay.close()
    expect(await timersLeft()).toBe(0)
  })

  test('silence after the upgrade ends at the idle limit', async () => {
    const replay = await scriptedServer(socket => socket.send(Buffer.from([1])))
    const error = await rejection(run(replay, undefined, {totalMs: 20_000, idleMs: 50}))
    expect(error).toMatchObject({kind: 'timeout', message: expect.stringContaining('no data for 50 ms')})
    await replay.close()
  })

  test('the caller can give up at any moment', async () => {
    const controller = new AbortController()
    const replay = await scriptedServer(socket => {
      socket.send(channelFrame(1, Buffer.from('first')))
      controller.abort()
    })
    const limits = {totalMs: 20_000, signal: controller.signal}
    expect(await rejection(run(replay, undefined, limits))).toMatchObject({kind: 'aborted'})
    expect(await rejection(run(replay, undefined, limits))).toMatchObject({kind: 'aborted'})
    await replay.close()
  })

  test('more output than the cap is a failure and the connection is cut', async () => {
    const replay = await scriptedServer(socket => {
      for (let i = 0; i < 64; i++) socket.send(channelFrame(1, Buffer.alloc(32_768)))
    })
    expect((await failure(replay)).kind).toBe('too-large')
    await replay.close()
  })

  test('a slow sink stops the server: what waits between them stays small', async () => {
    const total = 64 * 1024 * 1024
    let offered = 0
    let peakAhead = 0
    let taken = 0
    const replay = await scriptedServer(socket => {
      const pump = () => {
        while (offered < total && socket.bufferedAmount < 1 << 20) {
          offered += 32_768
          socket.send(channelFrame(1, Buffer.alloc(32_768)))
        }
        if (offered < total) setImmediate(pump)
        else {
          socket.send(SUCCESS)
          socket.close(1000)
        }
      }
      pump()
    })
    const stdout = new Writable({
      highWaterMark: 65_536,
      write(chunk: Buffer, _encoding, done) {
        peakAhead = Math.max(peakAhead, offered - taken)
        taken += chunk.length
        setImmediate(done)
      },
    })
    const stderr = collectHead(10)
    await execInPod(replay.server, TARGET, {stdout, stderr: stderr.sink}, LIMITS)
    expect(offered).toBe(total)
    expect(peakAhead).toBeLessThan(total / 2)
    await replay.close()
  })
})

test('a frame built by hand and a frame from a library are the same bytes', async () => {
  const replay = await rawServer((socket, head) => {
    const full = transcript(recordedStream('exec-v5-id'), head)
    const upTo = full.indexOf('\r\n\r\n') + 4
    const frames = [channelFrame(1, Buffer.alloc(70_000, 7)), SUCCESS].map(binaryFrame)
    socket.write(Buffer.concat([full.subarray(0, upTo), ...frames, Buffer.from([0x88, 0])]))
    socket.on('end', () => socket.end())
  })
  const got = await run(replay)
  expect(got.stdout.equals(Buffer.alloc(70_000, 7))).toBe(true)
  await replay.close()
})
