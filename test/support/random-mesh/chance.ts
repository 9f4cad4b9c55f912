import {seeded} from '../seeded.js'

/** Choices of one random mesh. */
export interface Chance {
  /** One of the values. */
  readonly of: <T>(...values: readonly T[]) => T
  /** True once in `n` times. */
  readonly once: (n: number) => boolean
  /** From 0 to `most` values, each made by its index. */
  readonly some: <T>(most: number, make: (index: number) => T) => readonly T[]
  /** The fields, once in `n` times. */
  readonly field: (n: number, fields: () => object) => object
}

/** The choices of a seed. */
export function chanceOf(seed: number): Chance {
  const random = seeded(seed)
  const once = (n: number) => random(n) === 0
  return {
    of: (...values) => {
      const value = values[random(values.length)]
      if (value === undefined) throw new Error('nothing to choose from')
      return value
    },
    once,
    some: (most, make) => Array.from({length: random(most + 1)}, (_, index) => make(index)),
    field: (n, fields) => (once(n) ? fields() : {}),
  }
}
