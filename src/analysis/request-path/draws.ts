import type {Draw} from '../../model/envoy/proxy.js'

/** One branch, with its fraction of all requests (0 to 1) and the picks that lead to it. */
export interface Branch<T> {
  readonly share: number
  readonly picks: readonly string[]
  readonly result: T
}

/** More branches than this are not followed; their fraction is `unfollowed`. */
const MAX_BRANCHES = 200

interface Pick {
  readonly index: number
  readonly shares: readonly number[]
}

function nextPicks(picks: readonly Pick[]): readonly number[] | undefined {
  for (let last = picks.length - 1; last >= 0; last--) {
    const pick = picks[last]
    if (pick === undefined) continue
    let index = pick.index + 1
    while (index < pick.shares.length && (pick.shares[index] ?? 0) <= 0) index++
    if (index < pick.shares.length) return [...picks.slice(0, last).map(each => each.index), index]
  }
  return undefined
}

function shareOf(picks: readonly Pick[]): number {
  return picks.reduce((product, {index, shares}) => {
    const total = shares.reduce((a, b) => a + b, 0)
    return total === 0 ? product : (product * (shares[index] ?? 0)) / total
  }, 1)
}

/** The most likely option of a pick comes first, so that it is followed even when not all are. */
function firstIndex(shares: readonly number[]): number {
  const first = shares.findIndex(each => each > 0)
  return Math.max(first, 0)
}

/** Runs a function that picks at random once for every combination of picks. */
export function everyBranch<T>(run: (draw: Draw) => T): {
  readonly branches: readonly Branch<T>[]
  /** The fraction of requests that was not followed, because there are too many branches. */
  readonly unfollowed: number
} {
  const branches: Branch<T>[] = []
  let script: readonly number[] | undefined = []
  while (script !== undefined && branches.length < MAX_BRANCHES) {
    const picks: Pick[] = []
    const words: string[] = []
    const fixed: readonly number[] = script
    const result = run((what, shares) => {
      const index = fixed[picks.length] ?? firstIndex(shares)
      picks.push({index, shares})
      words.push(what)
      return index
    })
    branches.push({share: shareOf(picks), picks: words, result})
    script = nextPicks(picks)
  }
  const followed = branches.reduce((sum, {share}) => sum + share, 0)
  return {branches, unfollowed: script === undefined ? 0 : Math.max(0, 1 - followed)}
}
