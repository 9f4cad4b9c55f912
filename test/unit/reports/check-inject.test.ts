import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {webhookVerdicts} from '../../../src/analysis/injection/webhook-verdict.js'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {missing} from '../../../src/model/evidence/answer.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkInjectReport, hypotheticalPod} from '../../../src/reports/check-inject/report.js'
import {checkInjectView} from '../../../src/reports/check-inject/view.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {openFiles} from '../../../src/sources/open.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {reportText} from '../../support/report-text.js'
import {sampleSource} from '../../support/sample.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('check-inject')

sharedTest("the tables match istioctl's, except for its colours", async () => {
  const source = await sharedMesh()
  const folder = join(SHARED, 'istioctl/live')
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {slug: string; argv: string[]}[]
  const runs = index.filter(({argv}) => argv.includes('check-inject'))
  expect(runs.length).toBeGreaterThan(8)
  for (const {slug, argv} of runs) {
    const said = readFileSync(join(folder, `${slug}.out`), 'utf8')
    const plain = said
      .replace(/\x1b\[\d+m/g, '')
      .replace(/ {2,}/g, '  ')
      .trim()
      .split('\n')
    const report = await checkInjectReport(source, await checkTargets(source, [argv.at(-1) ?? ''], {}), 'istio-system')
    const ours = await reportText(report, checkInjectView)
    for (const line of plain) expect(ours.split('\n').map(each => each.replace(/ {2,}/g, '  '))).toContain(line)
  }
  expect(readdirSync(folder).length).toBeGreaterThan(0)
})

test('an existing pod and a hypothetical one', async () => {
  const source = await sampleSource()
  const report = await checkInjectReport(
    source,
    await checkTargets(source, ['deploy/sick-noinject-v1'], {namespace: 'demo'}),
    'istio-system',
  )
  expect(report.answers[0]).toMatchObject({has: false, decision: {injected: false, decidedBy: 'pod label'}})
  const imagined = await checkInjectReport(source, [hypotheticalPod({app: 'x'}, 'default')], 'istio-system')
  expect(imagined.answers[0]?.decision).toMatchObject({injected: false, decidedBy: 'no injection label'})
  expect(imagined.answers[0]?.has).toBeUndefined()
})

test('the current state and the prediction differ', async () => {
  const source = await sampleSource()
  const [sick] = await checkTargets(source, ['deploy/sick-noinject-v1'], {namespace: 'demo'})
  if (sick === undefined) throw new Error('no pod')
  const asking = {...sick, metadata: {...sick.metadata, labels: {app: 'x'}}}
  const report = await checkInjectReport(source, [asking], 'istio-system')
  expect(report.answers[0]?.decision.injected).toBe(true)
  expect(report.notes).toEqual(['the pod has no sidecar although it would be injected now: recreate it'])
})

test('manifests without webhooks: default webhooks are assumed, with a note', async () => {
  const folder = mkdtempSync(join(TEMP, 'inject-'))
  const path = join(folder, 'web.yaml')
  const web = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {${labels}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, template: {spec: {containers: [{name: web, image: web}]}}}
`
  const outcome = async (labels: string) => {
    writeFileSync(path, web(labels))
    const source = await openFiles([path])
    const report = await checkInjectReport(source, await checkTargets(source, ['deploy/web'], {}), 'istio-system')
    expect(report.notes).toContain("no webhooks in the given files: Istio's default webhooks are assumed")
    return report.answers.map(({decision}) => `${decision.injected} ${decision.revision ?? decision.decidedBy}`)
  }
  expect(await outcome('istio-injection: enabled')).toEqual(['true default'])
  expect(await outcome('istio.io/rev: canary')).toEqual(['true canary'])
  expect(await outcome('istio-injection: disabled')).toEqual(['false namespace label'])
  expect(await outcome('')).toEqual(['false no injection label'])
})

/** A manifest of a Deployment in a namespace. */
function deployment(name: string, namespace: string, more = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {matchLabels: {app: web}}, template: {${more} spec: {containers: [{name: web, image: web}]}}}
`
}

async function asked(...documents: readonly string[]) {
  const path = join(mkdtempSync(join(TEMP, 'inject-')), 'all.yaml')
  writeFileSync(path, documents.join('---\n'))
  const source = await openFiles([path])
  return await checkInjectReport(source, await checkTargets(source, [], {}), 'istio-system')
}

describe('many pods', () => {
  test('every pod is answered', async () => {
    const names = Array.from({length: 73}, (_, index) => `web-${index}`)
    const {answers} = await asked(...names.map(name => deployment(name, 'shop')))
    expect(answers.map(({pod}) => pod.object.name).sort()).toEqual([...names].sort())
  })

  test('a Namespace that is not in the files: injection is assumed, with a note', async () => {
    const known = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n'
    const refusing = 'metadata: {labels: {sidecar.istio.io/inject: "false"}},'
    const report = await asked(
      known,
      deployment('web', 'shop'),
      deployment('far', 'other'),
      deployment('out', 'third', refusing),
    )
    expect(report.answers.map(({pod, decision, assumed}) => [pod.object.name, decision.injected, assumed])).toEqual([
      ['web', false, ['webhooks']],
      ['far', true, ['namespace', 'webhooks']],
      ['out', false, ['webhooks']],
    ])
    expect(report.notes).toEqual([
      "no webhooks in the given files: Istio's default webhooks are assumed",
      'Namespace other is not in the given files: injection is assumed to be enabled',
    ])
    expect(JSON.stringify(report.answers[1])).not.toMatch(/istio-injection=enabled/)
    expect(reportExitCode(report)).toBe(0)
  })

  test('a forbidden Namespace does not affect pods of others', async () => {
    const base = await sampleSource()
    const source = {
      ...base,
      objects: async (query: Parameters<typeof base.objects>[0]) => {
        const answer = await base.objects(query)
        if (query.kind !== 'Namespace' || !answer.ok) return answer
        return {...answer, value: answer.value.filter(({metadata}) => metadata.name !== 'demo')}
      },
    }
    const pods = [hypotheticalPod({app: 'x'}, 'demo'), hypotheticalPod({app: 'x'}, 'default')]
    const report = await checkInjectReport(source, pods, 'istio-system')
    expect(report.answers.map(({pod}) => pod.object.namespace)).toEqual(['default'])
    expect(report.unanswered.map(({pod}) => pod.object.namespace)).toEqual(['demo'])
    expect(report.gaps.map(({what}) => what)).toEqual(['Namespace demo'])
    const shown = async (form: string) =>
      String(
        await rendered(
          report,
          checkInjectView,
          formOf(form, checkInjectView),
          {width: 80, colour: false, headers: true},
          false,
        ),
      )
    expect(await shown('table')).toContain(
      'Pod demo/a-pod-with-these-labels: not checked. Namespace demo: not captured',
    )
    expect(await shown('short')).toContain('Pod demo/a-pod-with-these-labels: not checked.')
    expect(JSON.parse(await shown('json'))).toMatchObject({
      pods: [{namespace: 'default', injected: false, assumed: []}],
      notChecked: [{namespace: 'demo', gap: {reason: 'not-captured'}}],
    })
    const forbidden = {
      ...base,
      objects: async (query: Parameters<typeof base.objects>[0]) =>
        query.kind === 'Namespace' ? missing('Namespace objects', 'forbidden', 'no right') : base.objects(query),
    }
    await expect(checkInjectReport(forbidden, pods, 'istio-system')).rejects.toThrow('forbidden')
  })

  test('a pod of an ambient namespace needs no sidecar', async () => {
    const source = await sampleSource()
    const ofAmbient = await checkInjectReport(source, [hypotheticalPod({}, 'amb')], 'istio-system')
    expect(ofAmbient.notes.join()).toContain('is enrolled in ambient mode')
    const optedOut = await checkInjectReport(
      source,
      [hypotheticalPod({'istio.io/dataplane-mode': 'none'}, 'amb')],
      'istio-system',
    )
    expect(optedOut.notes.join()).not.toContain('ambient')
  })

  test('an unknown namespace is an error with the existing ones', async () => {
    const source = await sampleSource()
    await expect(checkInjectReport(source, [hypotheticalPod({}, 'nope')], 'istio-system')).rejects.toMatchObject({
      message: expect.stringContaining('namespace nope not found in'),
      hint: expect.stringMatching(/^Namespaces: amb, amb-out, default, demo, .*\.$/),
    })
  })
})

test('selectors that name no label leave no empty brackets', () => {
  const hook = {
    configuration: 'c',
    name: 'n',
    revision: 'default',
    failurePolicy: 'Fail',
    caBundle: 'absent',
    objectSelector: [],
  } as const
  const reason = (...selectors: readonly {key: string; operator: 'In' | 'Exists'; values: string[]}[]) =>
    webhookVerdicts([{...hook, namespaceSelector: selectors}], {}, {})[0]?.reason
  expect(reason({key: 'a', operator: 'In', values: ['b']})).toBe('No matching namespace labels (a=b)')
  expect(reason({key: 'a', operator: 'Exists', values: []})).toBe('Its selectors exclude the pod')
})
