import {humanCount} from '../../model/text/human-count.js'
import {humanSize} from '../../model/text/human-size.js'
/** Size and time of the first pod. */
export interface Measured {
  readonly objectBytes: number
  readonly podBytes: number
  readonly podMs: number
}

export interface Estimate {
  readonly pods: number
  readonly bytes: number
  readonly durationMs: number
  /** True if the capture needs a confirmation. */
  readonly large: boolean
  readonly text: string
}

/** Above either of these a capture needs --yes: the size a laptop can read into memory, and a wait of several minutes. */
const LARGE_BYTES = 1024 * 1024 * 1024
const LARGE_MS = 5 * 60_000

/** The estimate for all pods, assuming they are like the first. */
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
    text: `${humanCount(pods, 'pod')}, about ${humanSize(bytes)} unpacked, ${time}`,
  }
}
