import http from 'node:http'
import type {AddressInfo} from 'node:net'
import {type Api, apiOn} from '../../src/sources/cluster/api/api.js'
import type {CallRecord} from '../../src/wire/api-server.js'

export interface TestApi {
  readonly api: Api
  readonly calls: CallRecord[]
  readonly requests: http.IncomingMessage[]
  readonly refusals: boolean[]
  readonly warnings: readonly string[]
  /** Ends only when every connection is gone. */
  close(): Promise<void>
}

/** The API client on a URL, with short limits and a record of what it asked. */
export function apiAt(
  url: string,
  more: {idleMs?: number; signal?: AbortSignal; gzip?: boolean; agent?: http.Agent} = {},
) {
  const calls: CallRecord[] = []
  const refusals: boolean[] = []
  const warnings: string[] = []
  const agent = more.agent ?? new http.Agent({keepAlive: true})
  const life = new AbortController()
  const server = {
    url,
    agent,
    userAgent: 'meshctl/test',
    headers: async (refused = false) => {
      refusals.push(refused)
      return {Authorization: `Bearer ${refused ? 'new' : 'old'}`}
    },
    observe: (call: CallRecord) => calls.push(call),
    warn: (sentence: string) => warnings.push(sentence),
  }
  const signal = more.signal === undefined ? life.signal : AbortSignal.any([life.signal, more.signal])
  const api = apiOn(server, agent, {
    idleMs: more.idleMs ?? 20_000,
    signal,
    gzip: more.gzip ?? false,
    abort: () => life.abort(),
  })
  return {api, calls, refusals, warnings}
}

/** An HTTP server with scripted responses, and a client for it. */
export async function testApi(answer: http.RequestListener, more: Parameters<typeof apiAt>[1] = {}): Promise<TestApi> {
  const requests: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const {api, calls, refusals, warnings} = apiAt(`http://127.0.0.1:${port}`, more)
  const close = async () => {
    api.close()
    await new Promise(resolve => server.close(resolve))
  }
  return {api, calls, requests, refusals, warnings, close}
}
