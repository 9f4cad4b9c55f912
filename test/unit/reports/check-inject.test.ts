import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output.js'
import {checkTargets} from '../../../src/reports/check/targets.js'
import {checkInjectReport, imaginedPod} from '../../../src/reports/check-inject/report.js'
import {checkInjectView} from '../../../src/reports/check-inject/view.js'
import {openFiles} from '../../../src/sources/open.js'
import {captureSource, meshCapture} from '../../support/mesh-capture.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

sharedTest("the tables are istioctl's, but for the colour it always adds", async () => {
  const source = await captureSource(meshCapture(join(SHARED, 'mesh'), {capturedAt: '2026-11-20T19:00:00Z'}))
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
    const ours = String(
      await rendered(
        report,
        checkInjectView,
        formOf(undefined, checkInjectView),
        {width: 120, colour: false, headers: true},
        false,
      ),
    )
    for (const line of plain) expect(ours.split('\n').map(each => each.replace(/ {2,}/g, '  '))).toContain(line)
  }
  expect(readdirSync(folder).length).toBeGreaterThan(0)
})

test('a pod that exists, and one that is only imagined', async () => {
  const source = await openFiles(['src/sample/mesh.tgz'])
  const report = await checkInjectReport(
    source,
    await checkTargets(source, ['deploy/sick-noinject-v1'], {namespace: 'demo'}),
    'istio-system',
  )
  expect(report.answers[0]).toMatchObject({has: false, decision: {injected: false, decidedBy: 'pod label'}})
  const imagined = await checkInjectReport(source, [imaginedPod({app: 'x'}, 'default')], 'istio-system')
  expect(imagined.answers[0]?.decision).toMatchObject({injected: false, decidedBy: 'nobody asks'})
  expect(imagined.answers[0]?.has).toBeUndefined()
})

test('what is and what would be are told apart', async () => {
  const source = await openFiles(['src/sample/mesh.tgz'])
  const [sick] = await checkTargets(source, ['deploy/sick-noinject-v1'], {namespace: 'demo'})
  if (sick === undefined) throw new Error('no pod')
  const asking = {...sick, metadata: {...sick.metadata, labels: {app: 'x'}}}
  const report = await checkInjectReport(source, [asking], 'istio-system')
  expect(report.answers[0]?.decision.injected).toBe(true)
  expect(report.notes).toEqual(['the pod has no sidecar: it was created before this was so; create it anew'])
})

test('manifests without webhooks are judged by those of a plain installation, which is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-inject-'))
  const path = join(folder, 'web.yaml')
  const web = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {${labels}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: web, image: web}]}}}
`
  const outcome = async (labels: string) => {
    writeFileSync(path, web(labels))
    const source = await openFiles([path])
    const report = await checkInjectReport(source, await checkTargets(source, ['deploy/web'], {}), 'istio-system')
    expect(report.notes).toContain('no webhooks are among the files: those of a plain installation are assumed')
    return report.answers.map(({decision}) => `${decision.injected} ${decision.revision ?? decision.decidedBy}`)
  }
  expect(await outcome('istio-injection: enabled')).toEqual(['true default'])
  expect(await outcome('istio.io/rev: canary')).toEqual(['true canary'])
  expect(await outcome('istio-injection: disabled')).toEqual(['false namespace label'])
  expect(await outcome('')).toEqual(['false nobody asks'])
})
