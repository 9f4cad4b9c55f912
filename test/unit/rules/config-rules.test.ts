import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {CONFIG_RULES} from '../../../src/rules/config/registry.js'
import {type ConfigCase, configOutcome} from '../../support/config-case.js'

function pathOf(slug: string): string {
  return `src/rules/config/${slug}/cases.yaml`
}

const WITH_CASES = CONFIG_RULES.filter(({slug}) => existsSync(pathOf(slug)))

describe.each(WITH_CASES.map(rule => [`${rule.code} ${rule.slug}`, rule] as const))('%s', (_name, rule) => {
  const cases = parse(readFileSync(pathOf(rule.slug), 'utf8')) as readonly ConfigCase[]

  test('has a case with a finding, one without, and one that is not evaluated where it compares with other kinds', () => {
    const kinds = cases.map(({expect: wanted}) => (typeof wanted === 'string' ? wanted : 'finding'))
    expect(kinds).toContain('finding')
    expect(kinds).toContain('silent')
    if ((rule.needs ?? []).length > 0) expect(kinds).toContain('not-evaluated')
  })

  test.each(cases.map(each => [each.name, each] as const))('%s', (_case, given) => {
    expect(configOutcome(rule, given)).toEqual(given.expect)
  })
})

test('codes and slugs are used once', () => {
  expect(new Set(CONFIG_RULES.map(({code}) => code)).size).toBe(CONFIG_RULES.length)
  expect(new Set(CONFIG_RULES.map(({slug}) => slug)).size).toBe(CONFIG_RULES.length)
})

test('what istioctl does not see has a public page and cases', () => {
  const own = CONFIG_RULES.filter(({aliases, code}) => aliases.length === 0 && code >= 'MCT2121')
  expect(own.length).toBeGreaterThan(0)
  expect(own.filter(({references}) => !references.some(each => each.startsWith('https://')))).toEqual([])
  expect(own.filter(({slug}) => !existsSync(pathOf(slug))).map(({slug}) => slug)).toEqual([])
})
