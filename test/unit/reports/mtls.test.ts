import {describe, expect, test} from '@jest/globals'
import {missing} from '../../../src/model/evidence/answer.js'
import {authzMatrixReport} from '../../../src/reports/authz/matrix-report.js'
import {authzMatrixView} from '../../../src/reports/authz/matrix-view.js'
import {mtlsReport} from '../../../src/reports/mtls/report.js'
import {mtlsView} from '../../../src/reports/mtls/view.js'
import type {Doc} from '../../../src/terminal/doc.js'
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
