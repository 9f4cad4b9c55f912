import {humanCount} from '../../model/human-count.js'
import {humanSize} from '../../model/human-size.js'
/** What the first pod cost. */
export interface Measured {
  readonly objectBytes: number
  readonly podBytes: number
  readonly podMs: number
}

export interface Estimate {
  readonly pods: number
  readonly bytes: number
  readonly durationMs: number
  /** True when nobody should start this by accident. */
  readonly large: boolean
  readonly text: string
}

/** Beyond either of these a capture is taken for an accident unless the user says otherwise: a laptop's memory to read it, a cup of coffee. */
const LARGE_BYTES = 1024 * 1024 * 1024
const LARGE_MS = 5 * 60_000

/** What all pods will cost if they are like the first. */
export function estimateOf(measured: Measured, pods: number, concurrency: number): Estimate {
  const bytes = measured.objectBytes + measured.podBytes * pods
  const durationMs = measured.podMs * (1 + Math.ceil((pods - 1) / Math.max(1, concurrency)))
  const minutes = durationMs / 60_000
  const time = minutes < 1 ? `${Math.max(1, Math.round(durationMs / 1000))} s` : `${Math.round(minutes)} min`
  return {
    pods,
    bytes,
    durationMs,
    large: bytes > LARGE_BYTES || durationMs > LARGE_MS,
    text: `${humanSize(bytes)} of ${humanCount(pods, 'pod')} (unpacked) and take ${time}`,
  }
}
