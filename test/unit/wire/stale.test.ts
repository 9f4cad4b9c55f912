import http from 'node:http'
import type {AddressInfo} from 'node:net'
import type {Duplex} from 'node:stream'
import {expect, test} from '@jest/globals'
import {WebSocketServer} from 'ws'
import {channelFrame} from '../../../src/wire/channels.js'
import {collectHead} from '../../../src/wire/collect.js'
import {execInPod} from '../../../src/wire/exec.js'
import {httpCall} from '../../../src/wire/http-call.js'
import {timersLeft} from '../../support/live-timers.js'
import {apiServerAt, rejection} from '../../support/replay-server.js'

/** A server that drops each of the first upgrades without a word, and plays a command that ended well after that. */
async function droppingServer(drops: number) {
  let upgrades = 0
  const web = http.createServer((_request, response) => response.end('{}'))
  const sockets = new WebSocketServer({noServer: true, handleProtocols: offered => [...offered][0] ?? false})
  web.on('upgrade', (request, socket: Duplex, head) => {
    upgrades += 1
    if (upgrades <= drops) {
      socket.destroy()
      return
    }
    sockets.handleUpgrade(request, socket, head, ws => {
      ws.send(channelFrame(3, Buffer.from('{"status":"Success"}')))
      ws.close(1000)
    })
  })
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  const server = apiServerAt(`http://127.0.0.1:${(web.address() as AddressInfo).port}`)
  const warm = () => httpCall('/', {url: new URL(`${server.url}/`), agent: server.agent}, {totalMs: 9000, maxBytes: 10})
  const streams = () => ({stdout: collectHead(1).sink, stderr: collectHead(1).sink})
  const exec = () => execInPod(server, {namespace: 'n', pod: 'p', argv: ['id']}, streams(), {totalMs: 9000})
  const close = async () => {
    server.agent.destroy()
    await new Promise(resolve => web.close(resolve))
  }
  return {warm, exec, close, upgrades: () => upgrades}
}

test('an upgrade on a kept connection that turns out dead is begun again on a new one', async () => {
  const server = await droppingServer(1)
  await server.warm()
  expect(await server.exec()).toEqual({exitCode: 0})
  expect(server.upgrades()).toBe(2)
  await server.close()
  expect(await timersLeft()).toBe(0)
})

test('a new connection that is dropped is a failure: the command may have been run', async () => {
  const server = await droppingServer(1)
  expect(await rejection(server.exec())).toMatchObject({kind: 'lost'})
  expect(server.upgrades()).toBe(1)
  await server.close()
})

test('and so is the second of two', async () => {
  const server = await droppingServer(2)
  await server.warm()
  expect(await rejection(server.exec())).toMatchObject({kind: 'lost'})
  expect(server.upgrades()).toBe(2)
  await server.close()
  expect(await timersLeft()).toBe(0)
})
