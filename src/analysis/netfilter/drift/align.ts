/** One step of turning one list into another: kept, taken away from the first, or added by the second. */
export type Step<T> =
  | {readonly kind: 'same'; readonly expected: T; readonly index: number}
  | {readonly kind: 'missing'; readonly expected: T; readonly index: number}
  | {readonly kind: 'extra'; readonly actual: T; readonly index: number}

const MAX_CELLS = 4_000_000

/**
 * Aligns two ordered lists by their longest common subsequence, so that one inserted rule is one difference and not a shift of all that
 * follow. Lists too long for that are compared as sets. `index` is the place in the expected list where the step happens.
 */
export function align<T>(expected: readonly T[], actual: readonly T[], key: (item: T) => string): readonly Step<T>[] {
  const a = expected.map(key)
  const b = actual.map(key)
  if (a.length * b.length > MAX_CELLS) return asSets(expected, actual, a, b)
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const cell = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1))
  const steps: Step<T>[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = expected[i]
    const right = actual[j]
    if (left !== undefined && right !== undefined && a[i] === b[j]) {
      steps.push({kind: 'same', expected: left, index: i})
      i++
      j++
    } else if (left !== undefined && (right === undefined || cell(i + 1, j) >= cell(i, j + 1))) {
      steps.push({kind: 'missing', expected: left, index: i})
      i++
    } else if (right !== undefined) {
      steps.push({kind: 'extra', actual: right, index: i})
      j++
    }
  }
  return steps
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
