import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import https from 'node:https'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TLSSocket} from 'node:tls'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {selfSignedCertificate} from '../../../../src/kubeapi/certificate.js'
import {writeKubeconfig} from '../../../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../../../src/kubeapi/server.js'
import {UserError} from '../../../../src/model/evidence/user-error.js'
import {agentFor} from '../../../../src/sources/cluster/api/agent.js'
import {clusterSource} from '../../../../src/sources/cluster/source.js'
import {openSource} from '../../../../src/sources/open.js'
import type {Source} from '../../../../src/sources/source.js'
import {timersLeft} from '../../../support/live-timers.js'
import {rejection} from '../../../support/replay-server.js'
import {connectProxy, type InBetween, socksProxy} from '../../../support/way-in-between.js'

const SETTINGS = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 20_000, adminPort: 15_000}
let folder = ''
let sample: Source
let server: ApiServerHandle
let plain: Awaited<ReturnType<typeof writeKubeconfig>>

interface Config {
  clusters: [{name: string; cluster: Record<string, unknown>}]
  users: [{name: string; user: Record<string, unknown>}]
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-agent-'))
  sample = await openSource('sample', {root: process.cwd(), adminPort: 15_000, cluster: SETTINGS})
  server = await startApiServer(sample)
  plain = await writeKubeconfig(server)
})
afterAll(async () => {
  await plain.remove()
  await server.close()
  await sample.close()
  rmSync(folder, {recursive: true, force: true})
})

let files = 0
/** The served kubeconfig with some fields of its cluster and user changed. */
function changed(cluster: object, user: object = {}): string {
  const config = JSON.parse(readFileSync(plain.path, 'utf8')) as Config
  Object.assign(config.clusters[0].cluster, cluster)
  Object.assign(config.users[0].user, user)
  const path = join(folder, `config${files++}`)
  writeFileSync(path, JSON.stringify(config))
  return path
}

async function firstPod() {
  const answer = await sample.objects({kind: 'Pod', namespace: 'demo'})
  const [pod] = answer.ok ? answer.value : []
  if (pod === undefined) throw new Error('the sample has no pods')
  return {namespace: 'demo', name: pod.metadata.name}
}

/** Objects, a page over a forward and a command: every way of talking, through whatever is in between. */
async function everyWay(kubeconfig: string): Promise<void> {
  const live = await clusterSource({...SETTINGS, kubeconfig})
  const pod = await firstPod()
  expect(await live.objects({kind: 'Pod', ...pod})).toEqual(await sample.objects({kind: 'Pod', ...pod}))
  for (const id of ['envoy.server_info', 'net.ip-rule'] as const) {
    const [there, here] = [await live.evidence(id, pod), await sample.evidence(id, pod)]
    if (!there.ok || !here.ok) throw new Error(JSON.stringify(there))
    expect(Buffer.from(there.value.bytes).equals(Buffer.from(here.value.bytes))).toBe(true)
  }
  await live.close()
}

describe('through a proxy', () => {
  async function through(open: () => Promise<InBetween>): Promise<void> {
    const between = await open()
    await everyWay(changed({'proxy-url': between.url}))
    expect(between.asked.length).toBeGreaterThan(1)
    expect(new Set(between.asked)).toEqual(new Set([new URL(server.url).host]))
    await between.close()
  }

  test('CONNECT: lists, forwards and commands all go through it', async () => {
    await through(() => connectProxy())
    expect(await timersLeft()).toBe(0)
  })

  test('a proxy that refuses is unreachable, with its words, and nothing hangs', async () => {
    const between = await connectProxy(407)
    const live = await clusterSource({...SETTINGS, kubeconfig: changed({'proxy-url': between.url})})
    const answer = await live.objects({kind: 'Pod', namespace: 'demo'})
    expect(answer).toMatchObject({ok: false, gap: {reason: 'unreachable', detail: expect.stringContaining('407')}})
    await live.close()
    await between.close()
    expect(await timersLeft()).toBe(0)
  })

  // The library leaves a timer behind that does not hold the program up, so timers are not counted here.
  test('SOCKS5: lists, forwards and commands all go through it', () => through(socksProxy))

  test('an address that is not a proxy is an error of the user', async () => {
    const error = await rejection(clusterSource({...SETTINGS, kubeconfig: changed({'proxy-url': 'ftp://x'})}))
    expect(error).toBeInstanceOf(UserError)
  })
})

describe('TLS', () => {
  test('another server name is checked in place of the address', async () => {
    await everyWay(changed({'tls-server-name': 'localhost'}))
    const live = await clusterSource({...SETTINGS, kubeconfig: changed({'tls-server-name': 'elsewhere.example'})})
    const answer = await live.objects({kind: 'Pod', namespace: 'demo'})
    expect(answer).toMatchObject({
      ok: false,
      gap: {reason: 'unreachable', hint: expect.stringContaining('tls-server-name')},
    })
    await live.close()
  })

  test('verification can be turned off by the kubeconfig alone', async () => {
    await everyWay(changed({'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true}))
    const live = await clusterSource({...SETTINGS, kubeconfig: changed({'certificate-authority-data': undefined})})
    expect(await live.objects({kind: 'Pod', namespace: 'demo'})).toMatchObject({
      ok: false,
      gap: {reason: 'unreachable'},
    })
    await live.close()
  })

  test('the client certificate is shown to the server', async () => {
    const [ours, theirs] = [selfSignedCertificate(), selfSignedCertificate()]
    const seen: string[] = []
    const web = https.createServer(
      {cert: theirs.certPem, key: theirs.keyPem, requestCert: true, rejectUnauthorized: false},
      (request, response) => {
        seen.push((request.socket as TLSSocket).getPeerX509Certificate()?.toString() ?? '')
        response.end('{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}')
      },
    )
    await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const cluster = {
      server: `https://127.0.0.1:${(web.address() as AddressInfo).port}`,
      'certificate-authority-data': base64(theirs.certPem),
    }
    const user = {
      token: undefined,
      'client-certificate-data': base64(ours.certPem),
      'client-key-data': base64(ours.keyPem),
    }
    const live = await clusterSource({...SETTINGS, kubeconfig: changed(cluster, user)})
    expect(await live.objects({kind: 'Pod'})).toEqual({ok: true, value: []})
    expect(seen.map(each => each.trim())).toEqual([ours.certPem.trim()])
    await live.close()
    await new Promise(resolve => web.close(resolve))
  })

  test('the first connection is made before the first question, which then uses it; unused it is closed with the source', async () => {
    const {certPem, keyPem} = selfSignedCertificate()
    let connections = 0
    let arrived: () => void = () => undefined
    const web = https.createServer({cert: certPem, key: keyPem}, (_request, response) =>
      response.end('{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}'),
    )
    web.on('secureConnection', () => {
      connections += 1
      arrived()
    })
    await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
    const ca = Buffer.from(certPem).toString('base64')
    const kubeconfig = changed({
      server: `https://127.0.0.1:${(web.address() as AddressInfo).port}`,
      'certificate-authority-data': ca,
    })
    const first = new Promise<void>(resolve => {
      arrived = resolve
    })
    const live = await clusterSource({...SETTINGS, kubeconfig})
    await first
    for (const kind of ['Pod', 'Service']) expect(await live.objects({kind})).toEqual({ok: true, value: []})
    expect(connections).toBe(1)
    await live.close()
    await (await clusterSource({...SETTINGS, kubeconfig})).close()
    await new Promise(resolve => web.close(resolve))
  })

  test('connections are kept and reused', async () => {
    const access = {
      server: new URL('https://x'),
      tls: {ca: undefined, servername: undefined, rejectUnauthorized: true},
      proxyUrl: undefined,
    }
    const agent = await agentFor(access, {headers: {}})
    expect(agent).toMatchObject({keepAlive: true, maxSockets: 16})
    agent.destroy()
  })
})

describe('what TLS cannot use is named by its field, before anything is asked', () => {
  const one = selfSignedCertificate()
  const other = selfSignedCertificate()
  const agent = ({ca, cert, key}: {readonly ca?: string; readonly cert?: string; readonly key?: string}) =>
    agentFor(
      {
        server: new URL('https://127.0.0.1:1'),
        proxyUrl: undefined,
        tls: {rejectUnauthorized: true, servername: undefined, ca: ca === undefined ? undefined : Buffer.from(ca)},
      },
      {headers: {}, ...(cert === undefined ? {} : {certificate: Buffer.from(cert), key: Buffer.from(key ?? '')})},
    )
  test.each([
    ['a client certificate that is not PEM', {cert: 'no certificate', key: one.keyPem}, 'client-certificate'],
    ['a key that is not PEM', {cert: one.certPem, key: 'no key'}, 'client-key'],
    ['an authority that is not PEM', {ca: 'no certificate'}, 'certificate-authority'],
    ['a certificate and the key of another', {cert: one.certPem, key: other.keyPem}, 'do not fit together'],
    [
      'a certificate cut in half',
      {cert: one.certPem.slice(0, one.certPem.length / 2), key: one.keyPem},
      'client-certificate',
    ],
  ])('%s', async (_what, options, words) => {
    const error = await rejection(agent(options))
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toContain(words)
  })
})
