/** Whole numbers from 0 up to, but not including, `below`. */
export type Random = (below: number) => number

/** A small generator with a seed, so that a failure can be run again (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) % 0x7fff_ffff) % below
  }
}
