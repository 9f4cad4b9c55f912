/** One step along two lists: both go on, as their texts are equal, or one of them alone. */
export interface AlignmentStep {
  readonly on: 'both' | 'first' | 'second'
  /** Places in the lists before the step. */
  readonly first: number
  readonly second: number
}

/** Beyond this many cells the table of the longest common subsequence is not built. */
const MAX_CELLS = 4_000_000

/** The steps along two lists that keep a longest common subsequence together; undefined for lists too long for that. */
export function alignTexts(a: readonly string[], b: readonly string[]): readonly AlignmentStep[] | undefined {
  if (a.length * b.length > MAX_CELLS) return undefined
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const cell = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1))
  const steps: AlignmentStep[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const equal = i < a.length && j < b.length && a[i] === b[j]
    const first = i < a.length && (j === b.length || cell(i + 1, j) >= cell(i, j + 1))
    const on = equal ? 'both' : first ? 'first' : 'second'
    steps.push({on, first: i, second: j})
    if (on !== 'second') i++
    if (on !== 'first') j++
  }
  return steps
}
