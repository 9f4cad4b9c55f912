import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import type {Log} from 'sarif'
import {parse} from 'yaml'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {outputSpecs} from '../../../src/cli/output/outputs.js'
import {parseBaseline} from '../../../src/formats/settings/baseline.js'
import {parseCheckConfig} from '../../../src/formats/settings/check-config.js'
import type {Finding, PatchStep} from '../../../src/model/finding.js'
import {fingerprint} from '../../../src/reports/check/evaluate/fingerprint.js'
import {patchesOf} from '../../../src/reports/check/evaluate/patch-plan.js'
import {junitXml} from '../../../src/reports/check/forms/junit.js'
import {baselineOf, severitiesByCode, withCorrections, withPolicy} from '../../../src/reports/check/policy.js'
import {type CheckReport, checkReport, countsOf} from '../../../src/reports/check/report.js'
import {podListPages} from '../../../src/reports/check/targets/pod-list-pages.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkView} from '../../../src/reports/check/view.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {openFiles} from '../../../src/sources/open.js'
import {sampleSource} from '../../support/sample.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('check-forms')

const NOW = new Date('2026-11-20T19:00:00Z')
const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: x, securityContext: {runAsUser: 1337}}
`

/** The column of runAsUser in line 9, from 1. */
const COLUMN = (MANIFEST.split('\n')[8] ?? '').indexOf('1337') + 1

let mesh: CheckReport
let manifest: CheckReport
let written = ''

async function checked(path: string, all: boolean): Promise<CheckReport> {
  const source = await openFiles([path])
  const objects = await checkTargets(source, [], all ? {allNamespaces: true} : {})
  return await checkReport(source, objects, {
    rules: RULES,
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: true,
    now: NOW,
    version: '1.2.3',
  })
}

test('names are targets of other commands, and comma-separated values have a row per finding', async () => {
  const layout = {width: 120, colour: false, headers: true} as const
  const names = String(await rendered(mesh, checkView, 'name', layout, false))
    .trimEnd()
    .split('\n')
  expect(names).toContain('deployment/sick-uid-v1.demo')
  const sick = mesh.workloads.filter(({findings}) => findings.length > 0)
  expect(names).toHaveLength(
    new Set(sick.map(({workload}) => `${workload.kind}/${workload.name}.${workload.namespace}`)).size,
  )
  const [header, ...rows] = String(await rendered(manifest, checkView, 'csv', layout, false))
    .trimEnd()
    .split('\n')
  expect(header).toBe('SEVERITY,CODE,WORKLOAD,KIND,NAMESPACE,NAME,PATH,FILE,LINE,MESSAGE')
  expect(rows).toHaveLength(manifest.workloads.flatMap(({findings}) => findings).length)
  expect(rows).toContainEqual(
    expect.stringMatching(/^error,MCT1001,deployment\/web\.default,Deployment,default,web,.*runAsUser,.*,9,/),
  )
})

beforeAll(async () => {
  const path = join(mkdtempSync(join(TEMP, 'forms-')), 'web app.yaml')
  writeFileSync(path, MANIFEST)
  mesh = await checked('src/sample/mesh.tgz', true)
  written = path
  manifest = await checked(path, false)
})

async function shown(report: CheckReport, form: string): Promise<string> {
  return String(
    await rendered(report, checkView, formOf(form, checkView), {width: 80, colour: false, headers: true}, false),
  )
}

describe('forms for programs', () => {
  test('json matches its schema', async () => {
    const validate = new Ajv({strict: true}).compile(JSON.parse(readFileSync('docs/schemas/check.schema.json', 'utf8')))
    for (const report of [mesh, manifest]) {
      validate(JSON.parse(await shown(report, 'json')))
      expect(validate.errors).toBeNull()
    }
  })

  test('sarif: one result per finding, with a described rule, a location and a fingerprint', async () => {
    const log = JSON.parse(await shown(manifest, 'sarif')) as Log
    const [run] = log.runs
    expect(log.version).toBe('2.1.0')
    expect(run?.tool.driver.version).toBe('1.2.3')
    expect(run?.results).toHaveLength(2)
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId)
      expect(['error', 'warning', 'note']).toContain(result.level)
      expect(Object.values(result.partialFingerprints ?? {})[0]).toMatch(/^[0-9a-f]{32}$/)
    }
    const [first] = run?.results ?? []
    expect(first?.locations?.[0]?.physicalLocation?.region).toEqual({startLine: 9, startColumn: COLUMN})
    expect(first?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toMatch(/web%20app\.yaml$/)
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.length).toBe(manifest.counts.notChecked)
  })

  test('fingerprints are stable when lines and counts change, and differ between findings', () => {
    const all = mesh.workloads.flatMap(({findings}) => findings)
    expect(new Set(all.map(fingerprint)).size).toBeGreaterThan(all.length - 3)
    const [first] = all
    if (first === undefined) throw new Error('no findings')
    expect(fingerprint({...first, pods: ['x'], proof: [], place: {file: 'a', line: 9, column: 9}})).toBe(
      fingerprint(first),
    )
    expect(fingerprint({...first, code: 'MCT9999'})).not.toBe(fingerprint(first))
  })

  test('fingerprints are stable when a webhook inserts a container', async () => {
    const path = join(mkdtempSync(join(TEMP, 'forms-')), 'web.yaml')
    const agent = '        - {name: vault-agent, image: v}\n'
    writeFileSync(path, MANIFEST.replace('      containers:\n', `      containers:\n${agent}`))
    const of = (report: CheckReport) =>
      report.workloads.flatMap(({findings}) => findings.filter(({code}) => code === 'MCT1001'))
    const [later] = of(await checked(path, false))
    const [first] = of(manifest)
    if (first === undefined || later === undefined) throw new Error('no finding')
    expect(later).toMatchObject({path: 'spec.template.spec.containers[1].securityContext.runAsUser', container: 'web'})
    expect(later.place?.line).toBe(10)
    expect(fingerprint(later)).toBe(fingerprint(first))
  })

  test('unreadable input is in every form, or on standard error', async () => {
    const gap = {what: 'a.yaml:3:7', reason: 'unreadable' as const, detail: 'not YAML'}
    const over = {what: 'Widget w', reason: 'not-captured' as const, detail: 'it carries a pod template'}
    const report = {...manifest, damaged: [gap], skipped: [over]}
    expect(await shown(report, 'short')).toContain('1 part could not be read')
    expect(await shown(report, 'github')).toContain(
      '::error file=a.yaml,line=3,col=7,title=Could not be read::a.yaml:3:7: not YAML\n',
    )
    expect(await shown(report, 'github')).toContain('Skipped: Widget w: it carries a pod template%0A')
    expect(await shown(report, 'junit')).toContain('<error type="unreadable" message="not YAML"/>')
    expect(await shown(report, 'prom')).toContain('meshctl_unread_parts{source="files"} 1\n')
    expect(await shown(report, 'policyreport')).toContain('message: "a.yaml:3:7: not YAML"')
    expect(await shown(report, 'sarif')).toContain('a.yaml:3:7: not YAML')
    for (const form of ['table', 'wide'] as const) {
      expect(await shown(report, form)).toMatch(/Could not be read \(1\):\n {2}a\.yaml:3:7: not YAML/)
      expect(await shown(report, form)).toMatch(/Not judged \(1\):\n {2}Widget w: it carries/)
      expect(checkView.unreportedGaps?.(report, form)).toEqual([])
    }
    for (const form of ['short', 'github', 'patch', 'baseline'] as const)
      expect(checkView.unreportedGaps?.(report, form)).toEqual([gap, over])
  })

  test('reasons that differ only in the pod name are one line', async () => {
    const [one, two] = mesh.workloads
    if (one === undefined || two === undefined) throw new Error('no workloads')
    const with_ = (each: typeof one, detail = 'not in x') => {
      const pods = [`${each.workload.name}-1`]
      const what = `listening sockets of ${pods[0]}.${each.workload.namespace}`
      const gap = {what, reason: 'not-captured' as const, detail}
      const notChecked = [{code: 'MCT1501', rule: 'x', workload: each.workload, pods, gap}]
      return {...each, findings: [], passed: 3, notChecked}
    }
    const of = async (...workloads: (typeof one)[]) =>
      (await shown({...mesh, workloads, counts: countsOf(workloads)}, 'table')).replace(/\s+/g, ' ')
    expect(await of(with_(one), with_(two))).toContain('MCT1501 in 2 workloads: listening sockets of each pod: not')
    expect(await of(with_(one))).toContain(`listening sockets of ${one.workload.name}-1.${one.workload.namespace}`)
    expect(await of(with_(one), with_(two, 'other'))).not.toContain('each pod')
    expect(await shown({...mesh, visited: false}, 'short')).toContain(
      'not checked. Pods were not inspected (use --deep).',
    )
    expect(await shown(mesh, 'short')).not.toContain('visited')
    expect(await of(with_(one), with_(two))).toContain('No findings in 2 (1 not checked in each): ')
    expect(await of({...with_(one), passed: 0}, with_(two))).toContain(
      `No findings, but most checks could not run, in 1 (1 not checked in each): ${one.workload.kind}`,
    )
  })

  test('junit: well-formed, one failure at most per case, counts that add up', async () => {
    const xml = await shown(mesh, 'junit')
    const cases = [...xml.matchAll(/<testcase [^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g)]
    expect(cases.filter(match => (match[2] ?? '').split('<failure').length > 2)).toEqual([])
    const count = (word: string) =>
      [...xml.matchAll(new RegExp(`<testsuite [^>]*${word}="(\\d+)"`, 'g'))].reduce(
        (sum, match) => sum + Number(match[1]),
        0,
      )
    expect(count('tests')).toBe(cases.length)
    expect(count('failures')).toBe(cases.filter(match => (match[2] ?? '').includes('<failure')).length)
    expect(count('skipped')).toBe(mesh.counts.notChecked)
  })

  test('junit: markup and control characters of a message are harmless', () => {
    const first = mesh.workloads.find(({findings}) => findings.length > 0)
    const [finding] = first?.findings ?? []
    if (first === undefined || finding === undefined) throw new Error('no findings')
    const evil = {...finding, severity: 'error' as const, message: '<b> & "quoted" \u0001 ]]>'}
    const xml = junitXml({...mesh, workloads: [{...first, findings: [evil], notChecked: []}]}, RULES)
    expect(xml).toContain('message="&lt;b&gt; &amp; &quot;quoted&quot; ? ]]&gt;"')
  })

  test('prometheus: every sample belongs to a described metric, and none comes twice', async () => {
    const lines = (await shown(mesh, 'prom')).trim().split('\n')
    const described = lines.filter(line => line.startsWith('# TYPE')).map(line => line.split(' ')[2])
    const samples = lines.filter(line => !line.startsWith('#'))
    for (const line of samples) {
      expect(line).toMatch(/^[a-z_]+\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\} \d+$/)
      expect(described).toContain(line.split('{')[0])
    }
    expect(new Set(samples.map(line => line.split('} ')[0])).size).toBe(samples.length)
    const sum = samples
      .filter(line => line.startsWith('meshctl_findings'))
      .reduce((total, line) => total + Number(line.split('} ')[1]), 0)
    expect(sum).toBe(mesh.counts.error + mesh.counts.warning + mesh.counts.info)
  })

  test('github: one line per finding, with file and line if known', async () => {
    expect(await shown(manifest, 'github')).toMatch(
      new RegExp(`^::error file=.*web app\\.yaml,line=9,col=${COLUMN},title=MCT1001 .*::Deployment default/web: `),
    )
    const lines = (await shown(mesh, 'github')).trim().split('\n')
    expect(lines.every(line => /^::(error|warning|notice) title=[^:]+::./.test(line))).toBe(true)
  })

  test('policyreport: results add up to the summary', async () => {
    const list = parse(await shown(mesh, 'policyreport')) as {
      items: {summary: Record<string, number>; results: {result: string}[]}[]
    }
    for (const {summary, results} of list.items) {
      for (const word of ['fail', 'warn', 'skip'])
        expect(results.filter(({result}) => result === word)).toHaveLength(summary[word] ?? -1)
    }
  })

  test('patch: merge commands by name, none for invalid names, documents for manifests', async () => {
    const text = await shown(mesh, 'patch')
    expect(text).toContain(
      'kubectl patch deployment sick-uid-v1 -n demo --type=strategic -p \'{"spec":{"template":{"spec":{"containers":[{"name":"sick-uid","securityContext":{"runAsUser":1000}}]}}}}\'',
    )
    const [first] = mesh.workloads.flatMap(({findings}) => findings).filter(({patch}) => patch !== undefined)
    if (first === undefined) throw new Error('no patch')
    const of = async (object: object, patch = first.patch) => {
      const findings = [{...first, object: {...first.object, ...object}, patch}] as readonly Finding[]
      return await shown(
        {...mesh, workloads: [{workload: first.workload, pods: [], findings, notChecked: [], passed: 0}]},
        'patch',
      )
    }
    for (const name of ['a; touch x', 'a\nb', '$(id)', '-x', 'web-?', ''])
      expect(await of({name})).toMatch(/^# [^\n]*: its name cannot be used in a command\n$/)
    for (const evil of ['a; touch x', "a'; touch x; '", 'a\ntouch x', '$(touch x)', '`touch x`', '-x'])
      for (const where of ['kind', 'namespace', 'name'])
        expect(await of({[where]: evil})).toMatch(/^# [^\n]*: its name cannot be used in a command\n$/)
    expect(await of({kind: 'Job'})).toMatch(/^# Job [^\n]*recreate it with this change:\n# \{[^\n]*\n$/)
    const inList: readonly PatchStep[] = [
      {op: 'test', path: '/spec/containers/0/name', value: 'a'},
      {op: 'replace', path: '/spec/containers/0/image', value: 'x'},
    ]
    expect(await of({kind: 'Rollout'}, inList)).toContain('--type=json -p \'[{"op":"test"')
    expect(await of({kind: 'StatefulSet'}, inList)).toContain(
      '--type=strategic -p \'{"spec":{"containers":[{"name":"a","image":"x"}]}}\'',
    )
    expect(await of({kind: 'Rollout'}, [{op: 'add', path: '/a/b', value: 1}])).toContain(
      '--type=merge -p \'{"a":{"b":1}}\'',
    )
    expect(await of({}, [{op: 'replace', path: '/spec/containers/0/image', value: 'x'}])).toContain('--type=json')
    expect(await shown({...mesh, workloads: []}, 'patch')).toBe('# No finding can be fixed by a patch.\n')
  })

  test('patch: a shell passes the text to kubectl unchanged', async () => {
    const value = `'; touch pwned; ' "$(id)" \`id\` \\ \n\u001b[31m \u202e \u{1f600}`
    const [first] = mesh.workloads.flatMap(({findings}) => findings).filter(({patch}) => patch !== undefined)
    if (first === undefined) throw new Error('no patch')
    const findings: readonly Finding[] = [{...first, patch: [{op: 'add', path: "/a/it's~1b", value}]}]
    const text = await shown(
      {...mesh, workloads: [{workload: first.workload, pods: [], findings, notChecked: [], passed: 0}]},
      'patch',
    )
    const script = `kubectl() { printf '%s\\0' "$@"; }\n${text}`
    const words = spawnSync('sh', ['-c', script], {encoding: 'utf8'}).stdout.split('\0')
    expect(JSON.parse(words[words.indexOf('-p') + 1] ?? '')).toEqual({a: {"it's/b": value}})
  })

  test('patch: of two conflicting fixes only the first, equal steps once, no accepted findings', () => {
    const [first] = mesh.workloads.flatMap(({findings}) => findings)
    if (first === undefined) throw new Error('no findings')
    const of = (code: string, ...patch: readonly PatchStep[]): Finding => ({...first, code, patch})
    const test: PatchStep = {op: 'test', path: '/a', value: 1}
    const one: PatchStep = {op: 'add', path: '/b', value: 1}
    const [patch, ...others] = patchesOf([
      of('A', test, one),
      of('B', one, {op: 'add', path: '/c', value: 2}),
      of('C', {op: 'add', path: '/b', value: 2}),
      of('D', {op: 'remove', path: '/b'}),
      {...of('E', {op: 'add', path: '/e', value: 2}), accepted: 'yes'},
      of('F', {op: 'test', path: '/d', value: 1}, {op: 'remove', path: '/d'}),
    ])
    expect(others).toEqual([])
    expect(patch?.codes).toEqual(['A', 'B', 'F'])
    expect(patch?.steps.map(({op, path}) => `${op} ${path}`)).toEqual([
      'test /a',
      'test /d',
      'add /b',
      'add /c',
      'remove /d',
    ])
  })

  test('patch: only corrected manifests are printed', async () => {
    const source = await openFiles([written])
    const text = await shown(await withCorrections(source, manifest), 'patch')
    expect(text).toMatch(/^---\n# .*web app\.yaml:1: fixes MCT1001\napiVersion: apps\/v1\n/)
    expect(text).toContain(MANIFEST.replace('runAsUser: 1337', 'runAsUser: 1000'))
    expect(await shown(manifest, 'patch')).toMatch(/^# Deployment default\/web: MCT1001: change by hand: \{"spec":/)
  })
})

describe('a baseline', () => {
  const policy = (accepted: ReturnType<typeof parseBaseline>, at = NOW) => ({severities: new Map(), accepted, at})

  test('listed findings are accepted, new ones fail, expired ones fail again', async () => {
    const written = await shown(mesh, 'baseline')
    const entries = parseBaseline(written, 'b.yaml')
    expect(entries.length).toBe(mesh.counts.error + mesh.counts.warning + mesh.counts.info)
    expect(withPolicy(mesh, policy(entries)).failing).toBe(false)
    const [first] = mesh.workloads.flatMap(({findings}) => findings).filter(({severity}) => severity === 'error')
    if (first === undefined) throw new Error('no error')
    const without = entries.filter(each => each.fingerprint !== fingerprint(first))
    expect(withPolicy(mesh, policy(without))).toMatchObject({failing: true, counts: {error: 1, warning: 0}})
    const ending = entries.map(each => ({...each, expires: '2026-12-01'}))
    expect(withPolicy(mesh, policy(ending)).failing).toBe(false)
    const late = withPolicy(mesh, policy(ending, new Date('2026-12-02T00:00:00Z')))
    expect(late.failing).toBe(true)
    expect(late.workloads.flatMap(({findings}) => findings)[0]?.message).toContain('was accepted until 2026-12-01')
  })

  test('incomplete entries are reported, complete ones are not', async () => {
    const entries = parseBaseline(await shown(mesh, 'baseline'), 'b.yaml')
    const [first, ...others] = entries.map(each => ({...each, owner: 'a', reason: 'b', expires: '2026-12-01'}))
    if (first === undefined) throw new Error('no entries')
    expect(withPolicy(mesh, policy([first, ...others])).notes).toEqual([])
    expect(withPolicy(mesh, policy([{...first, owner: ''}, ...others])).notes[0]).toContain(
      `1 without owner (of ${entries.length})`,
    )
    expect(withPolicy(mesh, policy(entries)).notes[0]).toContain(
      `${entries.length} without owner, ${entries.length} without reason, ${entries.length} without expires`,
    )
  })

  test('a workload with accepted findings only has no open findings', async () => {
    const entries = parseBaseline(await shown(mesh, 'baseline'), 'b.yaml')
    const text = await shown(withPolicy(mesh, policy(entries)), 'table')
    expect(text).toMatch(/Deployment demo\/sick-uid-v1 \(1 pod\): no open findings, \d+ accepted;/)
    expect(text).not.toMatch(/: no findings;/)
  })

  test('errors in the baseline are reported', () => {
    expect(() => parseBaseline('a: 1', 'b.yaml')).toThrow('b.yaml is not a baseline')
    expect(() => parseBaseline('kind: Baseline\naccepted: [{code: MCT1001}]', 'b.yaml')).toThrow(
      'accepted[0] has no fingerprint',
    )
    expect(() =>
      parseBaseline(`kind: Baseline\naccepted: [{fingerprint: ${'a'.repeat(32)}, expires: soon}]`, 'b.yaml'),
    ).toThrow('"soon" is not a date')
    expect((baselineOf(mesh) as {kind: string}).kind).toBe('Baseline')
  })
})

describe('settings of a team', () => {
  test('severities by any name of a rule', () => {
    const severities = severitiesByCode(
      RULES,
      parseCheckConfig('severities: {IST0144: info, no-service: error}', 'c').severities,
    )
    const report = withPolicy(mesh, {severities, accepted: [], at: NOW})
    const of = (code: string) =>
      report.workloads
        .flatMap(({findings}) => findings.filter(each => each.code === code))
        .map(({severity}) => severity)
    expect(of('MCT1001')).toEqual(['info'])
    expect(of('MCT1102')).toEqual(['error'])
    expect(() => severitiesByCode(RULES, {MCT9999: 'info'})).toThrow('unknown rule "MCT9999"')
  })

  test('an unknown key or value is an error that names it', () => {
    expect(parseCheckConfig('', 'c')).toEqual({severities: {}, parameters: {}, file: 'c', rules: []})
    expect(parseCheckConfig('failOn: error\nskip: [MCT1414]\nbaseline: b.yaml', 'c')).toMatchObject({
      failOn: 'error',
      skip: ['MCT1414'],
      baseline: 'b.yaml',
    })
    expect(() => parseCheckConfig('failon: error', 'c')).toThrow('c: unknown key "failon"')
    expect(() => parseCheckConfig('failOn: fatal', 'c')).toThrow('c: failOn must be one of error, warning, info')
    expect(() => parseCheckConfig('skip: MCT1414', 'c')).toThrow('c: skip must be a list')
    expect(() => parseCheckConfig('- a', 'c')).toThrow('c is not a YAML map')
  })
})

test('-o takes any number of files and one form for standard output', () => {
  expect(outputSpecs(['sarif=a=b.sarif', 'table'], checkView)).toEqual([
    {form: 'sarif', file: 'a=b.sarif'},
    {form: 'table'},
  ])
  expect(outputSpecs(undefined, checkView)).toEqual([{form: undefined}])
  expect(() => outputSpecs(['json', 'table'], checkView)).toThrow(
    'only one format can go to standard output, not json and table',
  )
  expect(() => outputSpecs(['sarif='], checkView)).toThrow('has no file name')
  expect(() => outputSpecs(['pdf'], checkView)).toThrow('"pdf" not supported')
  expect(() => outputSpecs(['=x'], checkView)).toThrow('-o "=x" has no format')
  expect(() => outputSpecs([''], checkView)).toThrow('-o "" has no format')
})

test('--fix adds a form on standard output', () => {
  expect(outputSpecs(undefined, checkView, true)).toEqual([{form: 'patch'}])
  expect(outputSpecs(['patch'], checkView, true)).toEqual([{form: 'patch'}])
  expect(outputSpecs(['patch=p.yaml'], checkView, true)).toEqual([{form: 'patch', file: 'p.yaml'}, {form: 'patch'}])
  expect(() => outputSpecs(['table'], checkView, true)).toThrow('not table and patch')
})

test('--require-all fails when anything was not checked', () => {
  const calm = {...manifest, failing: false}
  expect(reportExitCode(calm)).toBe(0)
  expect(reportExitCode(calm, true)).toBe(3)
  expect(reportExitCode(manifest, true)).toBe(1)
})

test('--shard: every workload belongs to exactly one shard', async () => {
  const source = await sampleSource()
  const part = async (shard?: string) => {
    const names: string[] = []
    for await (const {pods} of podListPages(source, [], {allNamespaces: true}, shard))
      names.push(...pods.map(({object}) => object.name))
    return names
  }
  const all = await part()
  const parts = await Promise.all(['0/3', '1/3', '2/3'].map(part))
  expect(parts.flat().sort()).toEqual([...all].sort())
  expect(parts.every(names => names.length < all.length)).toBe(true)
  for (const shard of ['3/3', '4/3', '1', 'a/b', '-1/3', '0/0'])
    await expect(part(shard)).rejects.toThrow('invalid --shard')
})
