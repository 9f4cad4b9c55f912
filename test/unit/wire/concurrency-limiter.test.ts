import {setImmediate as tick} from 'node:timers/promises'
import {expect, test} from '@jest/globals'
import {type ConcurrencyLimiter, createLimiter, withSlot} from '../../../src/wire/concurrency-limiter.js'
import {WireFailure} from '../../../src/wire/wire-failure.js'

const signal = new AbortController().signal

/** A call that runs until it is ended by the test; `under` counts the running ones. */
function calls(limiter: ConcurrencyLimiter) {
  const ends: (() => void)[] = []
  const state = {under: 0}
  const start = (own: AbortSignal = signal) =>
    withSlot(limiter, own, async () => {
      state.under += 1
      await new Promise<void>(resolve => ends.push(resolve))
      state.under -= 1
    })
  return {state, start, endOne: () => ends.shift()?.()}
}

test('no more calls than slots; waiting calls start in order', async () => {
  const {state, start, endOne} = calls(createLimiter(2))
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

test('an overload halves the slots, once for all calls that started before it, and one slot always remains', async () => {
  const limiter = createLimiter(64)
  const began = performance.now()
  for (let at = 0; at < 8; at++) await limiter.enter(signal)
  const aside = [1, 2, 3].map(() => limiter.yieldSlot(0, signal, {callBeganAt: began}))
  let late = 0
  const entered = [1, 2, 3].map(async () => {
    await limiter.enter(signal)
    late += 1
  })
  await new Promise(resolve => setTimeout(resolve, 5))
  // Five of the eight are still running, and four slots are left: none may enter.
  expect(late).toBe(0)
  for (let at = 0; at < 5; at++) limiter.leave()
  await Promise.all(aside)
  await tick()
  // Calls that yielded their slots come first; then there is room for one.
  expect(late).toBe(1)
  for (let at = 0; at < 4; at++) limiter.leave()
  await Promise.all(entered)
  limiter.leave()
  limiter.leave()
  for (let at = 0; at < 5; at++) {
    await limiter.enter(signal)
    await limiter.yieldSlot(0, signal, {callBeganAt: performance.now()})
    limiter.leave()
  }
})

test('nobody begins before the time the server named', async () => {
  const limiter = createLimiter(4)
  await limiter.enter(signal)
  const order: string[] = []
  // Timers fire in the order of their times, however busy the machine is.
  setTimeout(() => order.push('40 ms later'), 40)
  const aside = limiter.yieldSlot(60, signal, {callBeganAt: performance.now()}).then(limiter.leave)
  await limiter.enter(signal)
  order.push('entered')
  expect(order).toEqual(['40 ms later', 'entered'])
  limiter.leave()
  await aside
})

test('a wait that is not an overload holds nobody else back', async () => {
  const limiter = createLimiter(1)
  await limiter.enter(signal)
  const aside = limiter.yieldSlot(50, signal, undefined)
  let back = false
  aside.then(() => {
    back = true
  })
  await limiter.enter(signal)
  expect(back).toBe(false)
  limiter.leave()
  await aside
})

test('growth: from four slots five after four good calls, never more than at the start', async () => {
  const limiter = createLimiter(8)
  for (let at = 0; at < 8; at++) await limiter.enter(signal)
  const aside = limiter.yieldSlot(0, signal, {callBeganAt: performance.now()})
  for (let at = 0; at < 7; at++) limiter.leave()
  await aside
  limiter.leave()
  const room = async () => {
    const {state, start, endOne} = calls(limiter)
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

test('who gives up while waiting leaves the line, and the slot goes to the next', async () => {
  const limiter = createLimiter(1)
  await limiter.enter(signal)
  const stop = new AbortController()
  const given = limiter.enter(stop.signal)
  const next = limiter.enter(signal)
  stop.abort()
  await expect(given).rejects.toBeInstanceOf(WireFailure)
  await expect(limiter.enter(stop.signal)).rejects.toMatchObject({kind: 'aborted'})
  limiter.leave()
  await next
  const aside = limiter.yieldSlot(60_000, stop.signal, undefined)
  await expect(aside).rejects.toMatchObject({kind: 'aborted'})
  limiter.leave()
  await limiter.enter(signal)
})

test('a 429 that names no time halves the slots as well', async () => {
  const limiter = createLimiter(4)
  const {state, start, endOne} = calls(limiter)
  const others = [1, 2, 3].map(() => start())
  await tick()
  const busy = withSlot(limiter, signal, () => Promise.reject(new WireFailure('throttled', 'too many')))
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
