import type {ApiServer} from './api-server.js'
import {pause} from './concurrency-limiter.js'
import {failureFromError} from './wire-failure.js'

/** Maximum attempts while the server answers 429 with Retry-After. */
const MAX_TRIES = 10

/**
 * Opens a stream over either protocol: a kept connection that turns out dead is replaced once, and a server that answers
 * 429 with Retry-After is retried: nothing has been run yet.
 */
export async function openWithRetry<T>(
  {limiter}: Pick<ApiServer, 'limiter'>,
  signal: AbortSignal,
  open: () => Promise<T>,
): Promise<T> {
  let stale = false
  for (let attempt = 1; ; attempt++) {
    const callBeganAt = performance.now()
    try {
      return await open()
    } catch (error) {
      const failure = failureFromError(error)
      if (failure.details.stale === true && !stale) {
        stale = true
        continue
      }
      const waitMs = failure.kind === 'throttled' ? failure.details.retryAfterMs : undefined
      if (waitMs === undefined || attempt >= MAX_TRIES) throw failure
      if (limiter === undefined) await pause(waitMs, signal)
      else await limiter.yieldSlot(waitMs, signal, {callBeganAt})
    }
  }
}
