import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {isObject, objectOf} from '../../src/formats/decode.js'
import {meshctl} from '../support/cli.js'

const manifest: unknown = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
const FIRST_WORDS = new Set(
  Object.entries(objectOf(manifest, 'commands') ?? {})
    .filter(([, command]) => isObject(command) && command.hidden !== true)
    .map(([id]) => id.split(':')[0] ?? ''),
)

describe('the first minute', () => {
  test('the name alone greets with three lines', async () => {
    const {code, stdout, stderr} = await meshctl([])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(stdout).toContain('meshctl tour')
    expect(stdout).toContain('meshctl --help')
  })

  test('help lists every command in a group, with a door for newcomers and the documentation', async () => {
    const {code, stdout} = await meshctl(['--help'])
    expect(code).toBe(0)
    const listed = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?:, [a-z]+)? {2,}\S/gm)].map(([, name]) => name)
    expect([...FIRST_WORDS].filter(name => !listed.includes(name))).toEqual([])
    expect(stdout.indexOf('Start here')).toBeLessThan(stdout.indexOf('Requests and policies'))
    expect(stdout).not.toMatch(/^More$/m)
    expect(stdout).toMatch(/Documentation +https:/)
    expect((await meshctl(['help'])).stdout).toBe(stdout)
  })

  test('the tour leads through five steps of the sample, and went well', async () => {
    const {code, stdout} = await meshctl(['tour'])
    expect(code).toBe(0)
    expect(stdout.match(/^Step \d of 5: /gm)).toEqual([1, 2, 3, 4, 5].map(at => `Step ${at} of 5: `))
    for (const fact of [
      'minimum_ring_size',
      'MCT1902',
      'missing in nat/PREROUTING',
      'demo/details-plaintext',
      'OK (mTLS to STRICT)',
    ])
      expect(stdout).toContain(fact)
  })

  test('help of a command: one line of usage, sentences, and where more is written', async () => {
    const {stdout} = await meshctl(['certs', '--help'])
    expect(stdout).toContain('USAGE\n  $ meshctl certs [flags]\n')
    expect(stdout).toContain('Show the certificates of a namespace, the worst first.')
    expect(stdout).toMatch(/Documentation:\s+https:\S+\/docs\/commands\/certs\.md/)
  })
})

describe('settings', () => {
  test('a variable is the default of its flag, and a flag wins', async () => {
    const env = {MESHCTL_FROM: 'sample', MESHCTL_NAMESPACE: 'istio-system', MESHCTL_OUTPUT: 'name', MESHCTL_QUIET: '1'}
    expect((await meshctl(['certs'], {env})).stdout).toBe('istio-ingressgateway-b7675f4d8-w8l4b.istio-system\n')
    expect((await meshctl(['certs', 'ns/demo', '-o', 'csv'], {env})).stdout).toContain('POD,STATUS,')
  })

  test('a broken file of settings is one sentence and 2', async () => {
    const {code, stderr} = await meshctl(['rules'], {env: {MESHCTL_CONFIG: '/nonexistent/config.yaml'}})
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: cannot read \/nonexistent\/config\.yaml: no such file or directory\n/)
  })

  test('without Unicode, trees are drawn in ASCII', async () => {
    const argv = ['iptables', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample']
    const {stdout} = await meshctl(argv, {env: {LC_ALL: 'C'}})
    expect(stdout).toContain('|- ')
    expect(stdout).not.toMatch(/[├└│…→]/)
  })

  test('-q leaves out the remarks, not what could not be checked', async () => {
    const argv = ['iptables', 'deploy/sick-drift-v1', '--from', 'sample']
    expect((await meshctl(argv)).stderr).toContain('using sick-drift')
    const {stderr} = await meshctl([...argv, '-q'])
    expect(stderr).not.toContain('using')
    expect(stderr).toContain('not checked: ')
  })

  test.each([
    [
      'the pod that was chosen',
      ['authz', 'test', 'deploy/sleep', 'ratings:9080', '-n', 'demo', '--from', 'sample'],
      'using',
    ],
    ['that no cluster was used', ['analyze', 'test/fixtures/analyzer-inputs/delegates.yaml'], 'no cluster was used'],
  ])('-q leaves out %s', async (_, argv, remark) => {
    const env = {KUBECONFIG: '/nonexistent'}
    expect((await meshctl(argv, {env})).stderr).toContain(remark)
    expect((await meshctl([...argv, '-q'], {env})).stderr).not.toContain(remark)
  })
})

describe('where it cannot run as usual', () => {
  test('an old Node: one line says which is needed, and 2', () => {
    const old = `Object.defineProperty(process.versions, 'node', {value: '18.20.8'}); require('./bin/run.js')`
    const {status, stdout, stderr} = spawnSync(process.execPath, ['-e', old], {encoding: 'utf8'})
    expect({status, stdout}).toEqual({status: 2, stdout: ''})
    expect(stderr).toBe('Error: meshctl needs Node 20 or newer; this is Node 18.20.8.\n')
  })

  test('a current folder that was removed: what needs none works', () => {
    const argv = ['check', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample', '-o', 'short']
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"'
    const program = [process.execPath, join(process.cwd(), 'bin/run.js'), ...argv]
    const {status, stdout} = spawnSync('sh', ['-c', script, 'sh', ...program], {encoding: 'utf8'})
    expect({status, stdout: stdout.slice(0, 38)}).toEqual({status: 0, stdout: 'Deployment demo/reviews-v1: 0 errors, '})
  })

  test('a full disk: one line, and 2', () => {
    const script = 'exec "$0" bin/run.js check -n demo --from sample > /dev/full'
    const {status, stderr} = spawnSync('sh', ['-c', script, process.execPath], {encoding: 'utf8'})
    expect({status, stderr}).toEqual({status: 2, stderr: 'Error: cannot write the output: the disk is full\n'})
  })

  test('no cluster: the next step is the own command line, complete', async () => {
    const env = {KUBECONFIG: '/nonexistent', HOME: '/nonexistent'}
    const {code, stderr} = await meshctl(['iptables', 'deploy/x', '-n', 'demo'], {env})
    expect(code).toBe(2)
    expect(stderr).toContain('Next: meshctl iptables deploy/x -n demo --from sample\n')
    expect((await meshctl(['check', 'package.json'], {env})).stderr).toContain('Next: meshctl check -f package.json\n')
  })
})
