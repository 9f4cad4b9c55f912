import {setImmediate as tick} from 'node:timers/promises'
import {expect, test} from '@jest/globals'
import {openPace, type Pace, seated} from '../../../src/wire/pace.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'

const signal = new AbortController().signal

/** A call that is under way until it is told to end; `under` counts those. */
function calls(pace: Pace) {
  const ends: (() => void)[] = []
  const state = {under: 0}
  const start = (own: AbortSignal = signal) =>
    seated(pace, own, async () => {
      state.under += 1
      await new Promise<void>(resolve => ends.push(resolve))
      state.under -= 1
    })
  return {state, start, endOne: () => ends.shift()?.()}
}

test('no more than the seats there are; who waits comes in order', async () => {
  const {state, start, endOne} = calls(openPace(2))
  const all = [1, 2, 3, 4].map(() => start())
  await tick()
  expect(state.under).toBe(2)
  endOne()
  await tick()
  expect(state.under).toBe(2)
  for (let at = 0; at < 4; at++) {
    endOne()
    await tick()
  }
  await Promise.all(all)
  expect(state.under).toBe(0)
})

test('an overload halves what is under way, once for all who began before it, and one seat always remains', async () => {
  const pace = openPace(64)
  const began = performance.now()
  for (let at = 0; at < 8; at++) await pace.enter(signal)
  const aside = [1, 2, 3].map(() => pace.stepAside(0, signal, {callBeganAt: began}))
  let late = 0
  const entered = [1, 2, 3].map(async () => {
    await pace.enter(signal)
    late += 1
  })
  await new Promise(resolve => setTimeout(resolve, 5))
  // Five of the eight are still under way, and four seats are left: nobody may enter.
  expect(late).toBe(0)
  for (let at = 0; at < 5; at++) pace.leave()
  await Promise.all(aside)
  await tick()
  // Those who gave their seats up come first; then there is room for one.
  expect(late).toBe(1)
  for (let at = 0; at < 4; at++) pace.leave()
  await Promise.all(entered)
  pace.leave()
  pace.leave()
  for (let at = 0; at < 5; at++) {
    await pace.enter(signal)
    await pace.stepAside(0, signal, {callBeganAt: performance.now()})
    pace.leave()
  }
})

test('nobody begins before the time the server named', async () => {
  const pace = openPace(4)
  await pace.enter(signal)
  const order: string[] = []
  // Timers fire in the order of their times, however busy the machine is.
  setTimeout(() => order.push('40 ms later'), 40)
  const aside = pace.stepAside(60, signal, {callBeganAt: performance.now()}).then(pace.leave)
  await pace.enter(signal)
  order.push('entered')
  expect(order).toEqual(['40 ms later', 'entered'])
  pace.leave()
  await aside
})

test('a wait that is no overload holds nobody else back', async () => {
  const pace = openPace(1)
  await pace.enter(signal)
  const aside = pace.stepAside(50, signal, undefined)
  let back = false
  aside.then(() => {
    back = true
  })
  await pace.enter(signal)
  expect(back).toBe(false)
  pace.leave()
  await aside
})

test('growth: from four seats five after four good calls, never more than at the start', async () => {
  const pace = openPace(8)
  for (let at = 0; at < 8; at++) await pace.enter(signal)
  const aside = pace.stepAside(0, signal, {callBeganAt: performance.now()})
  for (let at = 0; at < 7; at++) pace.leave()
  await aside
  pace.leave()
  const room = async () => {
    const {state, start, endOne} = calls(pace)
    const stop = new AbortController()
    const all = Array.from({length: 12}, () => start(stop.signal).catch(() => undefined))
    await tick()
    const {under} = state
    stop.abort()
    for (let at = 0; at < under; at++) endOne()
    await Promise.all(all)
    return under
  }
  expect(await room()).toBe(4)
  expect(await room()).toBe(5)
  for (let at = 0; at < 30; at++) await room()
  expect(await room()).toBe(8)
})

test('who gives up while waiting leaves the line, and the seat goes to the next', async () => {
  const pace = openPace(1)
  await pace.enter(signal)
  const stop = new AbortController()
  const given = pace.enter(stop.signal)
  const next = pace.enter(signal)
  stop.abort()
  await expect(given).rejects.toBeInstanceOf(WireFailure)
  await expect(pace.enter(stop.signal)).rejects.toMatchObject({kind: 'aborted'})
  pace.leave()
  await next
  const aside = pace.stepAside(60_000, stop.signal, undefined)
  await expect(aside).rejects.toMatchObject({kind: 'aborted'})
  pace.leave()
  await pace.enter(signal)
})

test('a 429 that names no time halves the seats as well', async () => {
  const pace = openPace(4)
  const {state, start, endOne} = calls(pace)
  const others = [1, 2, 3].map(() => start())
  await tick()
  const busy = seated(pace, signal, () => Promise.reject(new WireFailure('throttled', 'too many')))
  await expect(busy).rejects.toMatchObject({kind: 'throttled'})
  const next = start()
  await tick()
  expect(state.under).toBe(3)
  endOne()
  await tick()
  expect(state.under).toBe(2)
  endOne()
  await tick()
  expect(state.under).toBe(2)
  for (let at = 0; at < 2; at++) endOne()
  await Promise.all([...others, next])
})
