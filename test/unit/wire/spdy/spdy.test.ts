import {readFileSync} from 'node:fs'
import type {Duplex} from 'node:stream'
import {describe, expect, test} from '@jest/globals'
import {SPDY_DICTIONARY} from '../../../../src/wire/spdy/dictionary.js'
import {
  controlFrame,
  dataFrame,
  FLAG_FIN,
  FRAME_TYPE,
  frameReader,
  type SpdyFrame,
  words,
} from '../../../../src/wire/spdy/frames.js'
import {headerCodec} from '../../../../src/wire/spdy/header-block.js'
import {spdySession} from '../../../../src/wire/spdy/session.js'
import type {SpdyStream} from '../../../../src/wire/spdy/stream.js'
import {duplexPair} from '../../../support/duplex-pair.js'

/** Frames as github.com/moby/spdystream 0.5 (the library of client-go and the kubelet) writes them, in one connection's order. */
interface Recorded {
  readonly name: string
  readonly hex: string
  readonly headers: Readonly<Record<string, string>> | null
}
const RECORDED = JSON.parse(readFileSync('test/fixtures/spdy/frames.json', 'utf8')) as readonly Recorded[]
const ALL = Buffer.concat(RECORDED.map(one => Buffer.from(one.hex, 'hex')))

function recorded(name: string): Buffer {
  const found = RECORDED.find(one => one.name === name)
  if (found === undefined) throw new Error(`no frame ${name}`)
  return Buffer.from(found.hex, 'hex')
}

/** What a stream carries until its end; the stream itself stays open for writing, as iterating over it would not leave it. */
function text(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.once('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
    stream.once('error', reject)
    stream.once('close', () => reject(new Error('closed before its end')))
  })
}

describe('frames', () => {
  test('the dictionary is the one of the protocol', () => {
    expect(SPDY_DICTIONARY.length).toBe(1423)
    expect(SPDY_DICTIONARY.subarray(0, 11).toString('latin1')).toBe('\0\0\0\u0007options')
  })

  test('what Go writes is cut into the same frames, wherever the bytes were split', () => {
    const whole = frameReader()(ALL)
    expect(whole.map(frame => (frame.kind === 'control' ? frame.type : 'data'))).toEqual([
      1,
      1,
      'data',
      2,
      'data',
      6,
      3,
      1,
      4,
      7,
      8,
      9,
    ])
    for (const step of [1, 2, 3, 7, 8, 9, 100]) {
      const read = frameReader()
      const frames: SpdyFrame[] = []
      for (let at = 0; at < ALL.length; at += step) frames.push(...read(ALL.subarray(at, at + step)))
      expect(frames).toEqual(whole)
    }
  })

  test('frames without headers are the same bytes as Go’s', () => {
    expect(dataFrame(1, Buffer.alloc(0), FLAG_FIN)).toEqual(recorded('fin error 0'))
    expect(dataFrame(3, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual(recorded('data'))
    expect(controlFrame(FRAME_TYPE.ping, 0, words(7))).toEqual(recorded('ping'))
    expect(controlFrame(FRAME_TYPE.reset, 0, words(3, 5))).toEqual(recorded('reset'))
    expect(controlFrame(FRAME_TYPE.goAway, 0, words(5, 0))).toEqual(recorded('goaway'))
  })

  test('bytes that are not SPDY are an error, not a wait for more', () => {
    expect(() => frameReader()(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]))).toThrow('not SPDY/3')
    expect(() => frameReader()(Buffer.from([0x80, 0x03, 0, 1, 0, 0xff, 0xff, 0xff]))).toThrow('not SPDY/3')
  })
})

describe('header blocks', () => {
  test('what Go compressed comes out as it went in, block after block', async () => {
    const codec = headerCodec()
    for (const frame of frameReader()(ALL)) {
      if (frame.kind !== 'control' || ![1, 2, 8].includes(frame.type)) continue
      const expected = RECORDED.find(one => one.hex.includes(frame.payload.toString('hex')))?.headers
      expect(await codec.decode(frame.payload.subarray(frame.type === 1 ? 10 : 4))).toEqual(expected)
    }
    codec.close()
  })

  test('a second codec reads what the first wrote; every block ends with the sync marker Go waits for', async () => {
    const [a, b] = [headerCodec(), headerCodec()]
    const blocks: readonly Readonly<Record<string, string>>[] = [
      {streamtype: 'error', requestid: '0'},
      {},
      {long: 'x'.repeat(50_000)},
      {streamtype: 'data', requestid: '0'},
    ]
    for (const headers of blocks) {
      const block = await a.encode(headers)
      expect(block.subarray(-4).toString('hex')).toBe('0000ffff')
      expect(await b.decode(block)).toEqual(headers)
    }
    a.close()
    b.close()
  })

  test('a block that is cut short or no zlib at all is an error', async () => {
    const a = headerCodec()
    const block = await a.encode({name: 'value'})
    a.close()
    await expect(headerCodec().decode(block.subarray(0, 20))).rejects.toThrow()
    await expect(headerCodec().decode(Buffer.from('protocolViolation protocolViolation'))).rejects.toThrow()
  })
})

describe('sessions', () => {
  test('streams carry bytes both ways, each direction ends on its own, many at once', async () => {
    const [left, right] = duplexPair()
    const server = spdySession(right, {role: 'server', onStream: stream => void answer(stream)})
    async function answer(stream: SpdyStream) {
      stream.end(`${stream.headers.name}: ${(await text(stream)).length}`)
    }
    const client = spdySession(left, {role: 'client'})
    const answers = await Promise.all(
      Array.from({length: 20}, async (_, index) => {
        const stream = await client.open({name: `s${index}`})
        stream.end(Buffer.alloc(index * 10_000, 1))
        return text(stream)
      }),
    )
    expect(answers).toEqual(Array.from({length: 20}, (_, index) => `s${index}: ${index * 10_000}`))
    client.close()
    server.close()
  })

  test('odd pings are echoed, own pings are reported', async () => {
    const [left, right] = duplexPair()
    const pinged = new Promise<void>(resolve => {
      const client = spdySession(left, {role: 'client', onPing: resolve})
      client.ping()
    })
    spdySession(right, {role: 'server', onStream: () => undefined})
    await pinged
  })

  test('a stream nobody reads holds the sender back instead of filling memory', async () => {
    const [left, right] = duplexPair()
    spdySession(right, {role: 'server', onStream: () => undefined})
    const client = spdySession(left, {role: 'client'})
    const stream = await client.open({})
    let sent = 0
    const piece = Buffer.alloc(64 * 1024)
    while (sent < 64 * 1024 * 1024) {
      sent += piece.length
      if (!stream.write(piece)) break
    }
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(right.readableLength + left.writableLength).toBeLessThan(4 * 1024 * 1024)
    client.close()
  })

  test.each(['the other side hangs up', 'protocolViolation arrives'])(
    'when %s, streams and waiting opens end, with the reason once',
    async how => {
      const [left, right] = duplexPair()
      const closed: (Error | undefined)[] = []
      const client = spdySession(left, {role: 'client', onClose: error => closed.push(error)})
      const opening = client.open({})
      right.resume()
      if (how.startsWith('protocolViolation'))
        right.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n\x80\xff\xff\xff', 'latin1'))
      if (how.startsWith('protocolViolation'))
        right.write(Buffer.from([0x80, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
      right.end()
      await expect(opening).rejects.toThrow()
      await new Promise(resolve => setImmediate(resolve))
      expect(closed.length).toBe(1)
    },
  )
})

describe('a peer that ends the connection while a stream is being opened', () => {
  const endings: readonly (readonly [string, (peer: Duplex, ours: Duplex) => void])[] = [
    ['closes it', peer => peer.end()],
    ['resets it', (_peer, ours) => ours.destroy(new Error('reset'))],
    ['sends GOAWAY', peer => peer.write(controlFrame(FRAME_TYPE.goAway, 0, words(0, 0)))],
    ['sends what is not SPDY', peer => peer.write(Buffer.from('\xff\xff garbage, not frames', 'latin1'))],
    ['rejects the stream', peer => peer.write(controlFrame(FRAME_TYPE.reset, 0, words(1, 3)))],
    [
      'replies with a damaged header block',
      peer => peer.write(controlFrame(FRAME_TYPE.synReply, 0, Buffer.from('00000001ffff', 'hex'))),
    ],
  ]
  test.each(endings)('%s: opening fails, and nothing is thrown elsewhere', async (_what, ends) => {
    for (const early of [true, false]) {
      const [ours, peer] = duplexPair()
      peer.on('error', () => undefined)
      peer.resume()
      const session = spdySession(ours, {role: 'client'})
      if (early) ends(peer, ours)
      const opening = session.open({streamtype: 'error'})
      if (!early) setImmediate(() => ends(peer, ours))
      await expect(opening).rejects.toThrow()
      await new Promise(resolve => setImmediate(resolve))
    }
  })
})
