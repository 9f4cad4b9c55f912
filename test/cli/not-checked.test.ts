import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {meshctl, NODE, RUN} from '../support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-not-checked-'))
afterAll(() => rmSync(folder, {recursive: true}))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** A command against the sample mesh, served to a user who may read pods and nothing else. */
function withPodsOnly(...argv: readonly string[]) {
  const role = file(
    'role.yaml',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: pods}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]\n',
  )
  return meshctl(['serve', '--from', 'sample', '--role', role, '--', NODE, RUN, ...argv])
}

describe('what was not checked never looks like fine', () => {
  test('errors: without a readable log, the first line says so', async () => {
    const run = await withPodsOnly('errors', '-n', 'demo')
    expect(run.stdout.split('\n')[0]).toMatch(/^not checked: no access log could be read/)
    expect(run.stdout).not.toContain('nothing fails')
    expect(run.code).toBe(3)
  })

  test('certs: each proxy that could not be asked is named', async () => {
    const run = await withPodsOnly('certs')
    expect(run.stderr).toContain('certificates of reviews-v1-ccf5b6b84-9cj4v.demo')
    expect(run.code).toBe(3)
  })

  test('analyze: kinds that are forbidden leave the answer open', async () => {
    const run = await withPodsOnly('analyze', '-n', 'istio-system', '--skip', 'IST0144')
    expect(run.stderr).toMatch(/not evaluated: .*forbidden/)
    expect(run.code).toBe(3)
  })

  test.each([
    ['text', 'hello\n'],
    ['an empty file', ''],
    ['half a config_dump', '{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"}, {'],
  ])('analyze: %s holds nothing to analyze', async (_what, text) => {
    const run = await meshctl(['analyze', file('input.txt', text)])
    expect(run.stderr).toContain('contains no Kubernetes objects')
    expect(run.stderr).toContain('Next: meshctl read')
    expect(run).toMatchObject({code: 2, stdout: ''})
  })

  test.each([
    ['trace', '--out', 'http://reviews:9080/'],
    ['proxy-config', 'ecds'],
  ])('%s of a config_dump that was cut leaves the answer open', async (...argv) => {
    const {stdout} = await meshctl(['pc', 'all', 'deploy/reviews-v1', '--from', 'sample', '-o', 'raw'])
    const filters = {'@type': 'type.googleapis.com/envoy.admin.v3.EcdsConfigDump', ecds_filters: []}
    const dump = JSON.parse(stdout) as {readonly configs: readonly unknown[]}
    const whole = JSON.stringify({configs: [filters, ...dump.configs]}, undefined, 1)
    const run = await meshctl([
      ...argv,
      '-f',
      file('dump.json', whole.slice(0, whole.length * 0.7).replace(/[\s}\]]+$/, '')),
    ])
    expect(run.stderr).toMatch(/not checked: .*incomplete/)
    expect(run.code).toBe(3)
  })
})
