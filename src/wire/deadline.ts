import {WireFailure} from './wire-failure.js'

/** Limits of one call: total time, idle time, and the caller's signal. */
export interface TimeLimits {
  readonly totalMs: number
  /** Idle timeout while waiting for bytes. */
  readonly idleMs?: number
  readonly signal?: AbortSignal
}

export interface Deadline {
  /** Aborts with a WireFailure as its reason: `timeout`, or `aborted` when the caller's signal fired. */
  readonly signal: AbortSignal
  /** Bytes arrived: restarts the idle timer. */
  touch(): void
  /** Stops the timers; must always be called. */
  clear(): void
}

/** Watches one call: the signal fires on the total timeout, the idle timeout, or the caller's abort. */
export function startDeadline(what: string, limits: TimeLimits): Deadline {
  const controller = new AbortController()
  let over = false
  const fail = (kind: 'timeout' | 'aborted', message: string) => {
    over = true
    controller.abort(new WireFailure(kind, message))
  }
  const total = setTimeout(
    () => fail('timeout', `${what}: no complete answer within ${Math.round(limits.totalMs)} ms`),
    limits.totalMs,
  )
  const idle =
    limits.idleMs === undefined
      ? undefined
      : setTimeout(() => fail('timeout', `${what}: no data for ${limits.idleMs} ms`), limits.idleMs)
  const onAbort = () => fail('aborted', `${what}: interrupted`)
  if (limits.signal?.aborted) onAbort()
  else limits.signal?.addEventListener('abort', onAbort, {once: true})
  return {
    signal: controller.signal,
    touch: () => {
      if (!over) idle?.refresh()
    },
    clear: () => {
      over = true
      clearTimeout(total)
      clearTimeout(idle)
      limits.signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** The failure of a deadline's signal. */
export function failureOfSignal(signal: AbortSignal): WireFailure {
  return signal.reason instanceof WireFailure ? signal.reason : new WireFailure('aborted', 'interrupted')
}
