import {own} from '../../model/own.js'

const UNITS: Readonly<Record<string, number>> = {ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000}

/** A duration as Go writes it (`1m30s`, `250ms`) in milliseconds; undefined when absent or not one. */
export function durationMillis(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)) {
    total += Number(amount) * (own(UNITS, unit ?? '') ?? 0)
  }
  return total
}
