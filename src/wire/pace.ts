import {setTimeout as sleep} from 'node:timers/promises'
import {failureOfSignal} from './deadline.js'
import {WireFailure} from './wire-failure.js'

/** How many calls one run has under way at an API server, and when the next may begin: shared by all calls, lists and visits alike. */
export interface Pace {
  /** Waits for a seat; rejects with a WireFailure when the signal fires first. */
  enter(signal: AbortSignal): Promise<void>
  leave(): void
  /** A call that began then heard that the server is overloaded, and is not tried again: the seats are halved all the same. */
  overloaded(callBeganAt: number): void
  /** A call ended well: after as many as there are seats, there is one seat more. */
  succeeded(): void
  /**
   * Gives the seat up for a while and takes one again, ahead of calls that have not begun. When the server is overloaded (429)
   * the seats are halved, once for all calls that began before, and nobody begins before the time the server named.
   */
  stepAside(waitMs: number, signal: AbortSignal, overloaded: {readonly callBeganAt: number} | undefined): Promise<void>
}

interface Waiter {
  readonly admit: () => void
}

/** The server may name any time; for longer than this nobody is held back, and who comes too early hears 429 again. */
const LONGEST_PAUSE_MS = 60_000

/** A pace that begins with `most` seats, which it never exceeds; one seat always remains. */
export function openPace(most: number): Pace {
  let seats = most
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
    while (taken < seats) {
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
      seats = Math.max(1, Math.floor(Math.min(seats, taken) / 2))
      cutAt = performance.now()
      credit = 0
    }
    notBefore = Math.max(notBefore, performance.now() + Math.min(waitMs, LONGEST_PAUSE_MS))
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
      if (credit < seats || seats >= most) return
      credit = 0
      seats += 1
      admit()
    },
    stepAside: async (waitMs, signal, overloaded) => {
      if (overloaded !== undefined) cut(waitMs, overloaded.callBeganAt)
      leave()
      try {
        await pause(waitMs, signal)
        await wait(again, signal)
      } catch (error) {
        // Whoever gave the seat up will leave it all the same.
        taken += 1
        throw error
      }
    },
  }
}

/** Waits, or rejects with a WireFailure when the signal fires first. */
export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, {signal}).catch(() => {
    throw failureOfSignal(signal)
  })
}

/** Runs a call on a seat of its own; without a pace it just runs. */
export async function seated<T>(pace: Pace | undefined, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  if (pace === undefined) return await call()
  await pace.enter(signal)
  const callBeganAt = performance.now()
  try {
    const value = await call()
    pace.succeeded()
    return value
  } catch (error) {
    if (error instanceof WireFailure && error.kind === 'throttled') pace.overloaded(callBeganAt)
    throw error
  } finally {
    pace.leave()
  }
}
