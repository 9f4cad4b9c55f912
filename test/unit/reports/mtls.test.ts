import {describe, expect, test} from '@jest/globals'
import {missing} from '../../../src/model/evidence/answer.js'
import {authzMatrixReport} from '../../../src/reports/authz/matrix-report.js'
import {authzMatrixView} from '../../../src/reports/authz/matrix-view.js'
import {mtlsReport} from '../../../src/reports/mtls/report.js'
import {mtlsView} from '../../../src/reports/mtls/view.js'
import type {Doc} from '../../../src/terminal/doc.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'

const SERVICES = ['details', 'productpage', 'ratings', 'reviews', 'db', 'sick-noinject', 'sick-uid', 'sick-loopback']

async function matrix() {
  const source = await sampleSource()
  return await mtlsReport(source, {kind: 'matrix', namespace: 'demo'}, 'istio-system')
}

describe('mTLS of clients and servers', () => {
  test('both Envoys hold what the objects say, for every pair of the sample', async () => {
    const source = await sampleSource()
    const proofs = []
    for (const name of ['productpage-v1-565846b976-fvswz', 'details-v1-cc94d67b-lq7vz', 'reviews-v1-ccf5b6b84-9cj4v'])
      for (const to of SERVICES) {
        const question = {kind: 'pair', from: {namespace: 'demo', name}, to, namespace: 'demo'} as const
        proofs.push(...(await mtlsReport(source, question, 'istio-system')).proofs)
      }
    expect(proofs.length).toBeGreaterThan(40)
    expect(proofs.filter(each => !each.agrees)).toEqual([])
  })

  // The statuses a real mesh answered with: 503 UC from details, 200 from the others (recorded traffic of the sample).
  test('a DestinationRule without TLS conflicts with STRICT', async () => {
    const {rows, failing} = await matrix()
    const of = (host: string) =>
      rows.filter(each => each.host.startsWith(`${host}.`) && each.from === 'sidecars').map(each => each.status)
    expect(of('details')).toEqual(['CONFLICT', 'CONFLICT'])
    expect(of('productpage')).toEqual(['OK'])
    expect(of('db')).toEqual(['PERMISSIVE'])
    expect(of('sick-noinject')).toEqual(['PLAINTEXT'])
    expect(failing).toBe(true)
  })

  test('each side names the object that decides', async () => {
    const {rows} = await matrix()
    expect(rows.find(each => each.host.startsWith('details.'))).toMatchObject({
      client: 'plaintext',
      server: 'STRICT',
      policy: 'demo/default',
      rule: 'demo/details-plaintext',
    })
  })
})

// What a real istiod sends sidecars of an ambient mesh for an ambient pod: HBONE, whatever DestinationRules and PeerAuthentications say of TLS,
// and nothing of it for a headless Service.
describe('a sidecar that speaks HBONE, to ambient pods', () => {
  const shop = {namespace: 'shop'}
  const pod = (name: string, ip: string, mode: 'sidecar' | 'ambient') => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...shop,
      name,
      labels: {app: name, ...(mode === 'sidecar' ? {'networking.istio.io/tunnel': 'http'} : {})},
      annotations: mode === 'sidecar' ? {'sidecar.istio.io/status': '{}'} : {'ambient.istio.io/redirection': 'enabled'},
    },
    spec: {
      containers: [{name: 'app'}, ...(mode === 'sidecar' ? [{name: 'istio-proxy', args: ['proxy', 'sidecar']}] : [])],
    },
    status: {phase: 'Running', podIP: ip, podIPs: [{ip}]},
  })
  const service = (name: string, clusterIP: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {...shop, name},
    spec: {clusterIP, selector: {app: 'server'}, ports: [{name: 'http', port: 80}]},
  })
  const rule = (mode: string) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: {...shop, name: 'd'},
    spec: {host: '*.shop.svc.cluster.local', trafficPolicy: {tls: {mode}}},
  })
  const policy = (mode: string) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: {...shop, name: 'default'},
    spec: {mtls: {mode}},
  })
  const sent = async (...more: readonly object[]) => {
    const objects = [pod('client', '10.1.0.2', 'sidecar'), pod('server', '10.1.0.1', 'ambient'), ...more]
    const source = memorySource({objects: [...objects, service('web', '10.0.0.7'), service('db', 'None')] as never})
    const {rows} = await mtlsReport(source, {kind: 'matrix', namespace: 'shop'}, 'istio-system')
    const own = rows.filter(each => each.from.includes('sidecars'))
    return own.map(each => `${each.host.replace('.shop.svc.cluster.local', '')} ${each.client}`).sort()
  }

  test.each([
    ['nothing else', []],
    ['tls DISABLE', [rule('DISABLE')]],
    ['tls SIMPLE', [rule('SIMPLE')]],
    ['mode DISABLE', [policy('DISABLE')]],
  ])('%s', async (_, more) => {
    expect((await sent(...more)).filter(each => each.startsWith('web'))).toEqual(['web HBONE'])
  })

  test('a headless Service', async () => {
    expect(await sent()).toEqual(['db plaintext', 'web HBONE'])
  })
})

test('a matrix without pods is not checked, and no statement about the namespace', async () => {
  const sample = await sampleSource()
  const source: typeof sample = {
    ...sample,
    objects: async query =>
      query.kind === 'Pod' ? missing('Pod objects', 'forbidden', 'by the server') : await sample.objects(query),
  }
  const first = (doc: Doc) => JSON.stringify(doc[0])
  const pairs = await mtlsReport(source, {kind: 'matrix', namespace: 'demo'}, 'istio-system')
  expect(first(mtlsView.doc(pairs, 'table'))).toContain('not checked')
  const callers = await authzMatrixReport(source, 'demo', 'istio-system')
  expect(first(authzMatrixView.doc(callers, 'table'))).toContain('not checked')
})
