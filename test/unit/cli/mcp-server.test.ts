import {expect, test} from '@jest/globals'
import {Client} from '@modelcontextprotocol/sdk/client/index.js'
import {InMemoryTransport} from '@modelcontextprotocol/sdk/inMemory.js'
import {mcpServer} from '../../../src/cli/mcp/server.js'
import {textOf} from '../../../src/formats/decode.js'
import {sampleSource} from '../../support/served.js'

/** A client of a server about the sample mesh that never answers a question for a list, and how often it was asked for something. */
async function asking(deadlineMs: number) {
  const sample = await sampleSource()
  let asked = 0
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const source = {
    ...sample,
    objects: async (query: Parameters<typeof sample.objects>[0]) => {
      asked += 1
      await held
      return await sample.objects(query)
    },
  }
  const server = mcpServer({source, istioNamespace: 'istio-system', version: '1'}, deadlineMs)
  const client = new Client({name: 'test', version: '1'})
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(theirs), client.connect(ours)])
  return {client, release, asked: () => asked, close: () => client.close()}
}

const settled = () => new Promise(resolve => setTimeout(resolve, 50))

test('a tool that takes too long is an error, and asks for nothing more', async () => {
  const {client, release, asked, close} = await asking(20)
  const result = await client.callTool({name: 'proxy_status', arguments: {}})
  expect(JSON.stringify(result)).toContain('proxy_status took longer than 0.02 s')
  const before = asked()
  expect(before).toBeGreaterThan(0)
  release()
  await settled()
  expect(asked()).toBe(before)
  await close()
})

test('a tool that its client cancels asks for nothing more', async () => {
  const {client, release, asked, close} = await asking(100_000)
  const cancel = new AbortController()
  const call = client.callTool({name: 'proxy_status', arguments: {}}, undefined, {signal: cancel.signal})
  while (asked() === 0) await settled()
  const before = asked()
  cancel.abort('enough')
  await expect(call).rejects.toThrow('enough')
  release()
  await settled()
  expect(asked()).toBe(before)
  await close()
})

test('the same tool answers when it has the time', async () => {
  const {client, release, asked, close} = await asking(100_000)
  release()
  const result = await client.callTool({name: 'proxy_status', arguments: {namespace: 'demo'}})
  expect(textOf(result, 'structuredContent', 'verdict')).toBe('findings')
  expect(asked()).toBeGreaterThan(1)
  await close()
})
