import http from 'node:http'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type ApiServerHandle, startApiServer} from '../../../../src/kubeapi/server.js'
import {apiOn} from '../../../../src/sources/cluster/api/api.js'
import {sourceOn} from '../../../../src/sources/cluster/live-source.js'
import {openSource} from '../../../../src/sources/open.js'
import type {Source} from '../../../../src/sources/source.js'
import type {CallRecord} from '../../../../src/wire/api-server.js'
import {collectBytes, collectHead} from '../../../../src/wire/collect.js'
import {execInPod} from '../../../../src/wire/exec.js'
import {httpCall} from '../../../../src/wire/http-call.js'
import {podAgent} from '../../../../src/wire/pod-agent.js'
import {WireFailure} from '../../../../src/wire/wire-failure.js'
import {timersLeft} from '../../../support/live-timers.js'
import {rejection} from '../../../support/replay-server.js'
import {type Refuser, websocketRefuser} from '../../../support/websocket-refuser.js'

const SETTINGS = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 20_000, adminPort: 15_000}
let sample: Source
let behind: ApiServerHandle
beforeAll(async () => {
  sample = await openSource('sample', {root: process.cwd(), adminPort: 15_000, cluster: SETTINGS})
  behind = await startApiServer(sample)
})
afterAll(async () => {
  await behind.close()
  await sample.close()
})

function liveThrough(refuser: Refuser) {
  const calls: CallRecord[] = []
  const agent = new http.Agent({keepAlive: true})
  const life = new AbortController()
  const server = {
    url: refuser.url,
    agent,
    userAgent: 'meshctl/test',
    headers: async () => ({Authorization: `Bearer ${behind.token}`}),
    observe: (call: CallRecord) => calls.push(call),
  }
  const api = apiOn(server, agent, {idleMs: 20_000, signal: life.signal, gzip: false, abort: () => life.abort()})
  return {server, calls, source: sourceOn(api, SETTINGS, 'cluster test', 'demo')}
}

async function podNamed(start: string) {
  const answer = await sample.objects({kind: 'Pod', namespace: 'demo'})
  const found = answer.ok ? answer.value.find(each => each.metadata.name.startsWith(start)) : undefined
  if (found === undefined) throw new Error(`the sample has no ${start}`)
  return {namespace: 'demo', name: found.metadata.name}
}

const reviews = () => podNamed('reviews-v1')

const failureOf = async (promise: Promise<unknown>) => {
  const error = await rejection(promise)
  if (!(error instanceof WireFailure)) throw error
  return error
}

describe('where WebSockets do not pass', () => {
  test('admin pages, commands and logs are the same through SPDY, pages over one connection', async () => {
    const refuser = await websocketRefuser(behind)
    const {source} = liveThrough(refuser)
    const pod = await reviews()
    for (const id of [
      'envoy.config_dump',
      'envoy.clusters',
      'envoy.server_info',
      'net.sockets',
      'net.ip-rule',
      'net.iptables.nft',
      'net.nft',
      'log.istio-proxy',
    ] as const) {
      const [there, here] = [await source.evidence(id, pod), await sample.evidence(id, pod)]
      if (!there.ok || !here.ok) throw new Error(`${id}: ${JSON.stringify(there)}`)
      expect(Buffer.from(there.value.bytes).equals(Buffer.from(here.value.bytes))).toBe(true)
    }
    expect(refuser.passed.map(each => /(exec|portforward)/.exec(each)?.[1])).toEqual(['portforward', 'exec', 'exec'])
    expect(refuser.refused.length).toBe(3)
    await source.close()
    await refuser.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a recorded gap and a program that is missing keep their meaning', async () => {
    const refuser = await websocketRefuser(behind)
    const {source, server} = liveThrough(refuser)
    const pod = await reviews()
    const bare = await podNamed('details')
    const gap = await sample.evidence('net.iptables.nft', bare)
    expect(gap.ok).toBe(false)
    expect(await source.evidence('net.iptables.nft', bare)).toEqual(gap)
    const out = () => collectBytes('out', 1 << 20).sink
    const target = {namespace: 'demo', pod: pod.name, container: 'istio-proxy'}
    const streams = () => ({stdout: out(), stderr: collectHead(1000).sink})
    const end = await execInPod(server, {...target, argv: ['rm', '-rf', '/']}, streams(), {totalMs: 20_000})
    expect(end.exitCode).toBe(126)
    await source.close()
    await refuser.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a closed port is still a closed port', async () => {
    const refuser = await websocketRefuser(behind)
    const {server, source} = liveThrough(refuser)
    const pod = await reviews()
    const agent = podAgent(server, {namespace: 'demo', pod: pod.name, port: 15_999}, 1)
    const failure = await failureOf(
      httpCall('/', {url: new URL('http://localhost/'), agent}, {totalMs: 20_000, maxBytes: 10}),
    )
    expect([failure.kind, failure.message]).toEqual([
      'port-closed',
      `nothing is listening on port 15999 of ${pod.name}.demo`,
    ])
    agent.destroy()
    await source.close()
    await refuser.close()
    expect(await timersLeft()).toBe(0)
  })

  test('a connection that is cut at any moment is a failure, never half an answer', async () => {
    let cut = 0
    const refuser = await websocketRefuser(behind, (up, down) => {
      let left = cut
      down.pipe(up)
      up.on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, left)
        left -= part.length
        down.write(part)
        if (left <= 0) down.destroy()
      })
    })
    const pod = await reviews()
    const here = await sample.evidence('net.ip-rule', pod)
    if (!here.ok) throw new Error('the sample has no ip rules')
    let whole = 0
    for (cut = 0; cut < 20_000 && whole < 3; cut += 61) {
      const {source} = liveThrough(refuser)
      const answer = await source.evidence('net.ip-rule', pod)
      if (answer.ok) {
        whole += 1
        expect(Buffer.from(answer.value.bytes).equals(Buffer.from(here.value.bytes))).toBe(true)
      } else {
        expect(whole).toBe(0)
        expect(['unreachable', 'unreadable']).toContain(answer.gap.reason)
      }
      await source.close()
    }
    expect(whole).toBe(3)
    await refuser.close()
    expect(await timersLeft()).toBe(0)
  })

  test('when SPDY is refused as well, the first refusal is what is shown', async () => {
    const everything = http.createServer()
    everything.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 8\r\n\r\nno way\r\n'),
    )
    await new Promise<void>(resolve => everything.listen(0, '127.0.0.1', resolve))
    const {port} = everything.address() as {port: number}
    const {server} = liveThrough({
      url: `http://127.0.0.1:${port}`,
      refused: [],
      passed: [],
      close: async () => undefined,
    })
    const streams = {stdout: collectHead(1).sink, stderr: collectHead(1).sink}
    const failure = await failureOf(
      execInPod(server, {namespace: 'a', pod: 'b', argv: ['id']}, streams, {totalMs: 20_000}),
    )
    expect([failure.kind, failure.message]).toEqual([
      'upgrade-refused',
      'the WebSocket was rejected in between: HTTP 502: no way',
    ])
    server.agent.destroy()
    await new Promise(resolve => everything.close(resolve))
    expect(await timersLeft()).toBe(0)
  })

  test('silence after the upgrade ends at the deadline', async () => {
    const refuser = await websocketRefuser(behind, (up, down) => {
      up.resume()
      down.resume()
    })
    const {server, source} = liveThrough(refuser)
    const pod = await reviews()
    const streams = {stdout: collectHead(1).sink, stderr: collectHead(1).sink}
    const target = {namespace: 'demo', pod: pod.name, container: 'istio-proxy', argv: ['ip', 'rule']}
    expect((await failureOf(execInPod(server, target, streams, {totalMs: 200}))).kind).toBe('timeout')
    const agent = podAgent(server, {namespace: 'demo', pod: pod.name, port: 15_000}, 1)
    const get = httpCall('/', {url: new URL('http://localhost/ready'), agent}, {totalMs: 200, maxBytes: 10})
    expect((await failureOf(get)).kind).toBe('timeout')
    agent.destroy()
    await source.close()
    await refuser.close()
    expect(await timersLeft()).toBe(0)
  })
})
