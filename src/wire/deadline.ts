import {WireFailure} from './wire-failure.js'

/** Limits of one call: all of it, the silence in it, and the caller's own signal. */
export interface TimeLimits {
  readonly totalMs: number
  /** Longest silence allowed while bytes are awaited. */
  readonly idleMs?: number
  readonly signal?: AbortSignal
}

export interface Deadline {
  /** Aborts with a WireFailure as its reason: `timeout`, or `aborted` when the caller's signal fired. */
  readonly signal: AbortSignal
  /** Bytes moved: the silence is measured anew. */
  touch(): void
  /** Ends the watch; must always be called, or a timer stays behind. */
  clear(): void
}

/** Watches one call: the signal fires when the time is up, the line is silent too long, or the caller gives up. */
export function startDeadline(what: string, limits: TimeLimits): Deadline {
  const controller = new AbortController()
  let over = false
  const fail = (kind: 'timeout' | 'aborted', message: string) => {
    over = true
    controller.abort(new WireFailure(kind, message))
  }
  const total = setTimeout(
    () => fail('timeout', `${what}: no complete answer within ${limits.totalMs} ms`),
    limits.totalMs,
  )
  const idle =
    limits.idleMs === undefined
      ? undefined
      : setTimeout(() => fail('timeout', `${what}: silent for ${limits.idleMs} ms`), limits.idleMs)
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

/** The failure a deadline's signal carries. */
export function failureOfSignal(signal: AbortSignal): WireFailure {
  return signal.reason instanceof WireFailure ? signal.reason : new WireFailure('aborted', 'interrupted')
}
