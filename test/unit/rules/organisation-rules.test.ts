import {expect, test} from '@jest/globals'
import {parseCheckConfig} from '../../../src/formats/settings/check-config.js'
import {checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {organisationRules} from '../../../src/rules/organisation.js'
import {sampleSource} from '../../support/sample.js'

const sample = sampleSource()

async function outcome(when: string, workload?: string): Promise<Record<string, string>> {
  const own = organisationRules(
    parseCheckConfig(`rules: [{code: ORG0001, title: A rule, when: ${JSON.stringify(when)}}]`, 'c').rules,
  )
  const source = await sample
  const objects = (await checkTargets(source, [], {namespace: 'demo'})).filter(
    ({metadata}) => workload === undefined || metadata.name.startsWith(`${workload}-`),
  )
  const report = await checkReport(source, objects, {
    rules: own,
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: false,
    now: new Date(0),
  })
  return Object.fromEntries(
    report.workloads.map(({workload, findings, notChecked}) => [
      workload.name,
      findings.length > 0 ? 'found' : notChecked.length > 0 ? `not checked: ${notChecked[0]?.gap.detail}` : 'passed',
    ]),
  )
}

test('a condition uses the pod, its namespace and its Services', async () => {
  expect(await outcome('"team" in pod.labels')).toMatchObject({'sick-labels': 'found', 'productpage-v1': 'passed'})
  expect(await outcome('pod.containers.exists(c, !c.injected && c.image.startsWith("local/tools"))')).toMatchObject({
    'productpage-v1': 'found',
    'details-v1': 'passed',
  })
  expect(await outcome('pod.mode == "none" && ns.labels["istio-injection"] == "enabled"')).toMatchObject({
    'sick-noinject-v1': 'found',
    'details-v1': 'passed',
  })
  expect(await outcome('services.exists(s, s.ports.size() > 1)')).toMatchObject({
    'details-v1': 'found',
    'sick-port-v1': 'found',
    'productpage-v1': 'passed',
  })
  expect(await outcome('pod.containers.exists(c, c.ports.exists(p, p.port == 15006))')).toMatchObject({
    'sick-port-v1': 'found',
    'details-v1': 'passed',
  })
})

test('an inconclusive condition is not checked, never passed', async () => {
  expect((await outcome('pod.labels.nothing == "x"'))['details-v1']).toMatch(/^not checked: No such key: nothing/)
  expect((await outcome('dyn(pod.name)'))['details-v1']).toBe(
    'not checked: the condition returns string, not a boolean',
  )
})

test('an invalid rule is an error that names it', () => {
  const rules = (text: string) => organisationRules(parseCheckConfig(`rules: ${text}`, 'c').rules)
  expect(() => rules('[{code: ORG0001, title: x, when: "a b"}]')).toThrow(
    'the condition of ORG0001 is invalid: Unexpected character',
  )
  const condition = (when: string) => rules(JSON.stringify([{code: 'ORG0001', title: 'x', when}]))
  expect(() => condition('pod.name')).toThrow('the condition of ORG0001 returns string, not a boolean')
  expect(() => condition('nope(pod)')).toThrow('found no matching overload')
  expect(() => condition('pod.containers.exists(c, 9080 in c.ports)')).toThrow('no such overload: int in list<Port>')
  expect(() => condition('pod.containers.exists(c, c.prots.size() > 0)')).toThrow('No such key: prots')
  expect(() => condition('pods.size() > 0')).toThrow('Unknown variable: pods')
  expect(() => rules('[{code: MCT0001, title: x, when: "true"}]')).toThrow('must be three letters of your own')
  expect(() => rules('[{code: ORG0001, title: x}]')).toThrow('needs a title and a when')
  expect(() => rules('[{code: ORG0001, title: x, when: "true", wenn: 1}]')).toThrow('unknown key "wenn"')
  expect(() => rules('[{code: ORG0001, title: x, when: "true"}, {code: ORG0001, title: z, when: "true"}]')).toThrow(
    'used by two rules',
  )
  expect(() => rules('[{code: ORG0001, title: x, when: "true", severity: fatal}]')).toThrow('severity must be one of')
})

test('a condition that takes too long is not checked, and says so', async () => {
  const list = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]'
  const nested = 'abcdefghi'.split('').reduceRight((inner, name) => `${list}.all(${name}, ${inner})`, 'a + i > 0')
  for (const when of [nested, `pod.name == "" || !(${nested})`])
    expect(await outcome(when, 'details-v1')).toEqual({'details-v1': 'not checked: rule ORG0001 took too long'})
})

test('patterns of a condition run in linear time, as RE2 has them', async () => {
  const backtracks = `"${'a'.repeat(60)}!".matches("(a+)+$")`
  expect((await outcome(backtracks))['details-v1']).toBe('passed')
  expect((await outcome('pod.name.matches("^details-v[0-9]+")'))['details-v1']).toBe('found')
  expect((await outcome('["x1", "y"].exists(w, w.matches("[a-z]\\\\d"))'))['details-v1']).toBe('found')
  expect((await outcome('pod.name.matches("(?=x)")'))['details-v1']).toMatch(/^not checked: regex/)
})
