import {type Random, seeded} from './seeded.js'

/** How much of an oracle runs, and from which seed. */
export interface OracleSize {
  readonly seed: number
  /** Cases, rounds or inputs to run: the usual number times the share, at least one. */
  readonly count: number
  /** What to put before a command to run exactly this again, for the name of the test. */
  readonly again: string
}

function numberFrom(name: string, usual: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return usual
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name}=${text} is not a number of 0 or more`)
  return value
}

/**
 * The seed and size of the oracle `name` (such as KERNEL): `KERNEL_SEED` and `KERNEL_SHARE`, else `TEST_SEED` and `TEST_SHARE`, else the usual ones.
 * A share of 0.1 runs a tenth, 20 runs twenty times as much as the usual run.
 */
export function oracleSize(name: string, usual: {readonly seed: number; readonly count: number}): OracleSize {
  const seed = numberFrom(`${name}_SEED`, numberFrom('TEST_SEED', usual.seed))
  const share = numberFrom(`${name}_SHARE`, numberFrom('TEST_SHARE', 1))
  return {
    seed,
    count: Math.max(1, Math.round(usual.count * share)),
    again: `${name}_SEED=${seed} ${name}_SHARE=${share}`,
  }
}

/** A random part of a corpus in its own order, picked by the seed: the usual share of it, times the share that `NAME_SHARE` or `TEST_SHARE` names. */
export function corpusShare<T>(name: string, corpus: readonly T[], usual = 1): readonly T[] {
  const {seed, count} = oracleSize(name, {seed: 2026, count: corpus.length * usual})
  if (count >= corpus.length) return corpus
  const random: Random = seeded(seed)
  const picked = new Set<number>()
  while (picked.size < count) picked.add(random(corpus.length))
  return corpus.filter((_, at) => picked.has(at))
}
