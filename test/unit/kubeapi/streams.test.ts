import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import WebSocket from 'ws'
import {type ApiServerHandle, startApiServer} from '../../../src/kubeapi/server.js'
import type {Source} from '../../../src/sources/source.js'
import {channelBytes, messagesOf, recordedStream} from '../../support/recorded-wire.js'
import {sampleSource} from '../../support/served.js'

let source: Source
let server: ApiServerHandle
beforeAll(async () => {
  source = await sampleSource()
  server = await startApiServer(source)
})
afterAll(async () => await server.close())

const POD = '/api/v1/namespaces/demo/pods/reviews-v1-ccf5b6b84-9cj4v'

interface Session {
  readonly status: number
  readonly body: string
  readonly protocol: string
  readonly messages: readonly Buffer[]
  readonly close: number
}

/** Opens a stream as a plain WebSocket client, sends what is given, and waits for the server to end it. */
function session(path: string, offered: readonly string[], sent: readonly Buffer[] = []): Promise<Session> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(server.url.replace('https', 'wss') + path, [...offered], {
      ca: server.certPem,
      headers: {Authorization: `Bearer ${server.token}`},
    })
    const messages: Buffer[] = []
    socket.on('open', () => {
      for (const each of sent) socket.send(each)
    })
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) reject(new Error('a text message'))
      messages.push(data)
    })
    socket.on('unexpected-response', (request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8')
      })
      response.on('end', () => {
        request.destroy()
        resolve({status: response.statusCode ?? 0, body, protocol: '', messages, close: 0})
      })
    })
    socket.on('error', () => undefined)
    socket.on('close', close => resolve({status: 101, body: '', protocol: socket.protocol, messages, close}))
  })
}

/** The parts of a conversation that do not depend on what was said: channels in order, and which messages were empty. */
const shape = (messages: readonly Buffer[]) => messages.map(each => `${each[0]}${each.length === 1 ? ' empty' : ''}`)

describe('exec', () => {
  test.each([
    ['exec-v5-id', ['v5.channel.k8s.io']],
    ['exec-v4-id', ['v4.channel.k8s.io']],
    ['exec-offer-v5-v4', ['v5.channel.k8s.io', 'v4.channel.k8s.io']],
  ])('is played like %s of a real kubelet: protocol, order of channels, status, close', async (name, offered) => {
    const real = recordedStream(name)
    expect(real.offered).toEqual(offered)
    const ours = await session(
      `${POD}/exec?container=istio-proxy&command=ip&command=rule&stdout=true&stderr=true`,
      offered,
    )
    const opened = real.events.find(one => one.event === 'open')
    expect(ours.protocol).toBe(opened?.protocol)
    // One of the recorded commands printed nothing.
    const quiet = channelBytes(real, 1).length === 0
    expect(shape(ours.messages).filter(each => !quiet || each !== '1')).toEqual(shape(messagesOf(real)))
    expect(ours.close).toBe(real.events.find(one => one.event === 'close')?.code)
    const status = JSON.parse((ours.messages.at(-1) ?? Buffer.alloc(1)).subarray(1).toString('utf8')) as {
      status: string
    }
    expect(status.status).toBe((JSON.parse(channelBytes(real, 3).toString('utf8')) as {status: string}).status)
  })

  test('a failing command ends with the same fields in its Status as a real one', async () => {
    const real = JSON.parse(channelBytes(recordedStream('exec-v5-exit7'), 3).toString('utf8')) as {
      reason: string
      details: {causes: {reason: string; message: string}[]}
    }
    const ours = await session(`${POD}/exec?container=istio-proxy&command=date&stdout=true&stderr=true`, [
      'v5.channel.k8s.io',
    ])
    const status = JSON.parse((ours.messages.at(-1) ?? Buffer.alloc(1)).subarray(1).toString('utf8')) as typeof real
    expect([status.reason, status.details.causes[0]?.reason]).toEqual([real.reason, real.details.causes[0]?.reason])
    expect([real.details.causes[0]?.message, status.details.causes[0]?.message]).toEqual(['7', '126'])
  })

  test('no protocol in common is an empty 403, as a real API server answers', async () => {
    const real = recordedStream('exec-offer-nonsense').events.find(one => one.event === 'refused')
    const ours = await session(`${POD}/exec?container=istio-proxy&command=id&stdout=true`, ['nonsense.channel.k8s.io'])
    expect([ours.status, ours.body]).toEqual([real?.status, real?.body ?? ''])
  })

  test('no stream at all is refused with the words of a real one', async () => {
    const ours = await session(`${POD}/exec?container=istio-proxy&command=id`, ['v4.channel.k8s.io'])
    const real = recordedStream('exec-no-stream').events.find(one => one.event === 'refused')
    expect(ours.status).toBe(400)
    expect(ours.body).toContain('you must specify at least 1 of stdin, stdout, stderr')
    expect(real?.body ?? ours.body).toContain('you must specify at least 1 of stdin, stdout, stderr')
  })
})

describe('port-forward by channels', () => {
  const get = (path: string, close: boolean) =>
    Buffer.concat([
      Buffer.from([0]),
      Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n${close ? 'Connection: close\r\n' : ''}\r\n`),
    ])

  test('begins with the port on both channels, carries HTTP, and ends with 1000', async () => {
    const real = messagesOf(recordedStream('pf-v4-ready')).slice(0, 2)
    const ours = await session(`${POD}/portforward?ports=15000`, ['v4.channel.k8s.io'], [get('/ready', true)])
    expect(ours.messages.slice(0, 2)).toEqual(real)
    const text = Buffer.concat(ours.messages.slice(2).map(each => each.subarray(1))).toString('latin1')
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nLIVE\n$/)
    expect(ours.close).toBe(1000)
  })

  test('two requests on one connection', async () => {
    const ours = await session(
      `${POD}/portforward?ports=15000`,
      ['v4.channel.k8s.io'],
      [get('/ready', false), get('/ready', true)],
    )
    const text = Buffer.concat(ours.messages.slice(2).map(each => each.subarray(1))).toString('latin1')
    expect(text.split('HTTP/1.1 200 OK').length).toBe(3)
  })

  test('a closed port is reported on the error channel as containerd does, then close 1000', async () => {
    const real = recordedStream('pf-v4-closed-port')
    const ours = await session(`${POD}/portforward?ports=15999`, ['v4.channel.k8s.io'], [get('/', true)])
    expect(shape(ours.messages)).toEqual(shape(messagesOf(real)))
    expect(ours.messages.slice(0, 2)).toEqual(messagesOf(real).slice(0, 2))
    for (const text of [
      channelBytes(real, 1),
      Buffer.concat(ours.messages.filter(each => each[0] === 1).map(each => each.subarray(1))),
    ]) {
      expect(text.toString('latin1')).toContain('connection refused')
    }
    expect(ours.close).toBe(real.events.find(one => one.event === 'close')?.code)
  })

  test('no port is a 400', async () => {
    const ours = await session(`${POD}/portforward`, ['v4.channel.k8s.io'])
    expect(ours.status).toBe(400)
    expect(ours.body).toContain('query parameter \\"port\\" is required')
  })

  test('v5 offered first and v4 second is v4, as a real kubelet chooses', async () => {
    const real = recordedStream('pf-offer-v5-v4')
    const ours = await session(
      `${POD}/portforward?ports=15000`,
      ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
      [get('/ready', true)],
    )
    expect(ours.protocol).toBe(real.events.find(one => one.event === 'open')?.protocol)
  })
})
