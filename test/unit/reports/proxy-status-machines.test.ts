import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {proxyStatusReport} from '../../../src/reports/proxy-status/report.js'
import {memorySource} from '../../support/memory-source.js'

const ISTIOD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'istiod-a', namespace: 'istio-system', labels: {app: 'istiod', 'istio.io/rev': 'default'}},
  status: {phase: 'Running'},
}

function machine(name: string, annotations: Readonly<Record<string, string>>, app = 'pay'): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    metadata: {name, namespace: 'vms', annotations},
    spec: {address: '10.0.0.5', labels: {app}},
  }
}

const LOST = machine('pay-10.0.0.5', {
  'istio.io/connectedAt': '2026-11-20T08:00:00Z',
  'istio.io/disconnectedAt': '2026-11-20T09:00:00Z',
  'istio.io/workloadController': 'istiod-a',
})
const HELD = machine('pay-10.0.0.6', {'istio.io/connectedAt': '2026-11-20T08:00:00Z'})
const BARE = machine('pay-10.0.0.7', {})

const connected = (proxy: string) => ({
  proxy,
  istio_version: '1.31.0',
  resources: {
    'type.googleapis.com/envoy.config.cluster.v3.Cluster': {sent: 'a', acked: 'a'},
    'type.googleapis.com/envoy.config.listener.v3.Listener': {sent: 'b', acked: 'b'},
  },
})

async function status(objects: readonly KubeObject[], proxies: readonly string[], selector?: string) {
  const page = JSON.stringify(proxies.map(connected))
  const source = memorySource({objects: [ISTIOD, ...objects], evidence: {'istiod.syncz': page}})
  return await proxyStatusReport(source, {istioNamespace: 'istio-system', staleAfterMs: 0, selector})
}

describe('machines of WorkloadEntries in proxy-status', () => {
  test('one that istiod noted as disconnected is a row of its own, with the time, and fails the run', async () => {
    const report = await status([LOST], [])
    expect(report.rows.map(({id}) => id)).toEqual(['pay-10.0.0.5.vms'])
    expect(report.rows[0]?.problems).toMatchObject([{kind: 'disconnected', since: '2026-11-20T09:00:00Z'}])
    expect(report.failing).toBe(true)
  })

  test('one that is connected according to its entry, while no istiod lists a proxy outside Kubernetes there, is reported', async () => {
    const report = await status([HELD], ['vm-1.other'])
    expect(report.rows.map(({id, problems}) => [id, problems[0]?.kind])).toEqual([
      ['pay-10.0.0.6.vms', 'unknown'],
      ['vm-1.other', undefined],
    ])
  })

  test('a connected proxy that is not a pod is named as a machine', async () => {
    const report = await status([HELD], ['vm-1.vms'])
    expect(report.rows.map(({id}) => id)).toEqual(['vm-1.vms'])
    expect(report.failing).toBe(false)
    expect(report.notes).toEqual([
      'vm-1.vms is a machine outside Kubernetes (WorkloadEntry): run meshctl there, or with --from ssh:HOST',
    ])
  })

  test('a machine without a proxy has no row, and a selector chooses by the labels of the entry', async () => {
    expect((await status([BARE], [])).rows).toEqual([])
    expect(
      (await status([LOST, machine('db-1', LOST.metadata.annotations ?? {}, 'db')], [], 'app=db')).rows,
    ).toMatchObject([{id: 'db-1.vms'}])
  })
})
