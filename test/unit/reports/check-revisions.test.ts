import {expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {checkReport} from '../../../src/reports/check/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {findRules} from '../../../src/rules/select-rules.js'
import {memorySource} from '../../support/memory-source.js'

const PROXY = {name: 'istio-proxy', image: 'proxyv2:1.29.2', args: ['proxy', 'sidecar']}

function pod(namespace: string, name: string, labels: Readonly<Record<string, string>>): KubeObject {
  const containers = namespace === 'istio-system' ? [{name: 'discovery', image: 'pilot:1'}] : [PROXY]
  const status = {phase: 'Running', containerStatuses: [{name: 'istio-proxy', ready: true, state: {running: {}}}]}
  return {apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace, labels}, spec: {containers}, status}
}

function istiod(version: string, proxies: readonly string[]) {
  const page = proxies.map(proxy => ({proxy, istio_version: '1.29.2', cluster_sent: 'a', cluster_acked: 'a'}))
  return {'istiod.syncz': JSON.stringify(page), 'istiod.version': `${version}-${'0'.repeat(40)}-Clean`}
}

async function messages(code: string, holder: 'old' | 'new' | 'none'): Promise<readonly string[]> {
  const held = (name: string) => (name === holder ? ['web.shop'] : [])
  const web = pod('shop', 'web', {app: 'web'})
  const objects = [
    web,
    pod('istio-system', 'istiod-new', {app: 'istiod', 'istio.io/rev': '1-31'}),
    pod('istio-system', 'istiod-old', {app: 'istiod', 'istio.io/rev': '1-29'}),
  ]
  const source = memorySource({
    objects,
    evidenceOf: {
      'istiod-new.istio-system': istiod('1.31.0', held('new')),
      'istiod-old.istio-system': istiod('1.29.2', held('old')),
    },
  })
  const options = {failOn: 'info', istioNamespace: 'istio-system', deep: true, now: new Date(0)} as const
  const report = await checkReport(source, [web], {...options, rules: findRules(RULES, code)})
  return report.workloads.flatMap(({findings}) => findings.map(({message}) => message))
}

test('with two revisions a sidecar is compared with the istiod it is connected to', async () => {
  expect(await messages('MCT1206', 'old')).toEqual([])
  expect(await messages('MCT1206', 'new')).toEqual([
    'The proxy runs 1.29.2, 2 minor releases older than istiod 1.31.0.',
  ])
})

test('a proxy that one of two revisions knows is not lost', async () => {
  expect(await messages('MCT1904', 'old')).toEqual([])
  expect(await messages('MCT1904', 'none')).toEqual([
    'The sidecar is ready, but it is not connected to istiod (2 queried).',
  ])
})
