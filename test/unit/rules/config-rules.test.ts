import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {applyPatch, type Operation} from 'rfc6902'
import {parse} from 'yaml'
import {readConfigObject} from '../../../src/formats/istio-config/config-object.js'
import {readMeshConfig, readMeshNetworks} from '../../../src/formats/istio-config/mesh-config.js'
import {definedFields} from '../../../src/model/collections/defined-fields.js'
import {missing} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {clusterViews} from '../../../src/reports/analyze/cluster-views.js'
import {type ConfigOutcome, evaluateConfig} from '../../../src/reports/analyze/evaluate.js'
import type {ConfigRule} from '../../../src/rules/config/config-rule.js'
import {configSet} from '../../../src/rules/config/config-set.js'
import {CONFIG_RULES} from '../../../src/rules/config/registry.js'

/** A case of a rule: the objects of a whole mesh, and substrings of the messages, or `silent`. */
interface ConfigCase {
  readonly name: string
  readonly objects: readonly KubeObject[]
  /** Objects of a second cluster. */
  readonly other?: readonly KubeObject[]
  readonly networks?: string
  /** The mesh configuration, as the ConfigMap istio has it. */
  readonly mesh?: string
  readonly expect: 'silent' | readonly string[]
}

function casesOf({slug}: ConfigRule): readonly ConfigCase[] {
  const path = `src/rules/config/${slug}/cases.yaml`
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly ConfigCase[]) : []
}

function outcomeOf(
  rule: ConfigRule,
  given: ConfigCase,
  complete: boolean,
  refused: readonly string[] = [],
): ConfigOutcome {
  const cluster = given.other === undefined ? undefined : 'one'
  const objects = [
    ...given.objects.map(raw => readConfigObject(raw, 'default', cluster)),
    ...(given.other ?? []).map(raw => readConfigObject(raw, 'default', 'two')),
  ]
  const from = given.mesh === undefined ? undefined : 'ConfigMap istio-system/istio'
  const mesh = readMeshConfig(given.mesh ?? '', 'istio-system', from)
  if (mesh === undefined) throw new Error('an empty mesh configuration has the defaults')
  const networks = given.networks === undefined ? undefined : readMeshNetworks(given.networks, 'file')
  const own =
    networks === undefined
      ? []
      : [readConfigObject({apiVersion: 'meshctl/v1', kind: 'MeshNetworks', metadata: {name: 'meshnetworks'}}, 'x')]
  const settings = {istioNamespace: 'istio-system', mesh, at: new Date('2026-11-20T19:00:00Z')}
  const sets = clusterViews(objects).map(({cluster: name, objects: seen, otherServices}) =>
    configSet([...seen, ...own], {...settings, ...definedFields({networks, cluster: name}), otherServices}),
  )
  const unreadable = new Map(refused.map(kind => [kind, missing(`${kind} objects`, 'forbidden', 'no list').gap]))
  const input = {objects, complete, unreadable, place: async () => undefined}
  return evaluateConfig(sets, [rule], [input])
}

describe.each(CONFIG_RULES.map(rule => [`${rule.code} ${rule.slug}`, rule] as const))('%s', (_name, rule) => {
  const cases = casesOf(rule)

  test('has a case with a finding and one without', () => {
    const kinds = cases.map(({expect: wanted}) => (wanted === 'silent' ? 'silent' : 'finding'))
    expect(new Set(kinds)).toEqual(new Set(['silent', 'finding']))
  })

  test.each(cases.map(each => [each.name, each] as const))('%s', (_case, given) => {
    const {findings, notChecked} = outcomeOf(rule, given, true)
    expect(notChecked).toEqual([])
    const messages = findings.map(({found}) => found.message)
    if (given.expect === 'silent') expect(messages).toEqual([])
    else for (const part of given.expect) expect(messages.join('\n')).toContain(part)
  })

  if (rule.needs === undefined) return
  test('is not evaluated where an excerpt lacks what it compares with, and finds no more than information', () => {
    const firing = cases.find(({expect: wanted}) => wanted !== 'silent')
    if (firing === undefined) throw new Error('no case fires')
    const needed = (rule.needs ?? []).flat()
    const left = firing.objects.filter(({kind, apiVersion}) => {
      const named = kind === 'Gateway' && apiVersion.startsWith('gateway.') ? 'KubernetesGateway' : kind
      return !needed.includes(named)
    })
    const {findings, notChecked} = outcomeOf(rule, {...firing, objects: left}, false)
    expect(notChecked.map(each => each.rule.code)).toEqual([rule.code])
    expect(findings.filter(({found}) => found.severity !== 'info')).toEqual([])
  })

  test.each(rule.needs.flat())('is not evaluated where %s is refused, whatever else was read', kind => {
    for (const given of cases) {
      const {findings, notChecked, passed} = outcomeOf(rule, given, true, [kind])
      expect([findings, passed]).toEqual([[], []])
      if (given.expect !== 'silent') expect(notChecked.map(({gap}) => gap.reason)).toContain('forbidden')
    }
  })
})

/** The findings of the firing cases of a rule that come with a patch, each with what is left once it is made. */
function patched(
  rule: ConfigRule,
): readonly {readonly message: string; readonly errors: unknown; readonly left: readonly string[]}[] {
  return casesOf(rule).flatMap(given =>
    outcomeOf(rule, given, true).findings.flatMap(({found: {object, message, patch}}) => {
      if (patch === undefined) return []
      const objects = structuredClone(given.objects)
      const errors = applyPatch(
        objects[given.objects.indexOf(object.raw)],
        structuredClone(patch) as Operation[],
      ).filter(each => each !== null)
      const {findings} = outcomeOf(rule, {...given, objects}, true)
      return [{message, errors, left: findings.map(({found}) => found.message)}]
    }),
  )
}

test('a patched object no longer has the fault', () => {
  const offering = CONFIG_RULES.filter(rule => patched(rule).length > 0)
  expect(offering.map(({slug}) => slug)).toEqual([
    'gateway-port-unserved',
    'mesh-host-unknown',
    'mtls-port-of-the-service',
    'policy-service-port',
    'principal-never-matches',
  ])
  for (const {message, errors, left} of offering.flatMap(patched)) {
    expect(errors).toEqual([])
    expect(left).not.toContain(message)
  }
})

test('every rule names its fault in at most eight words, says why in one sentence, and has a fix and a page to read', () => {
  expect(new Set(CONFIG_RULES.map(({code}) => code)).size).toBe(CONFIG_RULES.length)
  expect(new Set(CONFIG_RULES.map(({slug}) => slug)).size).toBe(CONFIG_RULES.length)
  for (const {title, why, fix, references, kinds} of CONFIG_RULES) {
    expect(title).toMatch(/^\S.*[^.]$/)
    expect(title.split(' ').filter(word => /\w/.test(word)).length).toBeLessThanOrEqual(8)
    expect(why).toMatch(/^\S.*\.$/s)
    expect(why).not.toMatch(/\. [A-Z]/)
    expect(fix.length).toBeGreaterThan(15)
    expect(references.length).toBeGreaterThan(0)
    expect(kinds.length).toBeGreaterThan(0)
  }
})
