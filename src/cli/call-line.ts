import type {CallRecord} from '../wire/api-server.js'

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

/** Bytes for people: `812 B`, `12.3 kB`. */
function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`
}

/** One call to a cluster on one line: how it ended, its bytes, its time, its name. */
export function callLine({name, bytes, durationMs, outcome}: CallRecord): string {
  return `${outcome.padEnd(9)} ${sizeText(bytes).padStart(8)} ${`${Math.round(durationMs)} ms`.padStart(8)}  ${name}`
}
