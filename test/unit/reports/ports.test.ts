import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {portsReport} from '../../../src/reports/ports/report.js'
import {portsView} from '../../../src/reports/ports/view.js'
import {openFiles} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {expectGolden} from '../../support/golden.js'
import {memorySource} from '../../support/memory-source.js'

const SAMPLE = 'src/sample/mesh.tgz'
const IMPLIED = {namespace: '', name: 'x', implied: true}
const LAYOUT = {width: 120, colour: false, headers: true}

async function shown(source: Source, name: string, form?: string): Promise<string> {
  const {pod} = await resolveSubject(source, {name, namespace: 'demo'})
  const report = await portsReport(source, pod)
  return String(await rendered(report, portsView, formOf(form, portsView), LAYOUT, false))
}

async function verdicts(source: Source, name: string): Promise<Record<string, string>> {
  const {pod} = await resolveSubject(source, {name, namespace: 'demo'})
  const {rows} = await portsReport(source, pod)
  return Object.fromEntries(rows.map(row => [`${row.port}/${row.protocol}`, row.verdict]))
}

describe('the sample mesh', () => {
  test('what each planted sickness does to its ports', async () => {
    const source = await openFiles([SAMPLE])
    expect(await verdicts(source, 'deploy/productpage-v1')).toMatchObject({
      '9080/tcp': 'reachable',
      '15001/tcp': 'mesh',
    })
    expect(await verdicts(source, 'deploy/details-v1')).toMatchObject({
      '9080/tcp': 'reachable',
      '9090/tcp': 'not listening',
    })
    expect(await verdicts(source, 'deploy/sick-port-v1')).toMatchObject({
      '9080/tcp': 'reachable',
      '15006/tcp': 'clash',
      '15020/tcp': 'mesh',
    })
    expect(await verdicts(source, 'deploy/sick-loopback-v1')).toMatchObject({'9080/tcp': 'loopback only'})
    expect(await verdicts(source, 'deploy/sick-noinject-v1')).toEqual({'9080/tcp': 'plain'})
    expect(await verdicts(source, 'deploy/sick-notready-v1')).toMatchObject({'9080/tcp': 'not started'})
  })

  test.each(['details-v1', 'sick-port-v1', 'sick-loopback-v1'])('%s as a table', async name => {
    expectGolden(`src/reports/ports/golden/${name}.txt`, await shown(await openFiles([SAMPLE]), `deploy/${name}`))
  })

  test('details as wide, json and one line', async () => {
    const source = await openFiles([SAMPLE])
    expectGolden('src/reports/ports/golden/details-v1.wide.txt', await shown(source, 'deploy/details-v1', 'wide'))
    expectGolden('src/reports/ports/golden/details-v1.json', await shown(source, 'deploy/details-v1', 'json'))
    expect(await shown(source, 'deploy/details-v1', 'short')).toMatch(
      /1 of 2 declared ports are reachable through the mesh\.\n$/,
    )
  })
})

describe('a list of sockets alone', () => {
  test.each(['ss-lntup-root', 'netstat-ntulp-root', 'proc-net-combined', 'lsof'])('%s needs no pod', async name => {
    const source = await openFiles([`src/formats/sockets/samples/${name}.txt`])
    const report = await portsReport(source, source.impliedSubject ?? {namespace: '', name: ''})
    const of = (port: number) => report.rows.find(row => row.port === port && row.protocol === 'tcp')
    expect(report.mode).toBe('sidecar')
    expect(of(15006)).toMatchObject({verdict: 'mesh', sockets: [{count: 2}]})
    expect(of(8080)?.verdict).toBe('unknown')
    expect(of(7070)?.verdict).toBe('private')
    expect(report.failing).toBe(false)
  })

  const row = (address: string, port: number, owner = '-') =>
    `tcp        0      0 ${address}:${port}           0.0.0.0:*               LISTEN      ${owner}`
  const list = (...rows: readonly string[]) =>
    memorySource({
      evidence: {
        'net.sockets': `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\n${rows.join('\n')}\n`,
      },
    })

  test.each([
    ['ztunnel without owners', [row('0.0.0.0', 15001), row('0.0.0.0', 15006), row('0.0.0.0', 15008)], 'ambient'],
    ['ztunnel by name', [row('0.0.0.0', 15001, '7/ztunnel'), row('0.0.0.0', 15006, '7/ztunnel')], 'ambient'],
    ['a sidecar without owners', [row('0.0.0.0', 15001), row('0.0.0.0', 15008), row('0.0.0.0', 15021)], 'sidecar'],
    ['envoy by name', [row('0.0.0.0', 15001, '7/envoy'), row('0.0.0.0', 15008, '7/envoy')], 'sidecar'],
    ['another program on the port', [row('0.0.0.0', 15001, '7/app')], 'unknown'],
  ])('%s', async (_, rows, mode) => {
    const report = await portsReport(list(...rows), {namespace: '', name: 'x', implied: true})
    expect(report.mode).toBe(mode)
  })

  test('localhost is loopback', async () => {
    const report = await portsReport(list(row('localhost', 15053), row('0.0.0.0', 15001)), {
      namespace: '',
      name: 'x',
      implied: true,
    })
    expect(report.rows.map(({port, sockets}) => [port, sockets[0]?.address])).toEqual([
      [15001, '0.0.0.0'],
      [15053, '127.0.0.1'],
    ])
  })

  test('where nothing listens on 15006, 15001 takes both directions', async () => {
    const report = await portsReport(list(row('0.0.0.0', 15001), row('127.0.0.1', 15000)), {
      namespace: '',
      name: 'x',
      implied: true,
    })
    expect(report.rows.find(({port}) => port === 15001)?.reserved?.purpose).toBe('Envoy capture, inbound and outbound')
  })

  // No pod and no Service is known: what they declare, and without the capture ports the mode, cannot be known.
  test.each([
    'UNCONN 0 0 0.0.0.0:8125 0.0.0.0:* users:(("app",pid=9388,fd=11))',
    'LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:* users:(("app",pid=9388,fd=11))',
    'tcp LISTEN 0 128 0.0.0.0:15006 0.0.0.0:* users:(("app",pid=7,fd=3))',
  ])('nothing is claimed from what a list of sockets cannot hold: %s', async line => {
    const head = 'State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n'
    const source = memorySource({evidence: {'net.sockets': line.startsWith('tcp') ? `${line}\n` : `${head}${line}\n`}})
    const report = await portsReport(source, {namespace: '', name: 'x', implied: true})
    expect(report.mode).toBe('unknown')
    expect(report.problems).toEqual([])
    expect(report.gaps.map(({what, reason}) => [what, reason])).toEqual([
      ['Pod objects', 'not-captured'],
      ['Service objects', 'not-captured'],
    ])
    const text = String(await rendered(report, portsView, formOf(undefined, portsView), LAYOUT, false))
    expect(text).toContain('mesh membership unknown; 1 port is open')
    expect(text).not.toMatch(/none declared|not declared|not in the mesh/)
  })

  test("a config_dump alone shows Envoy's own listeners, and says so", async () => {
    const source = await openFiles([SAMPLE])
    const {pod} = await resolveSubject(source, {name: 'deploy/productpage-v1', namespace: 'demo'})
    const [dump, page] = [
      await source.evidence('envoy.config_dump', pod),
      await source.evidence('envoy.listeners', pod),
    ]
    if (!dump.ok || !page.ok) throw new Error('the sample holds both')
    const report = await portsReport(memorySource({evidence: {'envoy.config_dump': dump.value.bytes}}), IMPLIED)
    const same = await portsReport(memorySource({evidence: {'envoy.listeners': page.value.bytes}}), IMPLIED)
    expect(report.mode).toBe('sidecar')
    expect(report.rows.map(row => row.port)).toEqual(same.rows.map(row => row.port))
    expect(report.notes).toEqual([
      "only Envoy's own listeners are shown, those of its config_dump that it binds: the application's sockets are not in it",
    ])
    expect(report.gaps.map(gap => gap.what)).toContain('listening sockets')
  })

  test('a file that is none is one error that says so', async () => {
    const source = memorySource({evidence: {'net.sockets': 'hello'}})
    await expect(portsReport(source, {namespace: '', name: 'x', implied: true})).rejects.toThrow(
      'it is not the output of ss, netstat, lsof or /proc/net',
    )
  })
})

describe('when nothing in the pod can list sockets', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'p', namespace: 'demo', labels: {app: 'p'}},
    spec: {
      containers: [
        {name: 'istio-proxy', args: ['proxy', 'sidecar']},
        {name: 'app', ports: [{containerPort: 8080}]},
      ],
    },
    status: {phase: 'Running'},
  }
  const ref = {namespace: 'demo', name: 'p'}

  test("Envoy's own listeners stand in, and the application's ports stay unknown", async () => {
    const listeners = {
      listener_statuses: [
        {name: 'virtualInbound', local_address: {socket_address: {address: '0.0.0.0', port_value: 15006}}},
        {name: '0.0.0.0_8080', local_address: {socket_address: {address: '0.0.0.0', port_value: 8080}}},
      ],
    }
    const source = memorySource({objects: [pod], evidence: {'envoy.listeners': JSON.stringify(listeners)}})
    const report = await portsReport(source, ref)
    expect(report.rows.map(row => [row.port, row.verdict])).toEqual([
      [8080, 'unknown'],
      [15006, 'mesh'],
    ])
    expect(report.notes[0]).toContain("only Envoy's own listeners")
    expect(report.gaps.map(gap => gap.reason)).toContain('not-captured')
    const [headline] = String(await rendered(report, portsView, 'table', {...LAYOUT, width: 200}, false)).split('\n')
    expect(headline).toBe(
      'p.demo has a sidecar; the open ports could not be listed; whether 1 declared port is reachable is not known. Envoy itself listens on 1 port.',
    )
  })

  test('neither sockets nor listeners: the headline counts nothing', async () => {
    const report = await portsReport(memorySource({objects: [pod]}), ref)
    const [headline] = String(await rendered(report, portsView, 'table', {...LAYOUT, width: 200}, false)).split('\n')
    expect(headline).toBe(
      'p.demo has a sidecar; the open ports could not be listed; whether 1 declared port is reachable is not known.',
    )
  })

  test('a damaged list is a gap, though /proc/net answers in its place', async () => {
    const proc = readFileSync(resolve('src/formats/sockets/samples/proc-net-combined.txt'), 'utf8')
    const gap = {what: 'listening sockets', reason: 'unreadable', detail: 'blob x does not match its checksum'} as const
    const report = await portsReport(
      memorySource({objects: [pod], evidence: {'net.sockets': gap, 'net.proc': proc}}),
      ref,
    )
    expect(report.gaps).toContainEqual(gap)
    expect(report.seenBy).toBe('proc-net')
  })

  test('the uid from /proc/net gives the owner away when processes are hidden', async () => {
    const proc = readFileSync(resolve('src/formats/sockets/samples/proc-net-combined.txt'), 'utf8')
    const sockets = readFileSync(resolve('src/formats/sockets/samples/ss-ltn.txt'), 'utf8')
    const source = memorySource({objects: [pod], evidence: {'net.sockets': sockets, 'net.proc': proc}})
    const report = await portsReport(source, ref)
    expect(report.rows.find(row => row.port === 15090)?.sockets[0]?.uid).toBe(1337)
    expect(report.rows.find(row => row.port === 8080)).toMatchObject({verdict: 'reachable', sockets: [{uid: 1000}]})
  })

  test('before Istio 1.10 a loopback server was within reach', async () => {
    const old = structuredClone(pod)
    Object.assign(old.spec.containers[0] ?? {}, {image: 'docker.io/istio/proxyv2:1.9.3'})
    const sockets = 'tcp LISTEN 0 128 127.0.0.1:8080 0.0.0.0:* users:(("app",pid=7,fd=3))\n'
    const verdictOf = async (object: typeof pod) =>
      (await portsReport(memorySource({objects: [object], evidence: {'net.sockets': sockets}}), ref)).rows[0]?.verdict
    expect(await verdictOf(old)).toBe('reachable')
    expect(await verdictOf(pod)).toBe('loopback only')
  })

  test('a port left out of capture is past the sidecar', async () => {
    const excluded = {
      ...pod,
      metadata: {...pod.metadata, annotations: {'traffic.sidecar.istio.io/excludeInboundPorts': '8080'}},
    }
    const sockets = 'tcp LISTEN 0 128 0.0.0.0:8080 0.0.0.0:* users:(("app",pid=7,fd=3))\n'
    const report = await portsReport(memorySource({objects: [excluded], evidence: {'net.sockets': sockets}}), ref)
    expect(report.rows[0]?.verdict).toBe('bypasses the sidecar')
    expect(report.excluded).toEqual([8080])
  })

  test('a stranger on a reserved port is a clash', async () => {
    const sockets = 'tcp LISTEN 0 128 0.0.0.0:15090 0.0.0.0:* users:(("app",pid=7,fd=3))\n'
    const report = await portsReport(memorySource({objects: [pod], evidence: {'net.sockets': sockets}}), ref)
    expect(report.rows.find(row => row.port === 15090)?.verdict).toBe('clash')
    expect(report.failing).toBe(true)
  })
})
