import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import type {KubeObject} from '../../src/model/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import {RULES} from '../../src/rules/registry.js'
import type {Rule} from '../../src/rules/rule.js'
import {openFiles} from '../../src/sources/open.js'
import {changedSource, type RuleCase, subjectOf} from '../support/rule-case.js'

const SAMPLE = await openFiles(['src/sample/mesh.tgz'])

async function outcome(
  rule: Rule,
  given: RuleCase,
): Promise<{kind: string; findings: readonly Record<string, unknown>[]}> {
  const source = await changedSource(SAMPLE, given)
  const subject = await subjectOf(await changedSource(SAMPLE, {...given, blind: false}), given)
  const report = await checkReport(source, [subject], {
    rules: [rule],
    failOn: 'info',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
  const [workload] = report.workloads
  const kind =
    (workload?.findings.length ?? 0) > 0
      ? 'fires'
      : (workload?.notChecked.length ?? 0) > 0
        ? 'not-checked'
        : (workload?.passed ?? 0) > 0
          ? 'silent'
          : 'not-applicable'
  return {kind, findings: (workload?.findings ?? []) as unknown as readonly Record<string, unknown>[]}
}

function casesOf(rule: Rule): readonly RuleCase[] {
  const path = `src/rules/${rule.slug}/cases.yaml`
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly RuleCase[]) : []
}

describe.each(RULES.map(rule => [`${rule.code} ${rule.slug}`, rule] as const))('%s', (_name, rule) => {
  const cases = casesOf(rule)

  test('has a case that fires and one that is silent', () => {
    const kinds = cases.map(({expect: wanted}) => (typeof wanted === 'string' ? wanted : 'fires'))
    expect(kinds).toContain('fires')
    expect(kinds).toContain('silent')
  })

  test.each(cases.map(each => [each.name, each] as const))('%s', async (_case, given) => {
    const {kind, findings} = await outcome(rule, given)
    if (typeof given.expect === 'string') {
      expect({kind, messages: findings.map(({message}) => message)}).toEqual({kind: given.expect, messages: []})
      return
    }
    expect(findings.map(({severity}) => severity)).toEqual(given.expect.map(({severity}) => severity))
    given.expect.forEach((wanted, index) => {
      const found = findings[index] ?? {}
      for (const text of [wanted.says].flat()) expect(String(found.message)).toContain(text)
      if (wanted.path !== undefined) expect(found.path).toBe(wanted.path)
      if (wanted.object !== undefined)
        expect(
          `${(found.object as KubeObject | undefined)?.kind}/${(found.object as {name?: string} | undefined)?.name}`,
        ).toBe(wanted.object)
    })
  })

  test('never passes when what it needs is missing', async () => {
    const firing = cases.find(({expect: wanted}) => typeof wanted !== 'string')
    if (rule.needs.length === 0 || firing === undefined) return
    const nothing = {...firing, blind: true}
    expect(['not-checked', 'fires']).toContain((await outcome(rule, nothing)).kind)
  })
})

test('codes and slugs are used once', () => {
  expect(new Set(RULES.map(({code}) => code)).size).toBe(RULES.length)
  expect(new Set(RULES.map(({slug}) => slug)).size).toBe(RULES.length)
  expect(RULES.filter(({code}) => !/^MCT\d{4}$/.test(code))).toEqual([])
})

test('every rule says what, why, and what to do, in sentences', () => {
  for (const {title, why, fix, references, modes} of RULES) {
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(why).toMatch(/^\S.*\.$/s)
    expect(fix.length).toBeGreaterThan(20)
    expect(references.length).toBeGreaterThan(0)
    expect(modes.length).toBeGreaterThan(0)
  }
})
