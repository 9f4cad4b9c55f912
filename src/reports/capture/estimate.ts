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

/** A size for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

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
    text: `${sizeText(bytes)} of ${pods} ${pods === 1 ? 'pod' : 'pods'} (unpacked) and take ${time}`,
  }
}
