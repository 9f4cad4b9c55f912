import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {collectBytes, collectHead} from '../../../src/wire/collect.js'
import {execInPod} from '../../../src/wire/exec.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'
import {oracleSize} from '../../support/oracle-size.js'
import {recordedStream} from '../../support/recorded-wire.js'
import {binaryFrame, type Replay, rawServer, transcript} from '../../support/replay-server.js'
import {type Random, seeded} from '../../support/seeded.js'

const TARGET = {namespace: 'demo', pod: 'sleep', container: 'sleep', argv: ['id']}

/** The bytes each kind of hostile peer sends after the upgrade; `whole` are those of a well-behaved one. */
const PEERS: Readonly<Record<string, (random: Random, whole: Buffer) => Buffer>> = {
  'bytes at random': random => bytes(random, 1 + random(300)),
  'frames with codes, flags and lengths at random': random =>
    Buffer.concat(
      Array.from({length: 1 + random(6)}, () => Buffer.concat([bytes(random, 2), bytes(random, random(40))])),
    ),
  'one byte changed': (random, whole) => {
    const changed = Buffer.from(whole)
    changed[random(whole.length)] = random(256)
    return changed
  },
  'bytes left out': (random, whole) => {
    const at = random(whole.length)
    return Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1 + random(8))])
  },
  'bytes put in': (random, whole) => {
    const at = random(whole.length)
    return Buffer.concat([whole.subarray(0, at), bytes(random, 1 + random(20)), whole.subarray(at)])
  },
  'a status of any shape': random => {
    const shapes = [
      '',
      'null',
      '[]',
      '{}',
      '{"status":1}',
      '{"status":"Failure"}',
      '{"status":"Failure","details":{"causes":[null]}}',
      '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}',
      '{"status":{"__proto__":{}}}',
      '\xff\xfe',
      '{"status":"Succ',
    ]
    return binaryFrame(Buffer.concat([Buffer.from([3]), Buffer.from(shapes[random(shapes.length)] ?? '', 'latin1')]))
  },
  'channels that do not exist': random =>
    Buffer.concat(
      Array.from({length: 1 + random(20)}, () =>
        binaryFrame(Buffer.concat([bytes(random, 1), bytes(random, random(30))])),
      ),
    ),
  'pings and empty messages': random =>
    Buffer.concat(Array.from({length: 1 + random(200)}, () => Buffer.from(random(2) === 0 ? [0x89, 0] : [0x82, 0]))),
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({length}, () => random(256)))
}

const stray: unknown[] = []
const note = (error: unknown) => stray.push(error)
beforeAll(() => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
})

async function outcome({server}: Replay): Promise<unknown> {
  const stdout = collectBytes('stdout', 1 << 20)
  const streams = {stdout: stdout.sink, stderr: collectHead(4096).sink}
  return await execInPod(server, TARGET, streams, {totalMs: 20_000}).catch((error: unknown) => error)
}

/** Sends `usual` random answers of each kind; GARBAGE_SEED and GARBAGE_SHARE choose others, and more or fewer. */
export function wireGarbage(usual: number): void {
  const size = oracleSize('GARBAGE', {seed: 11, count: usual})
  describe.each(['websocket', 'spdy'])('an exec over %s whose peer sends', carrier => {
    test.each(Object.entries(PEERS))(
      `%s ends with an exit code or a named failure, and nothing is thrown elsewhere (${size.again})`,
      async (_what, send) => {
        const random = seeded(size.seed)
        const replay = await rawServer((socket, head) => {
          const whole = transcript(recordedStream('exec-v5-id'), head)
          const frames = whole.indexOf('\r\n\r\n') + 4
          if (carrier === 'spdy' && /upgrade: websocket/i.test(head)) {
            socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
            return
          }
          const answer =
            carrier === 'spdy'
              ? Buffer.from(
                  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
                )
              : whole.subarray(0, frames)
          socket.end(Buffer.concat([answer, send(random, whole.subarray(frames))]))
        })
        for (let n = 0; n < size.count; n++) {
          const ended = await outcome(replay)
          if (!(ended instanceof WireFailure)) expect(ended).toEqual({exitCode: expect.any(Number)})
        }
        await replay.close()
        await new Promise(resolve => setImmediate(resolve))
        expect(stray).toEqual([])
      },
    )
  })
}
