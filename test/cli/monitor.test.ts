import {spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, describe, expect, test} from '@jest/globals'
import {stringify} from 'yaml'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {type ChurningApi, churningApi} from '../support/churning-api.js'
import {NODE, RUN} from '../support/cli.js'
import {sidecarPod} from '../support/sidecar-pod.js'

interface Running {
  readonly api: ChurningApi
  /** Waits until a stream holds this text. */
  until(stream: 'stdout' | 'stderr', text: RegExp): Promise<string>
  /** Its exit code, once it ended by itself. */
  readonly ended: Promise<number | null>
  end(signal: NodeJS.Signals): Promise<{readonly code: number | null; readonly stdout: string; readonly stderr: string}>
}

const closers: (() => Promise<void>)[] = []

async function monitoring(objects: readonly KubeObject[], argv: readonly string[]): Promise<Running> {
  const api = await churningApi(objects)
  const folder = await mkdtemp(join(tmpdir(), 'meshctl-test-'))
  const config = join(folder, 'config')
  await writeFile(
    config,
    stringify({
      ...{apiVersion: 'v1', kind: 'Config', 'current-context': 'c'},
      clusters: [{name: 'c', cluster: {server: api.url}}],
      users: [{name: 'u', user: {token: 't'}}],
      contexts: [{name: 'c', context: {cluster: 'c', user: 'u', namespace: 'shop'}}],
    }),
  )
  const child = spawn(NODE, [RUN, 'monitor', '--kubeconfig', config, ...argv], {cwd: folder})
  const texts = {stdout: '', stderr: ''}
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  closers.push(async () => {
    child.kill('SIGKILL')
    await exited
    await api.close()
    await rm(folder, {recursive: true, force: true})
  })
  return {
    api,
    ended: exited,
    until: (stream, text) =>
      new Promise((resolve, reject) => {
        const look = () => (text.test(texts[stream]) ? resolve(texts[stream]) : undefined)
        child[stream].on('data', look)
        void exited.then(code => reject(new Error(`ended with ${code}: ${texts.stderr}`)))
        look()
      }),
    async end(signal) {
      child.kill(signal)
      return {code: await exited, ...texts}
    },
  }
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

describe('meshctl monitor', () => {
  test('prints what begins and ends, serves metrics, changes nothing, and ends with 0 on SIGTERM', async () => {
    const {api, until, end} = await monitoring(
      [sidecarPod('a', 1337)],
      ['--only', 'MCT1001', '--settle', '0', '--listen', '127.0.0.1:0'],
    )
    await until('stderr', /checked 1 pod; watching/)
    const [, address = ''] = /metrics at (\S+)/.exec(await until('stderr', /metrics at/)) ?? []
    const metrics = await (await fetch(address)).text()
    expect(metrics).toMatch(
      /^meshctl_findings\{namespace="shop",kind="StatefulSet",name="a",code="MCT1001",severity="error"\} 1$/m,
    )
    expect(metrics).toMatch(/^meshctl_monitor_pods 1$/m)
    expect((await fetch(address.replace('/metrics', '/readyz'))).status).toBe(200)
    expect((await fetch(address, {method: 'POST'})).status).toBe(405)
    expect((await fetch(address.replace('/metrics', '/secrets'))).status).toBe(404)
    await api.put(sidecarPod('a', 1000))
    await until('stdout', /RESOLVED MCT1001 StatefulSet shop\/a/)
    const {code, stdout} = await end('SIGTERM')
    expect(stdout.split('\n').map(line => line.replace(/^\S+ /, '').slice(0, 32))).toEqual([
      'ERROR MCT1001 StatefulSet shop/a',
      'RESOLVED MCT1001 StatefulSet sho',
      '',
    ])
    expect(code).toBe(0)
    expect(api.written).toEqual([])
  })

  test.each([
    ['1 with a finding', 1337, [], 1],
    ['0 with none', 1000, [], 0],
    ['1 while one is still there after the second round', 1337, ['--resync', '1s', '--rounds', '2'], 1],
  ])('after the last of so many rounds it exits as check does: %s', async (_name, uid, more, code) => {
    const argv = ['--only', 'MCT1001', '--settle', '0', ...(more.length === 0 ? ['--rounds', '1'] : more)]
    const {ended} = await monitoring([sidecarPod('a', uid)], argv)
    expect(await ended).toBe(code)
  })

  test('-o json prints a document a line; Ctrl-C ends it with 130', async () => {
    const {until, end} = await monitoring([sidecarPod('a', 1337)], ['--only', 'MCT1001', '-o', 'json'])
    await until('stdout', /\n/)
    const {code, stdout} = await end('SIGINT')
    const change = JSON.parse(stdout) as {readonly finding: object}
    expect(change).toMatchObject({kind: 'FindingChange', state: 'found', finding: {code: 'MCT1001', slug: 'proxy-uid'}})
    expect(code).toBe(130)
  })

  test('with their flags it writes Events and PolicyReports, as the holder of a Lease', async () => {
    const flags = ['--events', '--policy-reports', '--leader-elect', '--lease-namespace', 'ops']
    const {api, until, end} = await monitoring([], ['--only', 'MCT1001', '--settle', '0', ...flags])
    await until('stderr', /leading: this monitor writes/)
    await api.put(sidecarPod('b', 1337))
    await until('stdout', /ERROR MCT1001 StatefulSet shop\/b/)
    await api.put(sidecarPod('b', 1000))
    await until('stdout', /RESOLVED/)
    await end('SIGTERM')
    const paths = api.written.map(({method, path}) => `${method} ${path}`)
    expect(paths.slice(0, 3)).toEqual([
      'POST /apis/coordination.k8s.io/v1/namespaces/ops/leases',
      'POST /api/v1/namespaces/shop/events',
      'PATCH /apis/wgpolicyk8s.io/v1alpha2/namespaces/shop/policyreports/meshctl',
    ])
    expect(api.written[1]?.body).toMatchObject({
      involvedObject: {apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'b'},
      reason: 'MCT1001',
      type: 'Warning',
    })
    expect(api.written[2]?.body).toMatchObject({kind: 'PolicyReport', summary: {fail: 1}})
  })

  test('-o of another form is a usage error, and a bundle is not a cluster', async () => {
    const yaml = await monitoring([], ['-o', 'yaml'])
    expect(await yaml.end('SIGCONT')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Use one of lines, json.'),
    })
    const sample = await monitoring([], ['--from', 'sample'])
    expect(await sample.end('SIGCONT')).toMatchObject({code: 2, stderr: expect.stringContaining('does not change')})
  })
})
