import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import Check from '../../commands/check.js'
import {listOf, textsOf} from '../../src/formats/decode.js'
import {parseObjects} from '../../src/formats/kube-manifest/parse.js'
import {readPod} from '../../src/formats/kube-pod/parse.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets.js'
import {RULES} from '../../src/rules/registry.js'
import {openFiles} from '../../src/sources/open.js'

const FILES = ['rbac', 'cronjob', 'indexed-job'].map(name => `docs/deploy/${name}.yaml`)

describe('the manifests of docs/deploy', () => {
  test.each(FILES)('%s can be read whole', file => {
    const {objects, problems} = parseObjects(readFileSync(file), file)
    expect(problems).toEqual([])
    expect(objects.length).toBeGreaterThan(0)
  })

  test('roles only read, and never Secrets', () => {
    const {objects} = parseObjects(readFileSync('docs/deploy/rbac.yaml'), 'rbac')
    const rules = objects.filter(({kind}) => kind.endsWith('Role')).flatMap(object => listOf(object, 'rules'))
    expect(rules.length).toBeGreaterThan(5)
    for (const rule of rules) {
      expect(textsOf(rule, 'verbs')).toEqual(['get', 'list'])
      expect(textsOf(rule, 'resources')).not.toContain('secrets')
    }
  })

  test('the jobs call check with flags it has', () => {
    const flags = [...Object.keys(Check.flags), ...Object.values(Check.flags).map(flag => flag.char ?? '')]
    for (const file of FILES.slice(1)) {
      const [pod] = parseObjects(readFileSync(file), file).objects.map(readPod)
      const [command, ...rest] = pod?.containers[0]?.args ?? []
      expect(command).toBe('check')
      for (const word of rest.filter(each => each.startsWith('-'))) expect(flags).toContain(word.replace(/^-+/, ''))
    }
  })

  test('our own rules find nothing wrong with them', async () => {
    const source = await openFiles(FILES)
    const objects = await checkTargets(source, [], {})
    const report = await checkReport(source, objects, {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: false,
      now: new Date(0),
    })
    expect(report.workloads.map(({workload}) => workload.kind).sort()).toEqual(['CronJob', 'Job'])
    expect(report.workloads.flatMap(({findings}) => findings)).toEqual([])
  })
})
