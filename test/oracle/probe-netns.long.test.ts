import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {errorsReport} from '../../src/reports/errors/report.js'
import {reportExitCode} from '../../src/reports/report.js'
import {probeReport} from '../../src/reports/verify/probe-report.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {hasEnvoy} from '../support/envoy-oracle/envoy.js'
import {type NetnsMesh, netnsMesh} from '../support/netns-mesh.js'
import {canBuildTopology} from '../support/netns-topology.js'
import {sampleSource} from '../support/sample.js'
import {skipUnless} from '../support/skip-unless.js'

const CLIENT = {namespace: 'demo', name: 'client'}
const SERVER = {namespace: 'demo', name: 'server'}

/** The rules istio-init set up in a recorded pod. */
async function recordedRules(): Promise<string> {
  const sample = await sampleSource()
  const {pod} = await resolveSubject(sample, {name: 'deploy/sleep', namespace: 'demo'})
  const saved = await sample.evidence('net.iptables.nft', pod)
  if (!saved.ok) throw new Error(saved.gap.detail)
  return Buffer.from(saved.value.bytes).toString('utf8')
}

const {describe, test} = skipUnless(hasEnvoy() && canBuildTopology(), 'an Envoy, root, and iptables')

describe('two pods with real sidecars', () => {
  let mesh: NetnsMesh
  let folder = ''
  let sent = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'meshctl-netns-'))
    mesh = await netnsMesh(folder, await recordedRules())
  }, 60_000)

  afterAll(async () => {
    await mesh?.close()
    rmSync(folder, {recursive: true, force: true})
  })

  async function probed(path: string) {
    sent++
    return await probeReport(mesh.cluster.source, CLIENT, {
      to: `http://server:8080${path}`,
      flags: {},
      istioNamespace: 'istio-system',
      requestId: `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`,
      announce: async () => {},
      sleep: pause,
    })
  }

  test('a request comes through both proxies, as predicted: answer, both logs, rules and counters show it', async () => {
    const report = await probed('/a')
    expect(report.answer.status).toBe(200)
    expect(report.cameTrue).toMatchObject({outcome: 'delivered', status: 200})
    expect(reportExitCode(report)).toBe(0)
    expect(report.proof.map(([name]) => name)).toContain('x-envoy-upstream-service-time')
    expect(report.lines.map(({pod, entry}) => [pod.name, entry.code])).toEqual([
      ['client', '200'],
      ['server', '200'],
    ])
    const [client, server] = report.counters
    expect(client?.rules.map(({at, text}) => [at, text])).toContainEqual([
      'ip/nat/ISTIO_REDIRECT',
      expect.stringContaining('--to-ports 15001'),
    ])
    expect(server?.rules.map(({at, text}) => [at, text])).toContainEqual([
      'ip/nat/ISTIO_IN_REDIRECT',
      expect.stringContaining('--to-ports 15006'),
    ])
    expect(client?.stats).toContainEqual({
      name: 'cluster.outbound|8080||server.demo.svc.cluster.local.upstream_rq_200',
      by: 1,
    })
  }, 60_000)

  test('reality that leaves the prediction is said, with the field where it does', async () => {
    const report = await probed('/status/404')
    expect(report.cameTrue).toBeUndefined()
    expect(report.parted).toContainEqual(expect.objectContaining({field: 'status', actual: '404', expected: '200'}))
    expect(reportExitCode(report)).toBe(1)
  }, 60_000)

  test('a server that lost its rules is reached past its proxy, as the rules that are there predict', async () => {
    const jump = ['PREROUTING', '-p', 'tcp', '-j', 'ISTIO_INBOUND']
    mesh.run('server', ['iptables', '-t', 'nat', '-D', ...jump])
    const report = await probed('/direct')
    mesh.run('server', ['iptables', '-t', 'nat', '-A', ...jump])
    expect(report.answer.status).toBe(200)
    expect(report.lines.map(({pod}) => pod.name)).toEqual(['client'])
    const hops = report.cameTrue?.steps.map(({hop}) => hop)
    expect(hops).toContain('client-proxy')
    expect(hops).not.toContain('server-proxy')
  }, 60_000)

  test('an application that does not listen is predicted, refused, and named by errors', async () => {
    await mesh.stopApplication()
    const report = await probed('/b')
    expect(report.answer.status).toBe(503)
    expect(report.cameTrue).toMatchObject({status: 503})
    expect(report.lines.find(({pod}) => pod.name === 'server')?.entry.flags).toContain('UF')
    const errors = await errorsReport(mesh.cluster.source, {
      istioNamespace: 'istio-system',
      namespace: 'demo',
      pods: [CLIENT, SERVER],
      sinceMs: undefined,
    })
    const group = errors.groups.find(({flags}) => flags.includes('UF'))
    expect(JSON.stringify(group?.why)).toMatch(/nothing listens on 10\.60\.0\.2 port 8080/)
  }, 60_000)
})
