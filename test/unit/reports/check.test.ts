import {beforeAll, describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {objectLabel} from '../../../src/model/kube/pod.js'
import {findingLines} from '../../../src/reports/check/forms/lines.js'
import {type CheckReport, checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkView} from '../../../src/reports/check/view.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {selectRules} from '../../../src/rules/select-rules.js'
import {openFiles} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {expectGolden} from '../../support/golden.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'

const NOW = new Date('2026-11-20T19:00:00Z')
const OPTIONS = {rules: RULES, failOn: 'warning', istioNamespace: 'istio-system', deep: true, now: NOW} as const
const LAYOUT = {width: 80, colour: false, headers: true}

/** Every finding and every unchecked rule as one line. */
function listing(report: CheckReport): string {
  const lines = report.workloads.flatMap(({workload, findings, notChecked}) => [
    `${objectLabel(workload)}:`,
    ...findings.map(
      ({code, severity, object, path, message}) =>
        `  ${severity} ${code} at ${objectLabel(object)}${path === undefined ? '' : ` ${path}`}: ${message}`,
    ),
    ...notChecked.map(({code, gap}) => `  not checked ${code}: ${gap.what}: ${gap.reason}`),
  ])
  return `${lines.join('\n')}\n`
}

async function whole(source: Source): Promise<CheckReport> {
  const objects = await checkTargets(source, [], {allNamespaces: true})
  return await checkReport(source, objects, OPTIONS)
}

async function one(source: Source, name: string): Promise<CheckReport> {
  return await checkReport(source, await checkTargets(source, [name], {namespace: 'demo'}), OPTIONS)
}

async function shown(report: CheckReport, form?: string): Promise<string> {
  return String(await rendered(report, checkView, formOf(form, checkView), LAYOUT, false))
}

/** For goldens: the counts of passed checks are fixed, so that a new rule does not change them. */
function withFixedCounts(report: CheckReport): CheckReport {
  return {
    ...report,
    counts: {...report.counts, passed: 9999},
    workloads: report.workloads.map(each => ({...each, passed: 99})),
  }
}

async function expectShown(name: string, report: CheckReport, form?: string): Promise<void> {
  expectGolden(`src/reports/check/golden/${name}`, await shown(withFixedCounts(report), form))
}

test('a workload without pods is checked by its template; an unknown one is an error', async () => {
  const containers = [{name: 'web', image: 'x', securityContext: {runAsUser: 1337}}]
  const template = {metadata: {labels: {app: 'web', version: 'v1'}}, spec: {containers}}
  const spec = {replicas: 0, selector: {matchLabels: {app: 'web'}}, template}
  const objects = [{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: 'default'}, spec}]
  const source = memorySource({objects})
  const report = await checkReport(source, await checkTargets(source, ['deploy/web'], {}), OPTIONS)
  expect(report.workloads).toMatchObject([{workload: {kind: 'Deployment', name: 'web'}, pods: []}])
  expect(report.workloads[0]?.findings.map(({code}) => code)).toContain('MCT1001')
  await expect(checkTargets(source, ['deploy/nowhere'], {})).rejects.toThrow('"nowhere" not found')
  await expect(checkTargets(source, [], {selector: 'app=none'})).rejects.toThrow(
    'no pods match the selector app=none in namespace default of memory',
  )
})

describe('the sample mesh', () => {
  let source: Source
  beforeAll(async () => {
    source = await sampleSource()
  })

  test('every finding of every pod', async () => {
    expectGolden('src/reports/check/golden/sample.txt', listing(await whole(source)))
  })

  test('tables of a broken pod, a healthy pod and the whole namespace', async () => {
    await expectShown('sick-uid.table.txt', await one(source, 'deploy/sick-uid-v1'))
    await expectShown('productpage.table.txt', await one(source, 'deploy/productpage-v1'))
    await expectShown('details.wide.txt', await one(source, 'deploy/details-v1'), 'wide')
    await expectShown('sick-port.json', await one(source, 'deploy/sick-port-v1'), 'json')
    await expectShown('namespace.table.txt', await whole(source))
  })

  test('the counts are those of the rules that apply', async () => {
    const {workloads, counts} = await one(source, 'deploy/productpage-v1')
    const [{passed = 0, findings = [], notChecked = []} = {}] = workloads
    const sidecarRules = RULES.filter(({modes}) => modes.includes('sidecar')).length
    const codes = new Set(findings.map(({code}) => code)).size
    expect(counts.passed).toBe(passed)
    expect(passed + codes + notChecked.length).toBeLessThanOrEqual(sidecarRules)
    expect(passed + codes + notChecked.length).toBeGreaterThan(sidecarRules * 0.9)
  })

  test('the short form', async () => {
    expect(await shown(await one(source, 'deploy/sick-uid-v1'), 'short')).toMatch(
      /^Deployment demo\/sick-uid-v1: 1 error, 0 warnings, 1 info; \d+ checks passed, 0 not checked\.\n$/,
    )
  })

  test('on a terminal no line is wider than it', async () => {
    const report = await whole(source)
    const text = renderDoc(checkView.doc(report, 'table'), {...LAYOUT, fit: true})
    // Only what cannot be broken is longer: a single word.
    expect(text.split('\n').filter(line => line.length > 80 && !/^ *\S+$/.test(line))).toEqual([])
  })

  test('elsewhere a finding is one line, so that grep finds all of it', async () => {
    const report = await whole(source)
    const lines = (await shown(report)).split('\n')
    const findings = report.workloads.flatMap(each => each.findings).filter(({severity}) => severity !== 'info')
    expect(findings.length).toBeGreaterThan(10)
    for (const {code, message} of findings) expect(lines.some(line => line.includes(`${code} ${message}`))).toBe(true)
  })

  test('the workload with the most errors comes first, and the result again at the end', async () => {
    const text = await shown(await whole(source))
    const errors = [...text.matchAll(/\(1 pod\): (\d+) errors?,/g)].map(([, count]) => Number(count))
    expect(errors).toEqual([...errors].sort((a, b) => b - a))
    const lines = text.trimEnd().split('\n')
    expect(lines.at(-1)).toBe(lines[0])
  })

  test('-o lines is a line per finding, as compilers write them', async () => {
    const report = await whole(source)
    const lines = findingLines(report).trimEnd().split('\n')
    const open = report.workloads.flatMap(each => each.findings).filter(({accepted}) => accepted === undefined)
    expect(lines).toHaveLength(open.length)
    for (const line of lines) expect(line).toMatch(/^\S.*: (?:error|warning|info): .* \[MCT\d{4}\]$/)
  })

  test('the exit code follows --fail-on', async () => {
    const objects = await checkTargets(source, ['deploy/productpage-v1'], {namespace: 'demo'})
    const code = async (failOn: 'error' | 'warning' | 'info') =>
      reportExitCode(await checkReport(source, objects, {...OPTIONS, failOn}))
    expect(await code('warning')).toBe(0)
    expect(await code('info')).toBe(1)
    const sick = await checkTargets(source, ['deploy/sick-noinject-v1'], {namespace: 'demo'})
    expect(reportExitCode(await checkReport(source, sick, {...OPTIONS, failOn: 'error'}))).toBe(0)
    expect(reportExitCode(await checkReport(source, sick, OPTIONS))).toBe(1)
  })

  test('replicas share one finding with their pods', async () => {
    const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
    const sick = (pods.ok ? pods.value : []).find(({metadata}) => metadata.name.startsWith('sick-uid')) as KubeObject
    const twin = {...sick, metadata: {...sick.metadata, name: `${sick.metadata.name}x`}} as KubeObject
    const report = await checkReport(source, [sick, twin], {
      ...OPTIONS,
      rules: selectRules(RULES, ['MCT1001'], undefined),
    })
    expect(report.workloads).toHaveLength(1)
    expect(report.workloads[0]?.findings).toHaveLength(1)
    expect(report.workloads[0]?.findings[0]?.pods).toHaveLength(2)
    expect(report.counts).toMatchObject({error: 1, passed: 0, notChecked: 0})
  })

  test('an annotation accepts a finding, which is still shown', async () => {
    const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
    const sick = structuredClone(
      (pods.ok ? pods.value : []).find(({metadata}) => metadata.name.startsWith('sick-uid')),
    ) as KubeObject
    Object.assign(sick.metadata.annotations ?? {}, {'meshctl.io/ignore': 'IST0144: moves next week'})
    const report = await checkReport(source, [sick], {...OPTIONS, rules: selectRules(RULES, ['MCT1001'], undefined)})
    expect(report.failing).toBe(false)
    expect(report.counts).toMatchObject({error: 0, accepted: 1})
    expect((await shown(report)).replace(/\s+/g, ' ')).toContain('(annotation meshctl.io/ignore: moves next week)')
  })

  test('evidence that failed is not checked and gives 3 when nothing else was found', async () => {
    const broken: Source = {
      ...source,
      evidence: async id => ({ok: false, gap: {what: id, reason: 'timeout', detail: 'no answer in 15 s'}}),
    }
    const report = await one(broken, 'deploy/productpage-v1')
    expect(report.counts.notChecked).toBeGreaterThan(3)
    expect(reportExitCode(report)).toBe(3)
    expect(await shown(report)).toContain('timed out (no answer in 15 s)')
  })
})

describe('a check without --deep', () => {
  test('reports rules that need --deep, and tolerates missing port-forward permission', async () => {
    const source = await sampleSource()
    const refused: Source = {
      ...source,
      evidence: async id => ({ok: false, gap: {what: id, reason: 'forbidden', detail: 'pods/portforward'}}),
    }
    const objects = await checkTargets(source, ['deploy/productpage-v1'], {namespace: 'demo'})
    const shallow = await checkReport(refused, objects, {...OPTIONS, deep: false})
    const why = shallow.workloads[0]?.notChecked.map(({code, gap}) => `${code} ${gap.reason}`) ?? []
    expect(why).toContain('MCT1501 not-captured')
    expect(why).toContain('MCT1902 no-privilege')
    expect(reportExitCode(shallow)).toBe(0)
    expect(reportExitCode(await checkReport(refused, objects, OPTIONS))).toBe(3)
  })
})

describe('selected rules and targets', () => {
  test('rules by code, slug or Istio code; an unknown one is an error', () => {
    expect(selectRules(RULES, ['MCT1001,IST0143'], undefined).map(({code}) => code)).toEqual(['MCT1501', 'MCT1001'])
    expect(selectRules(RULES, ['proxy-uid'], undefined)).toHaveLength(1)
    expect(selectRules(RULES, undefined, ['MCT1001'])).toHaveLength(RULES.length - 1)
    expect(() => selectRules(RULES, ['MCT9999'], undefined)).toThrow('unknown rule "MCT9999"')
    for (const nothing of ['', ','])
      expect(() => selectRules(RULES, [nothing], undefined)).toThrow('--only names no rule')
    expect(() => selectRules(RULES, ['MCT1001'], ['proxy-uid'])).toThrow('leave no rule to check')
  })

  test('an evidence file has nothing to check', async () => {
    const source = await openFiles(['src/formats/sockets/samples/ss-ltn.txt'])
    await expect(checkTargets(source, [], {})).rejects.toThrow('check needs pods or workloads')
  })
})
