import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {clientVersion, versionReport} from '../../../src/reports/version/report.js'
import {versionView} from '../../../src/reports/version/view.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {memorySource} from '../../support/memory-source.js'

const SCOPE = {client: '0.1.0', istioNamespace: 'istio-system', revision: undefined}

function istiod(name: string, revision = 'default'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'istio-system', labels: {app: 'istiod', 'istio.io/rev': revision}},
    status: {phase: 'Running'},
  }
}

function syncz(...versions: readonly string[]): string {
  return JSON.stringify(
    versions.map((version, index) => ({
      cluster_id: 'k',
      proxy: `p${index}.demo`,
      proxy_type: 'sidecar',
      istio_version: version,
    })),
  )
}

function text(report: Parameters<typeof versionView.doc>[0]): string {
  return renderDoc(versionView.doc(report, 'table'), {width: 100, colour: false, headers: true})
}

describe('version', () => {
  // The lines istioctl 1.31 prints for one istiod and its proxies (recorded: client, control plane, data plane).
  test('one istiod: three lines', async () => {
    const source = memorySource({
      objects: [istiod('a')],
      evidence: {'istiod.version': '1.31.0-rc.0-unknown-unknown', 'istiod.syncz': syncz('1.31.0', '1.31.0', '1.30.2')},
    })
    const report = await versionReport(source, SCOPE)
    expect(text(report)).toBe(
      'client version: 0.1.0\ncontrol plane version: 1.31.0-rc.0\ndata plane version: 1.30.2 (1 proxy), 1.31.0 (2 proxies)\n',
    )
    expect(reportExitCode(report)).toBe(0)
  })

  test('a ztunnel, which reports no version, has that of its image; without its pod it is left out as by istioctl, and named', async () => {
    const ztunnel = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: 'ztunnel-1', namespace: 'istio-system'},
      spec: {containers: [{name: 'istio-proxy', image: 'docker.io/istio/ztunnel:1.31.0-rc.0-distroless'}]},
    }
    const page = (...ids: readonly string[]) =>
      JSON.stringify(ids.map(proxy => ({cluster_id: 'k', proxy, proxy_type: 'ztunnel'})))
    const source = memorySource({
      objects: [istiod('a'), ztunnel],
      evidence: {
        'istiod.version': '1.31.0-rc.0-unknown-unknown',
        'istiod.syncz': page('ztunnel-1.istio-system', 'ztunnel-2.istio-system'),
      },
    })
    const report = await versionReport(source, SCOPE)
    expect(text(report).split('\n')[2]).toBe('data plane version: 1.31.0-rc.0 (1 proxy)')
    expect(report.notes).toEqual([
      'ztunnel-2.istio-system reports no version to istiod, and its image tag contains none',
    ])
  })

  test('a silent istiod is named and the other still answers', async () => {
    const source = memorySource({
      objects: [istiod('a'), istiod('b')],
      evidenceOf: {
        'a.istio-system': {'istiod.version': '1.31.0-x-Clean', 'istiod.syncz': syncz('1.31.0')},
        'b.istio-system': {'istiod.syncz': {what: 'syncz of b', reason: 'timeout', detail: 'no answer within 30 s'}},
      },
    })
    const report = await versionReport(source, SCOPE)
    expect(report.proxies).toHaveLength(1)
    expect(report.gaps.map(gap => gap.what)).toEqual(['syncz of b'])
    expect(reportExitCode(report)).toBe(3)
  })

  test('releases that do not go together are said', async () => {
    const source = memorySource({
      objects: [istiod('a')],
      evidence: {'istiod.version': '1.31.0-x-Clean', 'istiod.syncz': syncz('1.27.1', '1.29.0', '1.32.0')},
    })
    expect((await versionReport(source, SCOPE)).skew).toEqual([
      '1 proxies are more than two minor releases behind the control plane',
      '1 proxies are newer than the control plane',
    ])
  })

  test('without istiod or without any source the client version is shown and the rest is reported as missing', async () => {
    const none = await versionReport(memorySource({objects: []}), SCOPE)
    expect(none.gaps[0]?.detail).toBe('no running istiod in namespace istio-system')
    const refused = clientVersion('0.1.0', new Error('no kubeconfig'))
    expect(text(refused)).toBe('client version: 0.1.0\n')
    expect([reportExitCode(none), reportExitCode(refused)]).toEqual([3, 3])
  })
})
