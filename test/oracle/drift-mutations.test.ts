import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {checkDrift} from '../support/drift-oracle.js'
import {recordedRulesets} from '../support/netfilter-corpus.js'
import {seeded} from '../support/seeded.js'

const MUTATIONS = Number(process.env.DRIFT_MUTATIONS ?? 1)
const POINTS = Number(process.env.DRIFT_POINTS ?? 9)
const SEED = Number(process.env.DRIFT_SEED ?? 2026)
const ALL = Object.entries(recordedRulesets()).flatMap(([name, {files}]) => {
  const [set] = parseRules(files['iptables-save-c.txt'] ?? '').rulesets
  return set === undefined || set.tables.length === 0 ? [] : [{name, set}]
})

/** Every sixth ruleset in the quick run; all of them, and more than one mutation each, with DRIFT_MUTATIONS. */
const SAVED = process.env.DRIFT_MUTATIONS === undefined ? ALL.filter((_, index) => index % 6 === 0) : ALL

describe('drift says that paths change exactly when they do', () => {
  test(`${MUTATIONS} mutations of each of the recorded rulesets`, () => {
    const random = seeded(SEED)
    const wrong: string[] = []
    let effective = 0
    let packets = 0
    for (const {name, set} of SAVED)
      for (let index = 0; index < MUTATIONS; index++) {
        const found = checkDrift(random, set, POINTS)
        wrong.push(...found.wrong.map(each => `${name} ${each}`))
        effective += found.effective ? 1 : 0
        packets += found.packets
      }
    expect(wrong.slice(0, 5)).toEqual([])
    const all = SAVED.length * MUTATIONS
    if (MUTATIONS > 1)
      console.log(`${all} mutations, ${effective} change paths, ${packets} packets walked, 0 contradictions`)
    expect(ALL.length).toBeGreaterThan(50)
    expect(effective).toBeGreaterThan(0)
    expect(effective).toBeLessThan(all)
  }, 600_000)
})
