import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {RULES} from '../../../src/rules/registry.js'
import type {MeshRule} from '../../../src/rules/rule.js'
import {caseOutcome, type RuleCase} from '../../support/rule-case.js'
import {sampleSource} from '../../support/sample.js'

const SAMPLE = await sampleSource()

function casesOf(rule: MeshRule): readonly RuleCase[] {
  const path = `src/rules/${rule.slug}/cases.yaml`
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly RuleCase[]) : []
}

describe.each(RULES.map(rule => [`${rule.code} ${rule.slug}`, rule] as const))('%s', (_name, rule) => {
  const cases = casesOf(rule)

  test('has a case with a finding, one without, and one that is not checked where the rule needs evidence', () => {
    const kinds = cases.map(({expect: wanted}) => (typeof wanted === 'string' ? wanted : 'finding'))
    expect(kinds).toContain('finding')
    expect(kinds).toContain('silent')
    // The names of rules are built in: they are never missing.
    const evidence = [...rule.needs, ...(rule.needsToPass ?? [])].filter(name => name !== 'ruleNames')
    if (evidence.length > 0) expect(kinds).toContain('not-checked')
  })

  test.each(cases.map(each => [each.name, each] as const))('%s', async (_case, given) => {
    const {wanted, found, missing} = await caseOutcome(SAMPLE, rule, given)
    expect(found).toBe(wanted)
    expect(missing).toEqual([])
  })

  // The sidecar and the status are parts of the pod; a rule that needs nothing else cannot miss anything.
  const asked = [...rule.needs, ...(rule.needsToPass ?? [])].filter(name => name !== 'sidecar' && name !== 'status')
  const firing = cases.find(({expect: wanted}) => typeof wanted !== 'string')
  if (asked.length === 0) return
  test('never passes when what it needs is missing', async () => {
    if (firing === undefined) throw new Error('no case fires')
    expect((await caseOutcome(SAMPLE, rule, {...firing, expect: 'not-checked', podOnly: true})).found).not.toBe(
      'silent',
    )
  })
})

test('codes and slugs are used once', () => {
  expect(new Set(RULES.map(({code}) => code)).size).toBe(RULES.length)
  expect(new Set(RULES.map(({slug}) => slug)).size).toBe(RULES.length)
  expect(RULES.filter(({code}) => !/^MCT\d{4}$/.test(code))).toEqual([])
})

test('every rule has a title of at most eight words, one sentence why, and a fix', () => {
  for (const {title, why, fix, references, modes} of RULES) {
    expect(title).toMatch(/^\S.*[^.]$/)
    expect(title.split(' ').filter(word => /\w/.test(word)).length).toBeLessThanOrEqual(8)
    expect(why).toMatch(/^\S.*\.$/s)
    expect(why).not.toMatch(/\. [A-Z]/)
    expect(fix.length).toBeGreaterThan(20)
    expect(references.length).toBeGreaterThan(0)
    expect(modes.length).toBeGreaterThan(0)
  }
})
