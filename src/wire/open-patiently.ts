import type {ApiServer} from './api-server.js'
import {pause} from './pace.js'
import {failureFromError} from './wire-failure.js'

/** Tries while the server says it is overloaded and when to come again. */
const MAX_TRIES = 10

/**
 * Opens a stream, by whichever protocol: a kept connection that turns out dead is replaced once, and an overloaded server that says
 * when to come again (429 with Retry-After) is asked again: nothing has been run yet.
 */
export async function openPatiently<T>(
  {pace}: Pick<ApiServer, 'pace'>,
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
      if (pace === undefined) await pause(waitMs, signal)
      else await pace.stepAside(waitMs, signal, {callBeganAt})
    }
  }
}
