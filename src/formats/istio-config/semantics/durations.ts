import {goNanoseconds} from '../../../model/text/go-duration.js'
import {isObject} from '../../decode.js'
import type {Problem} from './problem.js'

const FIELDS = new Set([
  'backoff',
  'baseEjectionTime',
  'connectTimeout',
  'duration',
  'fixedDelay',
  'idleTimeout',
  'interval',
  'maxAge',
  'maxConnectionDuration',
  'perTryTimeout',
  'time',
  'timeout',
])

/** The durations in a spec that are finer than a millisecond; the schema refuses those below one. */
export function durationProblems(value: unknown, path = 'spec'): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => durationProblems(each, `${path}[${index}]`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, each]) => {
    const own = `${path}.${name}`
    if (typeof each !== 'string') return durationProblems(each, own)
    const length = FIELDS.has(name) ? (goNanoseconds(each) ?? 0) : 0
    return length > 1e6 && length % 1e6 !== 0 ? [{path: own, message: 'durations are whole milliseconds'}] : []
  })
}
