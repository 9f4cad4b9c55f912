import {own} from '../collections/own.js'

/** Nanoseconds by unit (pkg.go.dev/time, ParseDuration). */
const UNITS: Readonly<Record<string, number>> = {h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, ns: 1}

/** The nanoseconds of a duration as Go writes it (`1m30s`, `250ms`, `0`), without a sign; `units` may name others. Undefined for other text. */
export function goNanoseconds(text: string, units = UNITS): number | undefined {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d{1,20}(?:\.\d{1,20})?)([a-z]{1,2})/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined
  let total = 0
  for (const [, amount, unit = ''] of parts) {
    const size = own(units, unit)
    if (size === undefined) return undefined
    total += Number(amount) * size
  }
  return Math.round(total)
}
