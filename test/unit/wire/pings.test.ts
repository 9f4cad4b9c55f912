import {expect, test} from '@jest/globals'
import {startPings} from '../../../src/wire/pings.js'
import {closeWebSocket, openWebSocket} from '../../../src/wire/websocket.js'
import {timersLeft} from '../../support/live-timers.js'
import {recordedStream} from '../../support/recorded-wire.js'
import {rawServer, scriptedServer, transcript} from '../../support/replay-server.js'

const PROTOCOLS = ['v5.channel.k8s.io']

test('a server that never answers is declared dead, once, after the misses allowed', async () => {
  const replay = await rawServer((socket, head) => {
    const whole = transcript(recordedStream('exec-v5-id'), head)
    socket.write(whole.subarray(0, whole.indexOf('\r\n\r\n') + 4))
    socket.on('end', () => socket.end())
  })
  const socket = await openWebSocket(replay.server, '/x', PROTOCOLS, new AbortController().signal)
  socket.resume()
  let deaths = 0
  await new Promise<void>(resolve => {
    startPings(
      socket,
      () => {
        deaths += 1
        resolve()
      },
      {everyMs: 2, allowedMisses: 3},
    )
  })
  socket.terminate()
  await replay.close()
  expect(deaths).toBe(1)
  expect(await timersLeft()).toBe(0)
})

test('a server that answers lives, and nothing is asked or counted while we do not read', async () => {
  let pings = 0
  const replay = await scriptedServer(socket => socket.on('ping', () => (pings += 1)))
  const socket = await openWebSocket(replay.server, '/x', PROTOCOLS, new AbortController().signal)
  let dead = false
  let pongs = 0
  socket.on('pong', () => {
    pongs += 1
  })
  startPings(
    socket,
    () => {
      dead = true
    },
    {everyMs: 1, allowedMisses: 2},
  )
  // Paused as it was opened: many intervals pass, no ping is sent.
  await new Promise(resolve => setTimeout(resolve, 30))
  expect([pings, dead]).toEqual([0, false])
  socket.resume()
  while (pongs < 20 && !dead) await new Promise(resolve => setTimeout(resolve, 1))
  expect(dead).toBe(false)
  closeWebSocket(socket)
  await replay.close()
  expect(await timersLeft()).toBe(0)
})
