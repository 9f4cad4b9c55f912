import {beforeAll, describe, expect, test} from '@jest/globals'
import type {Log} from 'sarif'
import {parse} from 'yaml'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import type {Finding} from '../../../src/model/finding.js'
import {type CheckReport, checkReport, countsOf} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkView} from '../../../src/reports/check/view.js'
import {RULES} from '../../../src/rules/registry.js'
import {expositionOf} from '../../support/exposition.js'
import {junitProblems, policyReportProblems, sarifProblems, xmlTexts} from '../../support/official-schemas.js'
import {sampleSource} from '../../support/sample.js'

/** Texts that mean something to one of the formats, to a shell or to a terminal. */
const HOSTILE: Readonly<Record<string, string>> = {
  markup: `<b a="1">&amp; 'x' ]]> --> <![CDATA[`,
  lines: 'one\ntwo\r\nthree\rfour\tfive',
  controls: 'nul \u0000 bell \u0007 esc \u001b[31m del \u007f c1 \u009b31m',
  unicode: 'emoji \u{1f600}, right to left \u202e, line \u2028, half a pair \ud83d!, \ude00, \ufffe \uffff \ufeff',
  reserved: 'a=b,c:d::e %0A 100% {"} \\n \\ $(id) `id` $HOME ; # | >',
  shell: `'; touch pwned; '`,
  yaml: '- a: &x !tag *y | > "\n---\n...\n%YAML 1.2',
  empty: '',
  long: 'x'.repeat(100_000),
}

/** Characters a terminal could act on, of those above. */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

let mesh: CheckReport

beforeAll(async () => {
  const source = await sampleSource()
  const targets = await checkTargets(source, [], {allNamespaces: true})
  mesh = await checkReport(source, targets, {
    rules: RULES,
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
    version: '1.2.3',
  })
})

/** One workload whose every text is the same, with a finding of each severity, an accepted one and an unchecked rule. */
function reportOf(text: string): CheckReport {
  const workload = {kind: 'Deployment', namespace: text, name: text}
  const base: Finding = {
    code: 'MCT1001',
    rule: 'proxy-uid',
    severity: 'error',
    title: text,
    object: workload,
    workload,
    pods: [text],
    path: text,
    place: {file: text, line: 3, column: 7},
    message: text,
    why: text,
    fix: text,
    proof: [{from: text, text}],
    provenance: [{evidence: 'objects/Pod', source: 'recorded', via: 'api', shows: 'declared', from: text}],
    patch: [{op: 'replace', path: '/spec', value: text}],
  }
  const findings: readonly Finding[] = [
    base,
    {...base, severity: 'warning', code: 'MCT1101'},
    {...base, severity: 'info', code: 'MCT1102'},
    {...base, code: 'MCT1002', accepted: text},
  ]
  const gap = {what: text, reason: 'unreadable' as const, detail: text}
  const notChecked = [{code: 'MCT1402', rule: 'x', workload, pods: [text], gap}]
  const workloads = [{workload, pods: [text], findings, notChecked, passed: 1}]
  return {...mesh, workloads, counts: countsOf(workloads), damaged: [gap]}
}

async function shown(report: CheckReport, form: string): Promise<string> {
  const layout = {width: 80, colour: false, headers: true}
  return String(await rendered(report, checkView, formOf(form, checkView), layout, false))
}

/** What is left of a text when characters XML cannot hold are question marks and those a terminal could act on are spelled out. */
function inXml(text: string): string {
  return text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
    .replace(/[\u007f-\u009f]/g, char => `\\x${char.charCodeAt(0).toString(16)}`)
    .replace(/[\u2028\u202e\ufeff]/g, char => `\\u${char.charCodeAt(0).toString(16)}`)
}

describe('the findings of the sample mesh', () => {
  test('are SARIF 2.1.0, each with an artifact and a line as GitHub requires', async () => {
    const log = JSON.parse(await shown(mesh, 'sarif')) as Log
    expect(sarifProblems(log)).toEqual([])
    const [run] = log.runs
    const places = (run?.results ?? []).map(({locations}) => locations?.[0]?.physicalLocation)
    expect(places.every(place => place?.region?.startLine === 1)).toBe(true)
    expect(places.map(place => place?.artifactLocation?.uri)).toContain('Deployment/demo/sick-uid-v1')
    const bases = new Set(places.map(place => place?.artifactLocation?.uriBaseId ?? ''))
    expect([...bases]).toEqual(Object.keys(run?.originalUriBaseIds ?? {}))
  })

  test.each(['ant', 'jenkins'] as const)('are a JUnit report as the schema of %s has it', async schema => {
    expect(junitProblems(await shown(mesh, 'junit'), schema)).toEqual([])
  })

  test('are PolicyReports an API server accepts', async () => {
    const {items} = parse(await shown(mesh, 'policyreport')) as {items: readonly unknown[]}
    expect(items.length).toBeGreaterThan(0)
    expect(items.flatMap(policyReportProblems)).toEqual([])
  })

  test('are Prometheus text', async () => {
    const {samples} = expositionOf(await shown(mesh, 'prom'))
    expect(samples.length).toBeGreaterThan(mesh.workloads.length * 2)
  })
})

describe.each(Object.entries(HOSTILE))('texts of %s', (_name, text) => {
  const report = () => reportOf(text)

  test('sarif keeps them', async () => {
    const log = JSON.parse(await shown(report(), 'sarif')) as {
      runs: {results: {message: {text: string}; suppressions?: {justification: string}[]}[]}[]
    }
    expect(sarifProblems(log)).toEqual([])
    expect(log.runs[0]?.results.map(({message}) => message.text)).toEqual(Array(4).fill(`${text} ${text}`))
    expect(log.runs[0]?.results[3]?.suppressions?.[0]?.justification).toBe(text)
  })

  test('junit stays one document and keeps valid XML characters', async () => {
    const xml = await shown(report(), 'junit')
    expect(junitProblems(xml, 'ant')).toEqual([])
    expect(junitProblems(xml, 'jenkins')).toEqual([])
    expect(xmlTexts(xml, '//failure/@message')).toEqual([inXml(text), inXml(text)])
    expect(xmlTexts(xml, '//skipped/@message')).toEqual([inXml(`${text}: ${text}`)])
    expect(xmlTexts(xml, '//error/@message')).toEqual([inXml(text)])
    expect(xmlTexts(xml, '//testsuite[1]/system-out')).toEqual([
      inXml(`MCT1102 info: ${text}\nMCT1002 accepted: ${text}`),
    ])
  })

  test('a PolicyReport keeps them', async () => {
    const {items} = parse(await shown(report(), 'policyreport'), {version: '1.1'}) as {
      items: readonly {metadata: {namespace: string}; results: readonly {message: string}[]}[]
    }
    expect(items.flatMap(policyReportProblems)).toEqual([])
    expect(items[0]?.metadata.namespace).toBe(text)
    expect(items[0]?.results.map(({message}) => message)).toEqual([
      text,
      text,
      text,
      text,
      `${text}: ${text}`,
      `${text}: ${text}`,
    ])
  })

  test('Prometheus text keeps labels, with control characters escaped', async () => {
    const {samples} = expositionOf(await shown(report(), 'prom'))
    expect(samples.map(({name}) => name)).toEqual([
      'meshctl_findings',
      'meshctl_findings',
      'meshctl_findings',
      'meshctl_checks_passed',
      'meshctl_checks_not_checked',
      'meshctl_unread_parts',
    ])
    expect(samples.at(-1)?.value).toBe(1)
    if (!UNSAFE.test(text))
      expect(new Set(samples.slice(0, -1).map(({labels}) => labels.name))).toEqual(new Set([text]))
  })

  test('GitHub annotations are one line each and decode to the text', async () => {
    const lines = (await shown(report(), 'github')).split('\n')
    expect(lines).toHaveLength(6)
    expect(lines[3]).toMatch(/^::error title=Could not be read::/)
    expect(lines[4]).toMatch(/^::notice title=Not checked \(1\)::MCT1402 in 1: /)
    for (const line of lines.slice(0, 3)) {
      const [, fields = '', data = ''] = /^::(?:error|warning|notice) ([^:]*)::(.*)$/su.exec(line) ?? []
      const entries = fields.split(',').map(field => {
        const at = field.indexOf('=')
        return [field.slice(0, at), decoded(field.slice(at + 1))] as const
      })
      expect(entries.map(([key]) => key)).toEqual(['file', 'line', 'col', 'title'])
      if (!UNSAFE.test(text.replaceAll('\r', ''))) {
        expect(decoded(data)).toContain(text)
        expect(entries[0]?.[1]).toBe(text)
      }
    }
  })

  test('no form has control characters', async () => {
    for (const form of [
      'table',
      'wide',
      'short',
      'json',
      'yaml',
      'sarif',
      'junit',
      'prom',
      'github',
      'policyreport',
      'patch',
      'baseline',
    ])
      expect(await shown(report(), form)).not.toMatch(UNSAFE)
  })

  test('json is JSON and yaml is YAML, with the text in it', async () => {
    for (const data of [
      JSON.parse(await shown(report(), 'json')),
      parse(await shown(report(), 'yaml'), {version: '1.1'}),
    ])
      expect((data as {findings: readonly Finding[]}).findings[0]?.message).toBe(text)
  })
})

/** Undoes the escapes of GitHub's workflow commands, percent last as the runner does. */
function decoded(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

test('the validators reject invalid input', () => {
  expect(sarifProblems({version: '2.1.0', runs: [{tool: {driver: {name: 'x', extra: 1}}}]})).toHaveLength(1)
  expect(
    sarifProblems({version: '2.1.0', runs: [{tool: {driver: {name: 'x', informationUri: 'not a uri'}}}]}),
  ).toHaveLength(1)
  expect(junitProblems('<testsuites><testsuite name="x"/></testsuites>', 'jenkins')[0]).toContain("'tests' is required")
  expect(junitProblems('<testsuites tests="1"/>', 'ant')[0]).toContain("'tests' is not allowed")
  expect(junitProblems('<a>\u0001</a>', 'ant')).not.toEqual([])
  const result = (more: object) => ({apiVersion: 'a', kind: 'b', results: [{policy: 'x', ...more}]})
  expect(policyReportProblems(result({severity: 'info'}))).toHaveLength(1)
  expect(policyReportProblems(result({properties: {a: 1}}))).toHaveLength(1)
  expect(policyReportProblems(result({line: 1}))).toHaveLength(1)
  for (const text of [
    'a{b="c\\x1b"} 1\n',
    'a{b="c} 1\n',
    'a{b="c"} x\n',
    'a{b="c"} 1',
    '# TYPE a gauge\n# TYPE a gauge\n',
    'a 1\na 1\n',
  ])
    expect(() => expositionOf(text)).toThrow()
})
