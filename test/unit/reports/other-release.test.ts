import {describe, expect, test} from '@jest/globals'
import {expectedRulesets} from '../../../src/analysis/netfilter/expected-rules/expected.js'
import {INJECTED_SETTINGS} from '../../../src/analysis/netfilter/expected-rules/settings.js'
import type {Expected} from '../../../src/evidence/kernel/expectation.js'
import {otherRelease} from '../../../src/evidence/kernel/other-release.js'
import {parseRules} from '../../../src/formats/netfilter/parse-rules.js'
import {recordedReleases} from '../../support/netfilter-corpus.js'

const SAVED = recordedReleases().saved
const DEFAULTS = Object.keys(SAVED).filter(name => /(^|\/)default\.v4$/.test(name))

function expectedOf(declared: number | undefined): Expected {
  const ofRelease = (minor: number) => expectedRulesets(INJECTED_SETTINGS, minor)
  const minor = declared ?? 31
  return {
    rulesets: ofRelease(minor),
    ofRelease,
    via: 'this test',
    kind: 'sidecar',
    minor,
    guessed: declared === undefined,
    release: 'this test',
    notes: [],
    ...(declared === undefined ? {} : {declared}),
  }
}

function minorOf(name: string): number {
  return Number(/1\.(\d+)\.\d+/.exec(name)?.[1])
}

describe('rules of past releases in a pod of another one', () => {
  test('there are recordings of many releases', () => expect(DEFAULTS.length).toBeGreaterThan(15))

  test.each(DEFAULTS)('%s, in a pod of 1.31', name => {
    const found = otherRelease(expectedOf(31), parseRules(SAVED[name] ?? '').rulesets)
    if (minorOf(name) >= 25) expect(found).toBeUndefined()
    else expect(found).toMatchObject({declaredVersion: '1.31', exactly: true})
  })

  test.each(DEFAULTS)('%s, in a pod of its own release or of nobody knows which', name => {
    const {rulesets} = parseRules(SAVED[name] ?? '')
    expect(otherRelease(expectedOf(minorOf(name)), rulesets)).toBeUndefined()
    expect(otherRelease(expectedOf(undefined), rulesets)).toBeUndefined()
  })

  test('rules of 1.31 of which any one or two were deleted stay rules of 1.31', () => {
    const name = '1.30.0/default.v4'
    const lines = (SAVED[name] ?? '').split('\n')
    const rules = lines.flatMap((line, index) => (line.startsWith('-A') ? [index] : []))
    expect(rules.length).toBeGreaterThan(15)
    for (const one of rules) {
      for (const other of rules) {
        const text = lines.filter((_, index) => index !== one && index !== other).join('\n')
        expect([one, other, otherRelease(expectedOf(31), parseRules(text).rulesets)]).toEqual([one, other, undefined])
      }
    }
  })
})
