import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {Client} from '@modelcontextprotocol/sdk/client/index.js'
import {StdioClientTransport} from '@modelcontextprotocol/sdk/client/stdio.js'
import {bounded} from '../../src/cli/mcp/bounded.js'
import {isObject, listOf, textOf} from '../../src/formats/decode.js'

let client: Client | undefined

beforeAll(async () => {
  client = new Client({name: 'test', version: '1'})
  await client.connect(
    new StdioClientTransport({
      command: process.env.MESHCTL_NODE ?? process.execPath,
      args: ['bin/run.js', 'mcp', '--from', 'sample'],
      stderr: 'pipe',
    }),
  )
})

afterAll(async () => {
  await client?.close()
})

/** The SDK's own client checks every structured result against the tool's output schema. */
async function call(name: string, given: Record<string, unknown> = {}) {
  if (client === undefined) throw new Error('no client')
  const result = await client.callTool({name, arguments: given})
  const {structuredContent} = result
  return {
    error: result.isError === true,
    text: textOf(listOf(result, 'content')[0], 'text') ?? '',
    result: isObject(structuredContent) ? structuredContent : {},
  }
}

describe('meshctl mcp, asked by the client of the SDK', () => {
  test('every tool is listed as reading only, with typed input and output', async () => {
    const tools = (await client?.listTools())?.tools ?? []
    expect(tools.map(({name}) => name)).toEqual([
      'check',
      'proxy_status',
      'trace',
      'errors',
      'mtls',
      'authz_matrix',
      'certs',
      'iptables',
      'ports',
      'describe_pod',
      'describe_service',
      'proxy_config',
      'explain',
    ])
    for (const {annotations, outputSchema, inputSchema} of tools) {
      expect(annotations).toMatchObject({readOnlyHint: true, destructiveHint: false})
      expect(outputSchema?.required).toEqual(['notChecked', 'cut', 'verdict', 'answer'])
      expect(inputSchema).toMatchObject({type: 'object', additionalProperties: false})
    }
  })

  test('check finds what the sample is sick of', async () => {
    const {result} = await call('check', {namespace: 'demo', pod: 'deploy/sick-uid-v1'})
    expect(result.verdict).toBe('findings')
    expect(JSON.stringify(result.answer)).toContain('MCT1001')
  })

  test('trace names the policy that denies', async () => {
    const {result} = await call('trace', {from: 'deploy/sleep', to: 'http://ratings:9080/x', namespace: 'demo'})
    expect(result.verdict).toBe('findings')
    expect(JSON.stringify(result.answer)).toContain('ratings-viewer')
  })

  test('what was not checked is said, and is not fine', async () => {
    const {result} = await call('check', {namespace: 'demo', pod: 'deploy/details-v1'})
    expect(JSON.stringify(result.notChecked)).toContain('permission denied in the container')
  })

  test.each([
    ['proxy_status', {namespace: 'demo'}, 'minimum_ring_size'],
    ['errors', {namespace: 'demo'}, 'rbac_access_denied_matched_policy'],
    ['mtls', {namespace: 'demo'}, 'CONFLICT'],
    ['authz_matrix', {namespace: 'demo'}, 'denied'],
    ['certs', {namespace: 'demo'}, '0120ed5afe62da567779d41e27f1c040'],
    ['iptables', {pod: 'deploy/reviews-v1', namespace: 'demo'}, 'ISTIO_OUTPUT'],
    ['ports', {pod: 'deploy/sick-loopback-v1', namespace: 'demo'}, '127.0.0.1'],
    ['describe_pod', {pod: 'deploy/sick-nack-v1', namespace: 'demo'}, 'minimum_ring_size'],
    ['describe_service', {service: 'ratings.demo'}, 'ratings-viewer'],
    [
      'proxy_config',
      {
        pod: 'deploy/reviews-v1',
        namespace: 'demo',
        view: 'cluster',
        name: 'ratings.demo.svc.cluster.local',
        port: '9080',
      },
      'outbound|9080||ratings.demo.svc.cluster.local',
    ],
    ['proxy_config', {pod: 'deploy/reviews-v1', namespace: 'demo', view: 'listener', port: '15006'}, 'virtualInbound'],
    ['proxy_config', {pod: 'deploy/reviews-v1', namespace: 'demo', view: 'route', name: '9080'}, 'ratings.demo'],
    ['proxy_config', {pod: 'deploy/reviews-v1', namespace: 'demo', view: 'endpoint', port: '9080'}, 'HEALTHY'],
    ['proxy_config', {pod: 'deploy/reviews-v1', namespace: 'demo', view: 'secret'}, 'ROOTCA'],
    ['explain', {text: 'UF'}, 'UF'],
  ] as const)('%s answers', async (name, given, expected) => {
    const {error, result, text} = await call(name, given)
    expect({error, found: JSON.stringify(result.answer).includes(expected)}).toEqual({error: false, found: true})
    expect(JSON.parse(text)).toEqual(result)
    expect(text.length).toBeLessThanOrEqual(110_000)
    expect(text).not.toMatch(/PRIVATE KEY/)
  })

  test.each([
    ['a tool that is not there', 'delete_pod', {}, 'no tool "delete_pod"'],
    ['a pod that is not there', 'ports', {pod: 'nothing', namespace: 'demo'}, 'not found'],
    ['a field that is not there', 'check', {fix: 'true'}, 'check has no field fix'],
    ['a missing field', 'trace', {from: 'deploy/sleep'}, 'trace needs to'],
    ['a view that is not there', 'proxy_config', {pod: 'deploy/reviews-v1', view: 'dump'}, 'It has cluster, listener'],
    ['a flag in place of a name', 'ports', {pod: '--debug-container'}, 'must be a name'],
  ] as const)('%s is an error a model can read', async (_, name, given, message) => {
    const {error, text} = await call(name, given)
    expect({error, text}).toEqual({error: true, text: expect.stringContaining(message)})
  })
})

describe('the size of answers', () => {
  test('lists are cut, and it is said where and of how many', () => {
    const data = {rows: Array.from({length: 1000}, (_, at) => ({name: `pod-${at}`, tags: ['a', 'b', 'c']}))}
    const held = bounded(data, 5000)
    expect(JSON.stringify(held?.answer).length).toBeLessThanOrEqual(5000)
    expect(held?.cut[0]).toEqual({at: '/rows', kept: 100, of: 1000})
    expect(bounded(data, 100_000)).toEqual({answer: data, cut: []})
  })

  test('what cannot be cut enough is not an answer', () => {
    expect(bounded({text: 'x'.repeat(1000)}, 100)).toBeUndefined()
  })
})
