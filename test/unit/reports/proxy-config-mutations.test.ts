import {describe, expect, test} from '@jest/globals'
import {keptCorpus} from '../../support/istioctl-corpus.js'
import {proxyConfig} from '../../support/proxy-config-run.js'

const COMMANDS = ['cluster', 'listener', 'route', 'endpoint', 'eds', 'bootstrap', 'secret', 'ecds', 'all']
const FORMS = ['short', 'wide', 'json', 'yaml']
const ODD: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  '',
  'x',
  true,
  [],
  {},
  [null],
  [[]],
  {'@type': 5},
  'a|b|c|d',
  '\u0000\n',
]

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** A copy of a JSON value in which one value in about `rate` is replaced by one of another kind. */
function mutated(value: unknown, roll: (sides: number) => number, rate: number): unknown {
  if (roll(rate) === 0) return ODD[roll(ODD.length)]
  if (Array.isArray(value)) return value.slice(0, 6).map(item => mutated(item, roll, rate))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, mutated(held, roll, rate)]))
}

const corpus = keptCorpus()
const paths = [...new Set(corpus.runs.flatMap(({argv}) => argv.filter(word => word.endsWith('.json'))))]

describe('fields of the wrong kind, wherever they are, never break a view', () => {
  test.each(paths.map((path, index) => [path, index] as const))('%s', async (path, index) => {
    const whole: unknown = JSON.parse(Buffer.from(corpus.read(path)).toString('utf8'))
    const roll = dice(index + 1)
    let answered = 0
    for (let round = 0; round < 24; round++) {
      const bytes = Buffer.from(JSON.stringify(mutated(whole, roll, [20, 100, 400][round % 3] ?? 100)))
      const command = COMMANDS[roll(COMMANDS.length)] ?? 'all'
      for (const form of FORMS) {
        const argv = ['proxy-config', command, '-o', form, '-f', 'mutated.json']
        const {exit} = await proxyConfig(argv, () => bytes, '2026-11-20T19:00:00Z')
        expect([0, 2, 3]).toContain(exit)
        if (exit !== 2) answered++
      }
    }
    expect(answered).toBeGreaterThan(0)
  })
})
