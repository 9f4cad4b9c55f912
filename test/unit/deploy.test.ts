import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import Check from '../../commands/check.js'
import Monitor from '../../commands/monitor.js'
import {commonFlags} from '../../src/cli/flags/flags.js'
import {listOf, textsOf} from '../../src/formats/decode.js'
import {MESH_OBJECTS} from '../../src/formats/kube/mesh-objects.js'
import {parseManifest} from '../../src/formats/kube-manifest/parse.js'
import {readPod} from '../../src/formats/kube-pod/parse.js'
import {kindOf} from '../../src/model/kube/kinds.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {isObjectFact} from '../../src/rules/facts.js'
import {RULES} from '../../src/rules/registry.js'
import {openFiles} from '../../src/sources/open.js'
import {kubernetesProblems} from '../support/official-schemas.js'

const FILES = ['rbac', 'cronjob', 'indexed-job', 'monitor'].map(name => `docs/deploy/${name}.yaml`)

describe('the manifests of docs/deploy', () => {
  test.each(FILES)('%s can be parsed', file => {
    const {objects, problems} = parseManifest(readFileSync(file))
    expect(problems).toEqual([])
    expect(objects.length).toBeGreaterThan(0)
  })

  test.each(FILES)('%s has only fields Kubernetes knows, of the right types', file => {
    expect(parseManifest(readFileSync(file)).objects.flatMap(kubernetesProblems)).toEqual([])
  })

  test('an unknown field or a wrong type is detected', () => {
    const [job] = parseManifest(readFileSync('docs/deploy/indexed-job.yaml')).objects
    expect(kubernetesProblems({...job, spec: {...(job as {spec?: object}).spec, paralelism: 5}})).toEqual([
      expect.stringContaining('"additionalProperty":"paralelism"'),
    ])
    expect(kubernetesProblems({...job, spec: {...(job as {spec?: object}).spec, completions: '5'}})).toHaveLength(1)
    expect(kubernetesProblems({...job, spec: {}})).toEqual([expect.stringContaining('"missingProperty":"template"')])
    expect(kubernetesProblems({apiVersion: 'batch/v1beta1', kind: 'CronJob'})).toEqual([
      'no schema of batch/v1beta1/CronJob',
    ])
  })

  test('roles only read, and never Secrets', () => {
    const {objects} = parseManifest(readFileSync('docs/deploy/rbac.yaml'))
    const rules = objects.filter(({kind}) => kind.endsWith('Role')).flatMap(object => listOf(object, 'rules'))
    expect(rules.length).toBeGreaterThan(5)
    for (const rule of rules) {
      expect(textsOf(rule, 'verbs')).toEqual(['get', 'list'])
      expect(textsOf(rule, 'resources')).not.toContain('secrets')
    }
  })

  test('the monitor may write Events, PolicyReports and its Lease, and otherwise only read; never Secrets', () => {
    const {objects} = parseManifest(readFileSync('docs/deploy/monitor.yaml'))
    const rules = objects.filter(({kind}) => kind.endsWith('Role')).flatMap(object => listOf(object, 'rules'))
    const writing = rules.filter(rule => textsOf(rule, 'verbs').some(verb => !['get', 'list', 'watch'].includes(verb)))
    expect(writing.flatMap(rule => textsOf(rule, 'resources'))).toEqual(['events', 'policyreports', 'leases'])
    expect(rules.flatMap(rule => textsOf(rule, 'resources'))).not.toContain('secrets')
  })

  test('the monitor reads what the role of check reads, and watches it', () => {
    const read = (file: string) =>
      parseManifest(readFileSync(file))
        .objects.filter(({kind}) => kind === 'ClusterRole')
        .flatMap(object => listOf(object, 'rules'))
        .filter(rule => textsOf(rule, 'verbs').includes('list'))
    const names = (file: string) => read(file).map(rule => [textsOf(rule, 'apiGroups'), textsOf(rule, 'resources')])
    expect(names('docs/deploy/monitor.yaml')).toEqual(names('docs/deploy/rbac.yaml'))
    for (const rule of read('docs/deploy/monitor.yaml')) expect(textsOf(rule, 'verbs')).toContain('watch')
  })

  test('the role reads every kind of object that rules need', () => {
    const {objects} = parseManifest(readFileSync('docs/deploy/rbac.yaml'))
    const granted = objects
      .filter(({kind}) => kind === 'ClusterRole')
      .flatMap(object => listOf(object, 'rules'))
      .flatMap(rule =>
        textsOf(rule, 'apiGroups').flatMap(group => textsOf(rule, 'resources').map(resource => `${group}/${resource}`)),
      )
    const asked = RULES.flatMap(({needs, needsToPass = [], uses = []}) => [...needs, ...needsToPass, ...uses])
    const kinds = [...new Set(asked.filter(isObjectFact))].map(name => kindOf(MESH_OBJECTS[name].kind))
    expect(kinds.length).toBeGreaterThan(8)
    const refused = kinds.filter(kind => {
      const [version = '', ...rest] = (kind?.apiVersion ?? '').split('/').reverse()
      const group = version === '' ? undefined : (rest[0] ?? '')
      return !granted.includes(`${group}/${kind?.resource}`) && !granted.includes(`${group}/*`)
    })
    expect(refused).toEqual([])
  })

  test('the jobs call check, and the Deployment monitor, with flags they have', () => {
    for (const file of FILES.slice(1)) {
      const monitors = file.endsWith('monitor.yaml')
      const {flags: own} = monitors ? Monitor : Check
      const all = {...own, ...commonFlags}
      const flags = [...Object.keys(all), ...Object.values(all).map(flag => ('char' in flag ? flag.char : ''))]
      const [pod] = parseManifest(readFileSync(file)).objects.flatMap(object => readPod(object) ?? [])
      const [command, ...rest] = pod?.containers[0]?.args ?? []
      expect(command).toBe(monitors ? 'monitor' : 'check')
      for (const word of rest.filter(each => each.startsWith('-'))) expect(flags).toContain(word.replace(/^-+/, ''))
    }
  })

  test('our own rules have no findings for them', async () => {
    const source = await openFiles(FILES)
    const objects = await checkTargets(source, [], {})
    const report = await checkReport(source, objects, {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: false,
      now: new Date(0),
    })
    expect(report.workloads.map(({workload}) => workload.kind).sort()).toEqual(['CronJob', 'Deployment', 'Job'])
    expect(report.workloads.flatMap(({findings}) => findings)).toEqual([])
  })
})
