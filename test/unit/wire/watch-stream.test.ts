import http from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, test} from '@jest/globals'
import {followWatch} from '../../../src/wire/watch-stream.js'
import {apiServerAt} from '../../support/replay-server.js'

/** What a watch of a server that answers so ends with. */
async function watched(answer: http.RequestListener): Promise<unknown> {
  const server = http.createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const limits = {totalMs: 60_000, maxEventBytes: 1000, openMs: 50}
  const events = {onOpen: () => undefined, onEvent: () => undefined}
  const api = apiServerAt(`http://127.0.0.1:${port}`)
  try {
    return await followWatch(api, '/api/v1/pods?watch=true', limits, events).catch((error: unknown) => error)
  } finally {
    api.agent.destroy()
    await new Promise(resolve => server.close(resolve))
  }
}

test('a watch that is never accepted ends with a timeout', async () => {
  expect(await watched(() => undefined)).toMatchObject({
    kind: 'timeout',
    message: 'watch /api/v1/pods: not accepted within 50 ms',
  })
})

test('a refusal without an end is read up to its limit', async () => {
  const refused = await watched((_request, response) => {
    response.writeHead(500)
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', more).on('error', () => undefined)
    more()
  })
  expect(refused).toMatchObject({kind: 'server-error', message: expect.stringMatching(/^HTTP 500: x{500}…$/)})
})
