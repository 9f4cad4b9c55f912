import {mkdtempSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {type CheckReport, checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {expandPaths} from '../../../src/sources/files/expand.js'
import {openFiles} from '../../../src/sources/open.js'
import {tempFolder} from '../../support/temp-folder.js'

const folder = tempFolder('manifests')

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function check(...paths: string[]): Promise<CheckReport> {
  const source = await openFiles(await expandPaths(paths))
  const options = {
    rules: RULES,
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date(0),
  } as const
  return await checkReport(source, await checkTargets(source, [], {}), options)
}

function found(report: CheckReport): string[] {
  return report.workloads.flatMap(each => each.findings.map(({code, place}) => `${code}:${place?.line}`))
}

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      labels: {app: web, version: v1}
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - containerPort: 15006
          securityContext:
            runAsUser: 1337
`
const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
`
const NAMESPACE =
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: restricted}}\n'

describe('manifests', () => {
  test('an ambient namespace: ambient rules, no sidecar rules', async () => {
    const labels = 'istio.io/dataplane-mode: ambient'
    const deny = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}
`
    const inAmbient = async (extra: string, pod = '') =>
      await check(
        file('ambient.yaml', `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {${extra}}}\n`),
        file('ambient-web.yaml', WEB.replace('{app: web,', `{app: web, ${pod}`)),
        file('deny.yaml', deny),
      )
    const codes = (report: CheckReport) => found(report).map(each => each.split(':')[0])
    // The user of the proxy means nothing in ambient, 15006 is ztunnel's there too.
    expect(codes(await inAmbient(labels))).toEqual(['MCT1105', 'MCT1604'])
    expect(codes(await inAmbient('a: b', `${labels}, `))).toEqual(['MCT1105', 'MCT1604'])
    // Out of it, and in a namespace that asks for no sidecar either: only that is said.
    expect(codes(await inAmbient(labels, 'istio.io/dataplane-mode: none, '))).toEqual([])
    expect(codes(await inAmbient('a: b'))).toEqual(['MCT1213'])
    expect(codes(await inAmbient('istio-injection: enabled'))).toEqual(['MCT1001', 'MCT1105'])
  })

  test('a Deployment alone: findings of its own fields with their lines', async () => {
    const report = await check(file('web.yaml', WEB))
    expect(found(report)).toEqual(['MCT1001:16', 'MCT1105:14'])
    // What a Service would add to the second is open all the same.
    const open = report.workloads[0]?.notChecked.find(({code}) => code === 'MCT1105')
    expect(open?.gap).toMatchObject({what: expect.stringContaining('Service'), reason: 'not-captured'})
    expect(report.counts.notChecked).toBeGreaterThan(5)
    expect(reportExitCode(report)).toBe(1)
  })

  test('a Service in another file or document is used', async () => {
    expect(found(await check(file('web.yaml', WEB), file('service.yaml', SERVICE)))).toEqual([
      'MCT1001:16',
      'MCT1105:14',
      'MCT1107:8',
    ])
    expect(found(await check(file('both.yaml', `${WEB}---\n${SERVICE}`)))).toEqual([
      'MCT1001:16',
      'MCT1105:14',
      'MCT1107:25',
    ])
  })

  test('a Namespace in the files is used; without one its rules are not checked', async () => {
    const silent = await check(file('web.yaml', WEB))
    expect(silent.workloads[0]?.notChecked.map(({code}) => code)).toContain('MCT1003')
  })

  test('a List, JSON, and every workload kind', async () => {
    const template = {
      metadata: {labels: {app: 'a', version: '1'}},
      spec: {containers: [{name: 'a', image: 'x', securityContext: {runAsUser: 1337}}]},
    }
    const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController', 'Rollout']
    const items = [
      ...kinds.map(kind => ({apiVersion: 'v1', kind, metadata: {name: kind.toLowerCase()}, spec: {template}})),
      {apiVersion: 'batch/v1', kind: 'CronJob', metadata: {name: 'cron'}, spec: {jobTemplate: {spec: {template}}}},
      {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'pod'}, spec: template.spec},
      {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'no-workload'}, data: {}},
      {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'no-workload'}, data: {}},
    ]
    const report = await check(file('list.json', JSON.stringify({apiVersion: 'v1', kind: 'List', items})))
    const sick = report.workloads.filter(each => each.findings.some(({code}) => code === 'MCT1001'))
    expect(sick.map(({workload}) => workload.kind).sort()).toEqual([...kinds, 'CronJob', 'Pod'].sort())
    expect(report.workloads).toHaveLength(9)
  })

  test('a folder is read as its manifests', async () => {
    const inside = mkdtempSync(join(folder, 'folder-'))
    writeFileSync(join(inside, 'a.yaml'), WEB)
    writeFileSync(join(inside, 'b.yml'), SERVICE)
    writeFileSync(join(inside, 'notes.txt'), 'no manifest')
    symlinkSync('nowhere', join(inside, 'dangling.yaml'))
    symlinkSync(file('linked.yaml', WEB.replace('name: web', 'name: linked')), join(inside, 'c.yaml'))
    expect((await check(inside)).workloads.map(({workload}) => workload.name)).toEqual(['linked', 'web'])
    unlinkSync(join(inside, 'c.yaml'))
    expect(found(await check(inside))).toEqual(['MCT1001:16', 'MCT1105:14', 'MCT1107:8'])
  })

  test('objects without pods are reported: unknown kinds, broken documents, excluded objects', async () => {
    const knative = WEB.replace('apps/v1', 'serving.knative.dev/v1').replace('Deployment', 'Service')
    const podTemplate =
      'apiVersion: v1\nkind: PodTemplate\nmetadata: {name: p}\ntemplate: {spec: {containers: [{name: a}]}}\n'
    const others = file('others.yaml', `${knative}---\n${podTemplate}---\n${SERVICE}`)
    const report = await check(file('web.yaml', WEB), others)
    expect(report.skipped.map(({what}) => what)).toEqual(['PodTemplate p', 'Service (serving.knative.dev/v1) web'])
    expect(reportExitCode({...report, failing: false})).toBe(0)
    expect(reportExitCode({...report, failing: false, gaps: report.skipped}, true)).toBe(3)
    await expect(check(others)).rejects.toMatchObject({
      message: `${others} contains no Pod, Deployment or other workload`,
      hint: expect.stringContaining('PodTemplate p: '),
    })
    const broken = file('broken-job.yaml', `${NAMESPACE}---\nkind: Job\nmetadata: {name: j\nspec: {}\n`)
    await expect(check(broken)).rejects.toThrow(/broken-job\.yaml:\d+:\d+: /)
    await expect(check(file('only-broken.yaml', 'a: [b'))).rejects.toThrow(/only-broken\.yaml:\d+:\d+: /)
    const source = await openFiles([file('web.yaml', WEB)])
    for (const [target, words] of [
      [{selector: 'run=web'}, 'workload with the labels run=web'],
      [{namespace: 'other'}, 'workload in namespace other'],
    ] as const)
      await expect(checkTargets(source, [], target)).rejects.toMatchObject({
        message: expect.stringContaining(words),
        hint: expect.stringContaining('It contains Deployment default/web.'),
      })
    expect(await checkTargets(source, [], {selector: 'app=web'})).toHaveLength(1)
    await expect(checkTargets(source, [], {selector: 'app!=web'})).rejects.toThrow('with the labels app!=web')
  })

  test('inputs of kustomize and Helm are skipped, with the command that shows the rendered manifests', async () => {
    const inside = mkdtempSync(join(folder, 'build-'))
    const put = (name: string, text: string) => writeFileSync(join(inside, name), text)
    put('web.yaml', WEB)
    put('kustomization.yaml', 'resources: [web.yaml]\n')
    const remarks = async () => (await openFiles(await expandPaths([inside]))).remarks
    expect((await check(inside)).damaged).toEqual([])
    expect(await remarks()).toEqual([expect.stringContaining(`kubectl kustomize ${inside} | meshctl check -f -`)])
    unlinkSync(join(inside, 'kustomization.yaml'))
    put('Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
    put('values.yaml', 'replicas: 1\n')
    put('template.yaml', 'kind: Pod\nmetadata: {name: {{ .Values.name }}}\n')
    expect(await check(inside)).toMatchObject({damaged: [], workloads: [{workload: {name: 'web'}}]})
    expect(await remarks()).toEqual([expect.stringContaining(`helm template ${inside} | meshctl check -f -`)])
    put('kustomization.yaml', WEB)
    expect((await check(inside)).workloads).toHaveLength(1)
    unlinkSync(join(inside, 'web.yaml'))
    expect(found(await check(inside))).toEqual(['MCT1001:16', 'MCT1105:14'])
  })

  test('findings are accepted by code or name, on the workload or the object they are about', async () => {
    const accepting = (rules: string) =>
      WEB.replace('  name: web\n', `  name: web\n  annotations: {meshctl.io/ignore: "${rules}: moves next week"}\n`)
    const open = (report: CheckReport) =>
      report.workloads.flatMap(each => each.findings.filter(({accepted}) => accepted === undefined))
    const codes = async (...texts: string[]) =>
      open(await check(...texts.map((text, index) => file(`accepting-${index}.yaml`, text)))).map(({code}) => code)
    expect(await codes(WEB)).toEqual(['MCT1001', 'MCT1105'])
    expect(await codes(accepting('Proxy-UID'))).toEqual(['MCT1105'])
    expect(await codes(accepting('ist0144,reserved-port-declared'))).toEqual([])
    // Of a Service only what is about it: its target port, not the container's.
    const service = `${SERVICE}---\n`.replace(
      '  name: web\n',
      '  name: web\n  annotations: {meshctl.io/ignore: "MCT1107: x"}\n',
    )
    expect(await codes(WEB, SERVICE)).toEqual(['MCT1001', 'MCT1105', 'MCT1107'])
    expect(await codes(WEB, service)).toEqual(['MCT1001', 'MCT1105'])
    expect(await codes(WEB, service.replace('MCT1107', 'MCT1105'))).toEqual(['MCT1001', 'MCT1105', 'MCT1107'])
  })

  test('no sidecar rules for a manifest that opts out', async () => {
    const refusing = WEB.replace('app: web, version: v1', 'app: web, sidecar.istio.io/inject: "false"')
    expect(found(await check(file('refusing.yaml', refusing)))).toEqual([])
  })

  test('with a Namespace the prediction is that of default webhooks', async () => {
    const labelled = (labels: string) => file('ns.yaml', NAMESPACE.replace('pod-security', `${labels}pod-security`))
    const asking = await check(file('web.yaml', WEB), labelled('istio-injection: enabled, '))
    expect(asking.workloads[0]?.notChecked.map(({code}) => code)).not.toContain('MCT1214')
    expect(found(asking)).toContain('MCT1001:16')
    const silent = await check(file('web.yaml', WEB), labelled(''))
    expect(found(silent)).toEqual(['MCT1213:3'])
    expect(silent.workloads[0]?.findings[0]?.proof).toContainEqual({
      from: 'webhooks',
      text: 'not in the files; a default installation is assumed',
    })
    expect(silent.workloads[0]?.notChecked.map(({code}) => code)).toContain('MCT1205')
    expect(found(await check(file('web.yaml', WEB), labelled('istio-injection: disabled, ')))).toEqual([])
    expect(found(await check(file('web.yaml', WEB), labelled('istio.io/rev: canary, ')))).toContain('MCT1001:16')
  })

  test('in an ambient namespace only ztunnel ports are reserved', async () => {
    const ambient = file('ns.yaml', NAMESPACE.replace('pod-security', 'istio.io/dataplane-mode: ambient, pod-security'))
    const web = (port: string) => file('web.yaml', WEB.replace('15006', port))
    const at = async (port: string) => found(await check(web(port), file('service.yaml', SERVICE), ambient))
    expect(await at('15006')).toContain('MCT1105:14')
    expect(await at('15090')).not.toContain('MCT1105:14')
    expect(await at('15006')).not.toContain('MCT1001:16')
  })
})

describe('workloads in files are named as in a cluster', () => {
  const service = SERVICE.replace('name: web', 'name: other')
  const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web-5d4f-x
  labels: {app: web, pod-template-hash: 5d4f}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f, controller: true, uid: x}]
spec:
  containers: [{name: web, image: nginx}]
status: {phase: Running}
`
  async function named(text: string, name: string, namespace?: string): Promise<string> {
    const source = await openFiles([file('named.yaml', text)])
    const found = await checkTargets(source, [name], namespace === undefined ? {} : {namespace})
    return found.map(({kind, metadata}) => `${kind} ${metadata.name}`).join()
  }

  test.each(['deploy/web', 'web', 'deployment/web', 'web.default', 'deploy/web.default'])('%s', async name => {
    expect(await named(`${WEB}---\n${service}`, name)).toBe('Deployment web')
  })

  test('existing pods take precedence over their template', async () => {
    expect(await named(`${WEB}---\n${pod}`, 'deploy/web')).toBe('Pod web-5d4f-x')
  })

  test('another kind, name or namespace does not match', async () => {
    for (const [name, namespace] of [['sts/web'], ['deploy/wep'], ['deploy/web', 'shop']] as const)
      await expect(named(WEB, name, namespace)).rejects.toThrow()
  })
})

describe('what cannot be read', () => {
  const place = (report: CheckReport) =>
    report.damaged.map(({what, detail}) => `${what.replace(`${folder}/`, '')} ${detail}`)

  test('a bad document is named with line and column, the others are checked', async () => {
    const report = await check(file('bad.yaml', `a: [1\n---\n${WEB}---\nkind: Pod\nkind: Pod\nmetadata: {name: x}\n`))
    expect(found(report)).toEqual(['MCT1001:18', 'MCT1105:16'])
    expect(place(report)[0]).toMatch(/^bad\.yaml:\d+:\d+ Flow sequence/)
    expect(place(report).at(-1)).toMatch(/^bad\.yaml:21:1 "kind" is a duplicate key/)
    expect(reportExitCode(report)).toBe(1)
  })

  test('wrong types are named with their field', async () => {
    const wrong = WEB.replace('version: v1', 'version: 1').replace(
      'name: web\n          image',
      'name: n\n          image',
    )
    const report = await check(
      file('wrong.yaml', wrong),
      file('service.yaml', `${SERVICE}---\n${WEB.replace('1337', '1000')}`),
    )
    expect(place(report)).toEqual([
      'wrong.yaml:8:35 Deployment web: spec.template.metadata.labels.version must be a string, not 1 (quote it)',
      'wrong.yaml:11:17 Deployment web: spec.template.spec.containers.0.name must be a string, not false (quote it)',
    ])
  })

  test('no findings but unreadable input: 3', async () => {
    const clean = WEB.replace('15006', '8080').replace('1337', '1000')
    const report = await check(file('clean.yaml', `${clean}---\na: [1\n`))
    expect(report.failing).toBe(false)
    expect(reportExitCode(report)).toBe(3)
  })

  test('an alias bomb is rejected', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]`),
    ]
    const report = await check(file('bomb.yaml', `kind: X\nmetadata: {name: x}\n${bomb.join('\n')}\n---\n${WEB}`))
    expect(place(report)[0]).toContain('Excessive alias count')
    expect(found(report)).toEqual([expect.stringMatching(/^MCT1001/), expect.stringMatching(/^MCT1105/)])
  })

  test('excessive nesting is rejected', async () => {
    const deep = file('deep.yaml', `kind: Pod\nmetadata: {name: x}\nspec: ${'['.repeat(50_000)}`)
    await expect(check(deep)).rejects.toThrow('it is nested too deeply')
  })

  test('no readable document: an error', async () => {
    await expect(check(file('none.yaml', 'kind: Pod\nmetadata: [\n'))).rejects.toThrow(/none\.yaml:\d+:\d+: /)
  })

  test('objects without a workload: an error with the supported kinds', async () => {
    await expect(check(file('cm.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n'))).rejects.toThrow(
      'contains no Pod, Deployment or other workload',
    )
  })
})

test('a partial workload of a kustomization is skipped', async () => {
  const patch =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: web:2}]}}}\n'
  const job =
    'apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {containers: [{name: once, image: web:2}]}}}\n'
  const report = await check(file('patches.yaml', `${patch}---\n${job}`))
  expect(report.workloads.map(({workload}) => workload.name)).toEqual(['once'])
  expect(report.skipped).toMatchObject([{what: 'Deployment web', detail: expect.stringContaining('a patch')}])
})

test('a selector or labels make it a complete workload', async () => {
  const whole = (name: string, selector: string, metadata: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {${selector}template: {${metadata}spec: {containers: [{name: web, image: web:2}]}}}\n`
  const text = [whole('a', 'selector: {matchLabels: {app: a}}, ', ''), whole('b', '', 'metadata: {labels: {app: b}}, ')]
  const report = await check(file('wholes.yaml', text.join('---\n')))
  expect(report.workloads.map(({workload}) => workload.name)).toEqual(['a', 'b'])
  expect(report.skipped).toEqual([])
})
