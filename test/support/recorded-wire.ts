import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {gunzipSync} from 'node:zlib'

/** What a real API server, kubelet and containerd sent: see test/fixtures/wire. */
export interface RecordedStream {
  readonly name: string
  readonly path: string
  readonly offered: readonly string[]
  readonly sent: readonly string[]
  readonly messages: number
  readonly recorded: number
  readonly events: readonly RecordedEvent[]
}

export interface RecordedEvent {
  readonly event: 'refused' | 'upgrade' | 'open' | 'message' | 'close' | 'client-timeout'
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly protocol?: string
  readonly channel?: number
  readonly base64?: string
  readonly code?: number
}

export interface RecordedHttp {
  readonly method: string
  readonly path: string
  readonly as: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly requestBody?: string
  readonly body: string
}

const file = fileURLToPath(new URL('../fixtures/wire/recorded.json.gz', import.meta.url))
const all = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as {
  readonly streams: readonly RecordedStream[]
  readonly http: readonly RecordedHttp[]
}

export const RECORDED_STREAMS = all.streams
export const RECORDED_HTTP = all.http

/** The recording of that name; a missing one is a mistake in the test. */
export function recordedStream(name: string): RecordedStream {
  const found = all.streams.find(one => one.name === name)
  if (found === undefined) throw new Error(`no recording ${name}`)
  return found
}

/** The messages the server sent, channel byte first. */
export function messagesOf(stream: RecordedStream): Buffer[] {
  return stream.events
    .filter(one => one.event === 'message')
    .map(one => Buffer.concat([Buffer.from([one.channel ?? 0]), Buffer.from(one.base64 ?? '', 'base64')]))
}

/** The bytes of one channel put together. */
export function channelBytes(stream: RecordedStream, channel: number): Buffer {
  return Buffer.concat(
    messagesOf(stream)
      .filter(one => one[0] === channel)
      .map(one => one.subarray(1)),
  )
}
