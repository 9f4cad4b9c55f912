import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {readConfigObject} from '../../../src/formats/istio-config/config-object.js'
import {readMeshConfig} from '../../../src/formats/istio-config/mesh-config.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {type ConfigOutcome, evaluateConfig} from '../../../src/reports/analyze/evaluate.js'
import {configSet} from '../../../src/rules/config/config-set.js'
import {CHANGED_DEFAULTS} from '../../../src/rules/upgrade/changed-defaults.js'
import {UPGRADE_RULES} from '../../../src/rules/upgrade/registry.js'
import {ANNOTATIONS, ISTIOD_VARIABLES, PROXY_VARIABLES} from '../../../src/rules/upgrade/removed-names.js'
import {FIRST_RELEASE, LAST_RELEASE, type UpgradeRule} from '../../../src/rules/upgrade/upgrade-rule.js'

interface UpgradeCase {
  readonly objects: readonly KubeObject[]
  readonly mesh?: string
  readonly expect: string
}

interface Cases {
  readonly from?: number
  readonly to?: number
  readonly fires: readonly UpgradeCase[]
  readonly silent: readonly UpgradeCase[]
}

const CASES = parse(readFileSync('src/rules/upgrade/cases.yaml', 'utf8')) as Readonly<Record<string, Cases>>

function outcome(
  rule: UpgradeRule,
  {objects: given, mesh = ''}: Pick<UpgradeCase, 'objects' | 'mesh'>,
  from: number | undefined,
  to: number,
): ConfigOutcome {
  const objects = given.map(raw => readConfigObject(raw, 'default'))
  const config = readMeshConfig(mesh, 'istio-system', 'ConfigMap istio-system/istio')
  if (config === undefined) throw new Error('the mesh configuration of the case is not a map')
  const at = new Date('2026-11-20T19:00:00Z')
  const set = configSet(objects, {istioNamespace: 'istio-system', mesh: config, at, upgrade: {from, to}})
  const input = {objects, complete: false, unreadable: new Map(), place: async () => undefined}
  return evaluateConfig([set], [rule], [input], [], true)
}

describe.each(UPGRADE_RULES.map(rule => [`${rule.code} ${rule.slug}`, rule] as const))('%s', (_name, rule) => {
  const {from, to, fires, silent}: Cases = CASES[rule.slug] ?? {fires: [], silent: []}
  const [before, after] = [from ?? (rule.release ?? 0) - 1, to ?? rule.release ?? 0]

  test('has a case with a finding and one without', () => {
    expect([fires.length, silent.length].every(count => count > 0)).toBe(true)
  })

  test('fires, names the release note it rests on, and is silent once the mesh runs the target', () => {
    for (const given of fires) {
      const {findings} = outcome(rule, given, before, after)
      expect(findings.map(({found}) => found.message).join('\n')).toContain(given.expect)
      if (rule.release !== undefined) {
        const proofs = findings.flatMap(({found}) => found.proof ?? [])
        expect(proofs.map(({text}) => text).join(' ')).toContain(`announcing-1.${rule.release}/`)
        expect(outcome(rule, given, after, after + 1).findings).toEqual([])
      }
    }
  })

  test('is silent for what does not change', () => {
    for (const given of silent) expect(outcome(rule, given, before, after).findings).toEqual([])
  })

  test('is not evaluated where the input holds nothing it checks', () => {
    const {notChecked, passed} = outcome(rule, {objects: []}, before, after)
    expect(notChecked.map(each => each.rule.code)).toEqual([rule.code])
    expect(passed).toEqual([])
  })
})

test.each(['releases-skipped', 'filter-for-running-release', 'iptables-rules-change'])(
  '%s compares with the running release, and is not evaluated where that is not known',
  slug => {
    const rule = UPGRADE_RULES.find(each => each.slug === slug)
    const {fires: [given] = [], to = LAST_RELEASE} = CASES[slug] ?? {}
    if (rule === undefined || given === undefined) throw new Error('no such rule or case')
    const {findings, notChecked} = outcome(rule, given, undefined, to)
    expect(findings).toEqual([])
    expect(notChecked.map(({gap}) => gap.detail).join()).toContain('the running release is not known')
  },
)

test('every rule has a code of its own, and a title, a reason and a fix in the form of all rules', () => {
  expect(new Set(UPGRADE_RULES.map(({code}) => code)).size).toBe(UPGRADE_RULES.length)
  expect(Object.keys(CASES).sort()).toEqual(UPGRADE_RULES.map(({slug}) => slug).sort())
  for (const {title, why, references, kinds} of UPGRADE_RULES) {
    expect(title.split(' ').filter(word => /\w/.test(word)).length).toBeLessThanOrEqual(8)
    expect(title).not.toMatch(/\.$/)
    expect(why).toMatch(/^\S.*\.$/s)
    expect(why).not.toMatch(/\. [A-Z]/)
    expect(references.length).toBeGreaterThan(0)
    expect(kinds.length).toBeGreaterThan(0)
  }
})

test('the tables hold releases whose notes are known', () => {
  const rows = [...ISTIOD_VARIABLES.values(), ...PROXY_VARIABLES.values(), ...ANNOTATIONS.values(), ...CHANGED_DEFAULTS]
  const releases = [...rows, ...UPGRADE_RULES].flatMap(({release}) => release ?? [])
  for (const release of releases) {
    expect(release).toBeGreaterThanOrEqual(FIRST_RELEASE)
    expect(release).toBeLessThanOrEqual(LAST_RELEASE)
  }
  // Every release from the first to the last changed something for somebody.
  expect([...new Set(releases)].sort((a, b) => a - b)).toEqual(
    Array.from({length: LAST_RELEASE - FIRST_RELEASE + 1}, (_, index) => FIRST_RELEASE + index),
  )
})
