import type {FractionalPercent, RuntimeFlag, RuntimeFraction} from '../../../model/envoy/core.js'
import type {Draw, EnvoyProxy} from '../../../model/envoy/proxy.js'
import type {Json} from '../../../model/envoy/schema.js'
import {known, undecided} from '../undecided.js'

// Runtime: https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime

type Runtime = Pick<EnvoyProxy, 'runtime' | 'runtimeGap'>

const PARTS = new Map([
  ['HUNDRED', 100],
  ['TEN_THOUSAND', 10_000],
  ['MILLION', 1_000_000],
])

/** How many parts make the whole of a percentage: 100, 10,000 or a million. */
export function partsOf(percent: FractionalPercent | undefined): number {
  return PARTS.get(percent?.denominator ?? 'HUNDRED') ?? 100
}

/** A percentage as a fraction from 0 to 1. */
export function shareOf(percent: FractionalPercent | undefined): number {
  if (percent === undefined) return 0
  const {numerator = 0} = known(percent, 'a percentage')
  return Math.min(1, numerator / partsOf(percent))
}

function jsonShare(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Math.min(1, value / 100)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const {numerator, denominator} = value as {numerator?: Json; denominator?: Json}
  if (typeof numerator !== 'number') return undefined
  return Math.min(1, numerator / (PARTS.get(typeof denominator === 'string' ? denominator : 'HUNDRED') ?? 100))
}

/** The runtime value of a key; undefined when it is not set. */
export function runtimeValue(proxy: Runtime, key: string | undefined, at?: string): Json | undefined {
  if (key === undefined || key === '') return undefined
  const found = proxy.runtime.get(key)
  if (found === undefined && proxy.runtimeGap !== undefined)
    undecided(`runtime key ${key} may be set in ${proxy.runtimeGap}`, at)
  return found
}

/** True or false at 0 and 100 %; in between one is drawn, or it is undecided without a draw. */
export function certain(share: number, what: string, at?: string, draw?: Draw): boolean {
  if (share >= 1) return true
  if (share <= 0) return false
  if (draw !== undefined) return draw(what, [1 - share, share]) === 1
  return undecided(`${what} happens in ${share * 100}% of the requests`, at)
}

/** Whether a runtime fraction applies: the runtime value, else its default, else `otherwise`. */
export function fractionApplies(
  proxy: Runtime,
  fraction: RuntimeFraction | undefined,
  otherwise: boolean,
  what: string,
): boolean {
  if (fraction === undefined) return otherwise
  const {defaultValue, runtimeKey, at} = known(fraction, 'a fraction')
  const set = jsonShare(runtimeValue(proxy, runtimeKey, at))
  return certain(set ?? shareOf(defaultValue), what, at)
}

/** Whether a runtime feature flag is on: the runtime value, else its default, else false. */
export function flagApplies(proxy: Runtime, flag: RuntimeFlag | undefined): boolean {
  if (flag === undefined) return false
  const {defaultValue = false, runtimeKey, at} = known(flag, 'a feature flag')
  const set = runtimeValue(proxy, runtimeKey, at)
  return typeof set === 'boolean' ? set : defaultValue
}
