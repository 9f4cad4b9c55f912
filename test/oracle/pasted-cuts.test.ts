import {describe, expect, test} from '@jest/globals'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'
import {corpus, mangle, said} from './pasted-cuts.js'

/** A fact that says no more than one of the whole text: equal to it, or a row or host of which the end is missing. */
function holdsIn(fact: string, whole: readonly string[]): boolean {
  const partly = /^(cluster|listener|route|endpoint|secret|envoy\.clusters) /.test(fact)
  return whole.some(each => each === fact || (partly && each.startsWith(fact)))
}

describe('pasted text, cut, prefixed, wrapped', () => {
  const size = oracleSize('CUTS', {seed: 2026, count: 400})
  test(`says nothing that the whole text does not say, or says that something is missing (${size.again})`, () => {
    const random = seeded(size.seed)
    const texts = corpus().map(text => ({text, whole: said(text)}))
    expect(texts.every(({whole}) => whole.facts.length > 0)).toBe(true)
    const wrong: string[] = []
    let asked = 0
    for (let round = 0; round < size.count; round++) {
      const {text, whole} = texts[random(texts.length)] ?? texts[0] ?? {text: '', whole: {facts: [], gap: false}}
      const mangled = mangle(text, random)
      const now = said(mangled.text)
      asked += now.facts.length
      const strange = now.facts.filter(fact => !holdsIn(fact, whole.facts))
      if (mangled.whole && stableList(now.facts) !== stableList(whole.facts))
        wrong.push(`${mangled.how}: not the same facts:\n${mangled.text.slice(0, 200)}`)
      if (!mangled.whole && strange.length > 0 && !now.gap) wrong.push(`${mangled.how}: ${strange[0]?.slice(0, 300)}`)
    }
    expect(asked).toBeGreaterThan(size.count)
    expect(wrong.slice(0, 5)).toEqual([])
  })
})

function stableList(facts: readonly string[]): string {
  return [...facts].sort().join('\n')
}
