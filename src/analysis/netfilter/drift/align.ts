import {alignTexts} from '../../align-texts.js'

/** One step of turning one list into another: kept, taken away from the first, or added by the second. */
export type Step<T> =
  | {readonly kind: 'same'; readonly expected: T; readonly index: number}
  | {readonly kind: 'missing'; readonly expected: T; readonly index: number}
  | {readonly kind: 'extra'; readonly actual: T; readonly index: number}

/**
 * Aligns two ordered lists by their longest common subsequence, so that one inserted rule is one difference and not a shift of all that
 * follow. Lists too long for that are compared as sets. `index` is the place in the expected list where the step happens.
 */
export function alignItems<T>(
  expected: readonly T[],
  actual: readonly T[],
  key: (item: T) => string,
): readonly Step<T>[] {
  const a = expected.map(key)
  const b = actual.map(key)
  const steps = alignTexts(a, b)
  if (steps === undefined) return asSets(expected, actual, a, b)
  return steps.flatMap(({on, first, second}): Step<T>[] => {
    const [left, right] = [expected[first], actual[second]]
    if (on === 'second') return right === undefined ? [] : [{kind: 'extra', actual: right, index: first}]
    return left === undefined ? [] : [{kind: on === 'both' ? 'same' : 'missing', expected: left, index: first}]
  })
}

function asSets<T>(
  expected: readonly T[],
  actual: readonly T[],
  a: readonly string[],
  b: readonly string[],
): readonly Step<T>[] {
  const inA = new Set(a)
  const inB = new Set(b)
  const missing = expected.flatMap((item, index): Step<T>[] =>
    inB.has(a[index] ?? '') ? [{kind: 'same', expected: item, index}] : [{kind: 'missing', expected: item, index}],
  )
  const extra = actual.flatMap((item, index): Step<T>[] =>
    inA.has(b[index] ?? '') ? [] : [{kind: 'extra', actual: item, index: expected.length}],
  )
  return [...missing, ...extra]
}
