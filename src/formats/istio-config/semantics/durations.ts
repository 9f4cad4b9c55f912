import {own} from '../../../model/collections/own.js'
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
const UNITS: Readonly<Record<string, number>> = {h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, ns: 1}

/** The nanoseconds of a duration as Go writes it; undefined for other text. */
export function nanoseconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,20}(?:\.\d{1,20})?)(h|ms|us|ns|m|s)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined
  return Math.round(parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (own(UNITS, unit) ?? 0), 0))
}

/** The durations in a spec that are finer than a millisecond; the schema refuses those below one. */
export function durationProblems(value: unknown, path = 'spec'): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => durationProblems(each, `${path}[${index}]`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, each]) => {
    const own = `${path}.${name}`
    if (typeof each !== 'string') return durationProblems(each, own)
    const length = FIELDS.has(name) ? (nanoseconds(each) ?? 0) : 0
    return length > 1e6 && length % 1e6 !== 0 ? [{path: own, message: 'durations are whole milliseconds'}] : []
  })
}
