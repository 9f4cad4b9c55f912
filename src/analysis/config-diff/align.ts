import {alignTexts} from '../align-texts.js'

/** One edit step from one list to another: keep, remove, add or change an item. */
export type EditStep =
  | {readonly step: 'keep'}
  | {readonly step: 'remove'; readonly before: number}
  | {readonly step: 'add'; readonly after: number}
  | {readonly step: 'change'; readonly before: number; readonly after: number}

type Matches = readonly (readonly [number, number])[]

/** Positions of a longest common subsequence of two lists of texts; none for lists too long, which are then paired in order. */
function common(a: readonly string[], b: readonly string[]): Matches {
  return (alignTexts(a, b) ?? []).flatMap(({on, first, second}) => (on === 'both' ? [[first, second] as const] : []))
}

/** The steps for a range without equal items: items of the same identity are changed, the rest removed and added. */
function stretch(
  before: readonly [number, number],
  after: readonly [number, number],
  idA: (index: number) => string | undefined,
  idB: (index: number) => string | undefined,
): readonly EditStep[] {
  const steps: EditStep[] = []
  let next = after[0]
  for (let i = before[0]; i < before[1]; i++) {
    const id = idA(i)
    let found = -1
    for (let j = next; j < after[1] && found < 0; j++) if (id !== undefined && idB(j) === id) found = j
    const evenly = before[1] - before[0] === after[1] - after[0] && id === undefined
    if (found < 0 && evenly && next < after[1] && idB(next) === undefined) found = next
    if (found < 0) {
      steps.push({step: 'remove', before: i})
      continue
    }
    for (; next < found; next++) steps.push({step: 'add', after: next})
    steps.push({step: 'change', before: i, after: next++})
  }
  for (; next < after[1]; next++) steps.push({step: 'add', after: next})
  return steps
}

/**
 * The steps that turn list `a` into list `b`, given each item's text (equal texts are equal items) and identity
 * (items of one identity are versions of the same thing).
 */
export function alignJson(
  a: readonly string[],
  b: readonly string[],
  idA: (index: number) => string | undefined,
  idB: (index: number) => string | undefined,
): readonly EditStep[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const middle = common(a.slice(start, a.length - end), b.slice(start, b.length - end))
  const anchors: Matches = [
    ...middle.map(([i, j]) => [i + start, j + start] as const),
    [a.length - end, b.length - end] as const,
  ]
  const steps: EditStep[] = Array.from({length: start}, () => ({step: 'keep'}) as const)
  let i = start
  let j = start
  for (const [toI, toJ] of anchors) {
    steps.push(...stretch([i, toI], [j, toJ], idA, idB))
    if (toI < a.length - end) steps.push({step: 'keep'})
    i = toI + 1
    j = toJ + 1
  }
  steps.push(...Array.from({length: end}, () => ({step: 'keep'}) as const))
  return steps
}
