import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {cleanEnv, meshctl, NODE, RUN} from '../support/cli.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-capture-cli-'))
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

describe('capture', () => {
  test('one pod of the sample, captured and read back', async () => {
    const to = join(folder, 'one.tgz')
    const run = await meshctl(['capture', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample', '--to', to])
    expect(run).toMatchObject({code: 0, stderr: ''})
    expect(run.stdout).toMatch(/one\.tgz: 1 pod, \d+(\.\d)? kB, redacted\n/)
    expect(run.stdout).toContain(`Use it with --from ${to}`)
    expect(statSync(to).mode & 0o777).toBe(0o600)
    const question = ['proxy-config', 'listener', 'deploy/reviews-v1', '-n', 'demo']
    const [first, again] = [
      await meshctl([...question, '--from', 'sample']),
      await meshctl([...question, '--from', to]),
    ]
    expect(again).toMatchObject({code: first.code, stdout: first.stdout})
  })

  test('two proxies that never connected are not a failure of the capture: the reason is shown, the bundle there', async () => {
    const to = join(folder, 'all.tgz')
    const run = await meshctl(['capture', '-A', '--with', 'istiod', '--from', 'sample', '--to', to, '-o', 'json'])
    expect(run.code).toBe(0)
    const report = JSON.parse(run.stdout) as {
      kind: string
      pods: number
      evidence: {what: string; missing: {reason: string}[]}[]
    }
    expect([report.kind, report.pods]).toEqual(['CaptureReport', 28])
    expect(report.evidence.find(({what}) => what === "istiod's configuration for this proxy")?.missing).toContainEqual(
      expect.objectContaining({reason: 'not-applicable', count: 2}),
    )
    expect(existsSync(to)).toBe(true)
  })

  test.each([
    [['--to', '/nonexistent/folder/x.tgz'], 'cannot write /nonexistent/folder/x.tgz'],
    [['--to', 'x.tgz', '-n', 'nowhere'], 'no pods to capture in namespace nowhere of the sample mesh'],
    [['--to', 'x.tgz', 'deploy/nosuch'], '"nosuch" not found in the "demo" namespace'],
    [['--to', 'x.zip', 'deploy/reviews-v1'], 'a bundle is a compressed tar, not a zip file'],
  ])('%p is one clear error and leaves no file', async (argv, message) => {
    const run = await meshctl(['capture', '--from', 'sample', ...argv], {cwd: folder})
    expect(run).toMatchObject({code: 2, stdout: ''})
    expect(run.stderr).toContain(message)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('where capture writes', () => {
  test('without --to the bundle is named after the time', async () => {
    const run = await meshctl(['capture', 'deploy/reviews-v1', '--from', 'sample'], {cwd: folder})
    const [name = ''] = readdirSync(folder)
    expect(name).toMatch(/^incident-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tgz$/)
    expect(run.stdout).toContain(name)
  })

  test('--to - is standard output, with nothing else in it', async () => {
    const out = join(folder, 'piped.tgz')
    const argv = ['bin/run.js', 'capture', 'deploy/reviews-v1', '--from', 'sample', '--to', '-']
    const {status, stdout} = spawnSync(process.execPath, argv, {maxBuffer: 1 << 26})
    expect(status).toBe(0)
    writeFileSync(out, stdout)
    const replayed = await meshctl(['check', 'deploy/reviews-v1', '--from', out, '-o', 'short'])
    expect(replayed.stdout).toContain('Deployment demo/reviews-v1: 0 errors')
    expect(existsSync('-')).toBe(false)
  })
})

test('Ctrl-C ends the copy to a reader that does not read, with nothing left behind', async () => {
  const argv = [RUN, 'capture', '-A', '--from', 'sample', '--to', '-']
  const child = spawn(NODE, argv, {env: cleanEnv({TMPDIR: folder}), stdio: ['ignore', 'pipe', 'ignore']})
  // The first bytes say that the copy has begun; nothing more is read, so the pipe is full and the program blocked.
  await once(child.stdout, 'readable')
  child.kill('SIGINT')
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect([signal, readdirSync(folder)]).toEqual(['SIGINT', []])
  child.stdout.destroy()
})

describe('can-i', () => {
  test('without a cluster it shows what one would have to grant', async () => {
    const run = await meshctl(['can-i', 'version', '--from', 'sample'])
    expect(run).toMatchObject({
      code: 0,
      stderr: 'the sample mesh needs no permissions; on a cluster you would need:\n',
    })
    expect(run.stdout).toContain('get, create pods/portforward (namespace istio-system)')
  })

  test('on a served mesh the answer is yes, and the role is YAML for kubectl', async () => {
    const run = await meshctl([
      'serve',
      '--from',
      'sample',
      '--',
      process.execPath,
      'bin/run.js',
      'can-i',
      'proxy-config',
      '-n',
      'demo',
    ])
    expect(run).toMatchObject({code: 0, stderr: ''})
    expect(run.stdout).toMatch(/proxy-config\s+yes/)
    const role = await meshctl(['can-i', 'iptables', '-n', 'demo', '-o', 'role', '--from', 'sample'])
    expect(role.stdout).toMatch(
      /^apiVersion: rbac\.authorization\.k8s\.io\/v1\nkind: Role\nmetadata:\n {2}name: meshctl\n {2}namespace: demo\n/,
    )
  })

  test('an unknown command is named with those that are known', async () => {
    const run = await meshctl(['can-i', 'nosuch', '--from', 'sample'])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(
      /Choose from (?:[a-z-]+, )*capture, (?:[a-z-]+, )*check, check-inject, (?:[a-z-]+, )*describe, diff, /,
    )
  })
})
