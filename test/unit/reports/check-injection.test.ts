import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {type CheckReport, checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkView} from '../../../src/reports/check/view.js'
import {RULES} from '../../../src/rules/registry.js'
import {openFiles} from '../../../src/sources/open.js'
import {sampleSource} from '../../support/sample.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('check-injection')

const OPTIONS = {
  rules: RULES,
  failOn: 'warning',
  istioNamespace: 'istio-system',
  deep: true,
  now: new Date(0),
} as const

async function check(...documents: readonly string[]): Promise<CheckReport> {
  const path = join(mkdtempSync(join(TEMP, 'injection-')), 'all.yaml')
  writeFileSync(path, documents.join('\n---\n'))
  const source = await openFiles([path])
  return await checkReport(source, await checkTargets(source, [], {}), OPTIONS)
}

async function shown(report: CheckReport, form: string): Promise<string> {
  const layout = {width: 80, colour: false, headers: true}
  return String(await rendered(report, checkView, formOf(form, checkView), layout, false))
}

/** A page without its line breaks. */
async function page(report: CheckReport, form = 'table'): Promise<string> {
  return (await shown(report, form)).replaceAll(/\s+/g, ' ')
}

function namespace(name: string, labels: string): string {
  return `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "${name}", "labels": {${labels}}}}`
}

function deployment(name: string, home: string, labels = '', uid = 1000): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${home}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, version: v1, ${labels}}}
    spec: {containers: [{name: web, image: web, securityContext: {runAsUser: ${uid}}}]}`
}

const ASKING = namespace('shop', '"istio-injection": "enabled"')

describe('predicted injection of manifests', () => {
  test.each([
    [
      'the label of its Namespace',
      [ASKING, deployment('web', 'shop')],
      {mode: 'sidecar', decidedBy: 'policy', because: 'Namespace label istio-injection=enabled matches'},
      ['webhooks'],
    ],
    [
      'a revision',
      [namespace('shop', '"istio.io/rev": "canary"'), deployment('web', 'shop')],
      {mode: 'sidecar', revision: 'canary', webhook: 'istio-sidecar-injector-canary'},
      ['webhooks'],
    ],
    [
      'an opt-out label',
      [ASKING, deployment('web', 'shop', 'sidecar.istio.io/inject: "false"')],
      {mode: 'none', because: 'the pod\'s label sidecar.istio.io/inject: "false" disables it'},
      ['webhooks'],
    ],
    [
      'a Namespace that asks for nothing',
      [namespace('shop', ''), deployment('web', 'shop')],
      {mode: 'none', decidedBy: 'no injection label'},
      ['webhooks'],
    ],
    [
      'the ambient mesh',
      [namespace('shop', '"istio.io/dataplane-mode": "ambient"'), deployment('web', 'shop')],
      {mode: 'ambient'},
      ['webhooks'],
    ],
    [
      'an unknown Namespace',
      [deployment('web', 'shop')],
      {mode: 'sidecar', because: 'Namespace shop is not in the input; injection is assumed to be enabled'},
      ['namespace', 'webhooks'],
    ],
    [
      'an unknown Namespace, where the pod itself refuses',
      [deployment('web', 'shop', 'sidecar.istio.io/inject: "false"')],
      {mode: 'none', decidedBy: 'pod label'},
      ['webhooks'],
    ],
  ])('%s', async (_, documents, expected, assumed) => {
    const report = await check(...documents)
    const predicted = report.workloads.map(({injection}) => ({
      ...injection,
      ...injection?.decision,
      webhook: injection?.decision.webhook?.configuration,
    }))
    expect(predicted).toMatchObject([{...expected, assumed}])
  })

  test('one manifest: every text form has the reason and the assumptions', async () => {
    const report = await check(ASKING, deployment('web', 'shop', 'sidecar.istio.io/inject: "false"'))
    expect(await page(report)).toContain(
      `It would get NO sidecar: the pod's label sidecar.istio.io/inject: "false" disables it. Istio's default webhooks are assumed.`,
    )
    expect(await page(report, 'short')).toMatch(/ not checked; would get NO sidecar\. $/)
  })

  test('several manifests: grouped by reason', async () => {
    const report = await check(
      ASKING,
      namespace('plain', ''),
      deployment('web', 'shop', '', 1337),
      deployment('api', 'shop'),
      deployment('job', 'plain'),
    )
    const text = await page(report)
    expect(text).toContain('; 1 would get no sidecar.')
    expect(text).toContain(
      'Deployment shop/api, Deployment shop/web would get a sidecar: Namespace label istio-injection=enabled matches.',
    )
    expect(text).toContain('Deployment plain/job would get NO sidecar: neither the namespace')
    expect(text).toContain('Deployment shop/web (manifest, would get a sidecar): 1 error')
    expect(text).toContain('Start with Deployment shop/web: Container web runs as')
    const same = await check(ASKING, deployment('web', 'shop'), deployment('api', 'shop'))
    expect(await page(same)).toContain('All 2 would get a sidecar: Namespace label')
    expect(await page(same)).not.toContain('would get no sidecar')
  })

  test('json matches the schema', async () => {
    const valid = new Ajv({strict: false}).compile(JSON.parse(readFileSync('docs/schemas/check.schema.json', 'utf8')))
    const data = JSON.parse(await shown(await check(ASKING, deployment('web', 'shop')), 'json'))
    expect(valid(data)).toBe(true)
    expect(data.workloads[0].injection).toEqual({
      injected: true,
      mode: 'sidecar',
      decidedBy: 'policy',
      reason: 'Namespace label istio-injection=enabled matches',
      revision: 'default',
      webhook: 'istio-sidecar-injector',
      assumed: ['webhooks'],
    })
    data.workloads[0].injection.injected = 'yes'
    expect(valid(data)).toBe(false)
  })

  test('existing pods and manifests with their own proxy have no prediction', async () => {
    const sample = await sampleSource()
    const pods = await checkReport(sample, await checkTargets(sample, ['deploy/reviews-v1'], {}), OPTIONS)
    expect(pods.workloads.map(({injection}) => injection)).toEqual([undefined])
    expect(JSON.parse(await shown(pods, 'json')).workloads[0].injection).toBeNull()
    expect(await page(pods)).not.toContain('sidecar:')
    const own = deployment('web', 'shop').replace(
      'containers: [',
      'containers: [{name: istio-proxy, image: proxyv2, args: [proxy, sidecar]}, ',
    )
    expect((await check(ASKING, own)).workloads.map(({injection}) => injection)).toEqual([undefined])
  })
})

test('singular of one check', async () => {
  const one = {...OPTIONS, rules: RULES.filter(({slug}) => slug === 'proxy-uid')}
  const sample = await sampleSource()
  const report = await checkReport(sample, await checkTargets(sample, ['deploy/reviews-v1'], {}), one)
  expect(await page(report)).toContain('; 1 check passed, 0 not checked.')
})
