import {setTimeout as sleep} from 'node:timers/promises'
import {failureOfSignal} from './deadline.js'
import {WIRE_LIMITS} from './limits.js'
import {WireFailure} from './wire-failure.js'

/** Limits the parallel calls of one run to an API server, and when the next may start; shared by all calls. */
export interface ConcurrencyLimiter {
  /** Waits for a slot; rejects with a WireFailure if the signal fires first. */
  enter(signal: AbortSignal): Promise<void>
  leave(): void
  /** Reports a 429 of a call that started then and is not retried: the slots are halved too. */
  overloaded(callBeganAt: number): void
  /** Reports a successful call: after as many as there are slots, one slot is added. */
  succeeded(): void
  /**
   * Releases the slot for a while and takes one again, ahead of calls that have not started. If the server is overloaded (429)
   * the slots are halved, once for all calls that started before, and no call starts before the server's Retry-After.
   */
  yieldSlot(waitMs: number, signal: AbortSignal, overloaded: {readonly callBeganAt: number} | undefined): Promise<void>
}

interface Waiter {
  readonly admit: () => void
}

/** A limiter that starts with `most` slots, which is also its maximum; at least one slot always remains. */
export function createLimiter(most: number): ConcurrencyLimiter {
  let slots = most
  let taken = 0
  let credit = 0
  let cutAt = Number.NEGATIVE_INFINITY
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined
  const [again, fresh]: [Waiter[], Waiter[]] = [[], []]

  function admit(): void {
    clearTimeout(timer)
    timer = undefined
    const pauseMs = notBefore - performance.now()
    if (again.length + fresh.length > 0 && pauseMs > 0) {
      timer = setTimeout(admit, pauseMs)
      return
    }
    while (taken < slots) {
      const next = again.shift() ?? fresh.shift()
      if (next === undefined) return
      taken += 1
      next.admit()
    }
  }

  function wait(queue: Waiter[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(failureOfSignal(signal))
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.splice(queue.indexOf(waiter), 1)
        admit()
        reject(failureOfSignal(signal))
      }
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      signal.addEventListener('abort', onAbort, {once: true})
      queue.push(waiter)
      admit()
    })
  }

  function cut(waitMs: number, callBeganAt: number): void {
    if (callBeganAt >= cutAt) {
      slots = Math.max(1, Math.floor(Math.min(slots, taken) / 2))
      cutAt = performance.now()
      credit = 0
    }
    notBefore = Math.max(notBefore, performance.now() + Math.min(waitMs, WIRE_LIMITS.longestPauseMs))
  }

  function leave(): void {
    taken -= 1
    admit()
  }

  return {
    enter: signal => wait(fresh, signal),
    leave,
    overloaded: callBeganAt => cut(0, callBeganAt),
    succeeded: () => {
      credit += 1
      if (credit < slots || slots >= most) return
      credit = 0
      slots += 1
      admit()
    },
    yieldSlot: async (waitMs, signal, overloaded) => {
      if (overloaded !== undefined) cut(waitMs, overloaded.callBeganAt)
      leave()
      try {
        await pause(waitMs, signal)
        await wait(again, signal)
      } catch (error) {
        // The call that yielded its slot will still release it.
        taken += 1
        throw error
      }
    },
  }
}

/** Waits, or rejects with a WireFailure if the signal fires first. */
export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, {signal}).catch(() => {
    throw failureOfSignal(signal)
  })
}

/** Runs a call in a slot; without a limiter it runs immediately. */
export async function withSlot<T>(
  limiter: ConcurrencyLimiter | undefined,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  if (limiter === undefined) return await call()
  await limiter.enter(signal)
  const callBeganAt = performance.now()
  try {
    const value = await call()
    limiter.succeeded()
    return value
  } catch (error) {
    if (error instanceof WireFailure && error.kind === 'throttled') limiter.overloaded(callBeganAt)
    throw error
  } finally {
    limiter.leave()
  }
}
