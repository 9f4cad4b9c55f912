import {expect, test} from '@jest/globals'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {checkDrift} from '../support/drift-oracle.js'
import {recordedRulesets} from '../support/netfilter-corpus.js'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'

/** Each how many-th recorded ruleset is changed, and how many times. */
export interface DriftRun {
  readonly recorded: number
  readonly mutations: number
}

const POINTS = 9
const ALL = Object.entries(recordedRulesets()).flatMap(([name, {files}]) => {
  const [set] = parseRules(files['iptables-save-c.txt'] ?? '').rulesets
  return set === undefined || set.tables.length === 0 ? [] : [{name, set}]
})

/** Tests that change recorded rulesets and ask drift and walked packets about them; DRIFT_SEED and DRIFT_SHARE choose others and more or fewer. */
export function driftMutationTests(usual: DriftRun): void {
  const {seed, count: mutations, again} = oracleSize('DRIFT', {seed: 2026, count: usual.mutations})
  const saved = ALL.filter((_, index) => index % usual.recorded === 0)

  test(`${mutations} mutations of each of ${saved.length} recorded rulesets (${again})`, () => {
    const random = seeded(seed)
    const wrong: string[] = []
    let effective = 0
    let packets = 0
    for (const {name, set} of saved)
      for (let index = 0; index < mutations; index++) {
        const found = checkDrift(random, set, POINTS)
        wrong.push(...found.wrong.map(each => `${name} ${each}`))
        effective += found.effective ? 1 : 0
        packets += found.packets
      }
    expect(wrong.slice(0, 5)).toEqual([])
    const all = saved.length * mutations
    expect(ALL.length).toBeGreaterThan(50)
    expect(packets).toBeGreaterThan(all * POINTS)
    expect(effective).toBeGreaterThan(0)
    expect(effective).toBeLessThan(all)
  }, 3_600_000)
}
