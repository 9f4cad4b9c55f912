import {humanSize} from '../model/human-size.js'
import type {CallRecord} from '../wire/api-server.js'

/** One API call as a line: result, bytes, duration, name. */
export function callLine({name, bytes, durationMs, outcome}: CallRecord): string {
  return `${outcome.padEnd(9)} ${humanSize(bytes).padStart(8)} ${`${Math.round(durationMs)} ms`.padStart(8)}  ${name}`
}
