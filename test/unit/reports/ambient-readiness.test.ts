import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {ambientReadinessReport} from '../../../src/reports/ambient-readiness/report.js'
import {ambientReadinessView} from '../../../src/reports/ambient-readiness/view.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {expectGolden} from '../../support/golden.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'

function object(kind: string, apiVersion: string, name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {kind, apiVersion, metadata: {name, namespace: 'shop', ...metadata}, spec} as unknown as KubeObject
}

const SECURITY = 'security.istio.io/v1'
const NETWORKING = 'networking.istio.io/v1'
const PREPARED = [
  object('Namespace', 'v1', 'shop', {}, {namespace: undefined, labels: {'istio-injection': 'enabled'}}),
  object(
    'Pod',
    'v1',
    'cart-1',
    {nodeName: 'n1', containers: [{name: 'cart'}, {name: 'istio-proxy'}]},
    {labels: {app: 'cart'}},
  ),
  object('Pod', 'v1', 'ztunnel-a', {nodeName: 'n1'}, {namespace: 'istio-system', labels: {app: 'ztunnel'}}),
  object(
    'Pod',
    'v1',
    'istio-cni-a',
    {nodeName: 'n1'},
    {
      namespace: 'istio-system',
      labels: {'k8s-app': 'istio-cni-node'},
    },
  ),
]

async function found(...objects: readonly KubeObject[]) {
  const source = memorySource({objects: [...PREPARED, ...objects], evidence: {'log.istio-proxy': ''}})
  return await ambientReadinessReport(source, 'shop', 'istio-system')
}

async function itemsOf(...objects: readonly KubeObject[]) {
  const {items} = await found(...objects)
  return items.map(({effect, object: of, doc}) => `${effect} ${of} ${doc}`)
}

// What becomes of each kind: istio.io, "Migrate policies" (docs/ambient/migrate/migrate-policies).
describe('what a move to ambient mode does to', () => {
  test('a namespace without anything special: nothing', async () => {
    expect(await found()).toMatchObject({verdict: 'ready', failing: false, items: []})
  })

  test.each([
    ['ALLOW', [{to: [{operation: {paths: ['/a']}}]}], ['waypoint']],
    ['DENY', [{from: [{source: {requestPrincipals: ['*']}}]}], ['waypoint']],
    ['CUSTOM', [{}], ['waypoint']],
    ['AUDIT', [{}], ['waypoint']],
    ['ALLOW', [{from: [{source: {principals: ['a']}}], to: [{operation: {ports: ['80']}}]}], []],
  ])('an AuthorizationPolicy %s with %j', async (action, rules, effects) => {
    const {items} = await found(object('AuthorizationPolicy', SECURITY, 'p', {action, rules}))
    expect(items.map(({effect}) => effect)).toEqual(effects)
  })

  test('a policy that names clients, once something else needs a waypoint', async () => {
    const policy = object('AuthorizationPolicy', SECURITY, 'p', {rules: [{from: [{source: {principals: ['a']}}]}]})
    const route = object('VirtualService', NETWORKING, 'v', {hosts: ['cart'], http: []})
    expect(await itemsOf(policy, route)).toEqual([
      'waypoint VirtualService shop/v policies',
      'changes AuthorizationPolicy shop/p l4',
    ])
  })

  test.each([
    [object('EnvoyFilter', 'networking.istio.io/v1alpha3', 'f', {configPatches: [{}]}), 'breaks'],
    [
      object('EnvoyFilter', 'networking.istio.io/v1alpha3', 'f', {configPatches: [{match: {context: 'GATEWAY'}}]}),
      undefined,
    ],
    [object('Sidecar', NETWORKING, 's', {}), 'changes'],
    [object('Sidecar', NETWORKING, 's', {outboundTrafficPolicy: {mode: 'REGISTRY_ONLY'}}), 'breaks'],
    [object('RequestAuthentication', SECURITY, 'r', {selector: {matchLabels: {app: 'cart'}}}), 'waypoint'],
    [object('RequestAuthentication', SECURITY, 'r', {targetRefs: [{kind: 'Gateway', name: 'w'}]}), undefined],
    [object('PeerAuthentication', SECURITY, 'p', {mtls: {mode: 'STRICT'}}), undefined],
    [object('PeerAuthentication', SECURITY, 'p', {mtls: {mode: 'DISABLE'}}), 'changes'],
    [object('DestinationRule', NETWORKING, 'd', {host: 'cart', trafficPolicy: {outlierDetection: {}}}), 'waypoint'],
    [object('DestinationRule', NETWORKING, 'd', {host: 'x', trafficPolicy: {tls: {mode: 'SIMPLE'}}}), 'waypoint'],
    [object('DestinationRule', NETWORKING, 'd', {host: 'x', trafficPolicy: {tls: {mode: 'ISTIO_MUTUAL'}}}), undefined],
    [object('VirtualService', NETWORKING, 'v', {hosts: ['a.example.com'], gateways: ['gw']}), undefined],
    [object('NetworkPolicy', 'networking.k8s.io/v1', 'n', {ingress: [{ports: [{port: 8080}]}]}), 'breaks'],
    [
      object('NetworkPolicy', 'networking.k8s.io/v1', 'n', {ingress: [{ports: [{port: 15_000, endPort: 16_000}]}]}),
      undefined,
    ],
    [object('NetworkPolicy', 'networking.k8s.io/v1', 'n', {ingress: [{from: []}]}), undefined],
    [
      object('HTTPRoute', 'gateway.networking.k8s.io/v1', 'h', {parentRefs: [{kind: 'Service', name: 'cart'}]}),
      'waypoint',
    ],
    [object('HTTPRoute', 'gateway.networking.k8s.io/v1', 'h', {parentRefs: [{kind: 'Gateway', name: 'g'}]}), undefined],
  ])('%j', async (given, effect) => {
    const {items} = await found(given)
    expect(items.map(each => each.effect)).toEqual(effect === undefined ? [] : [effect])
  })

  test('objects of the root namespace without a selector, and of another namespace for a Service here', async () => {
    const wide = object(
      'EnvoyFilter',
      'networking.istio.io/v1alpha3',
      'f',
      {configPatches: [{}]},
      {namespace: 'istio-system'},
    )
    const route = object(
      'VirtualService',
      NETWORKING,
      'v',
      {hosts: ['cart.shop.svc.cluster.local']},
      {namespace: 'other'},
    )
    const foreign = object('VirtualService', NETWORKING, 'w', {hosts: ['cart']}, {namespace: 'other'})
    expect(await itemsOf(wide, route, foreign)).toEqual([
      'breaks EnvoyFilter istio-system/f policies',
      'waypoint VirtualService other/v policies',
    ])
  })

  test('pods: host network, port 15008, excluded ports; and nodes without ztunnel', async () => {
    const pod = object(
      'Pod',
      'v1',
      'odd',
      {nodeName: 'n2', hostNetwork: true, containers: [{name: 'a', ports: [{containerPort: 15_008}]}]},
      {annotations: {'traffic.sidecar.istio.io/excludeOutboundPorts': '3306'}},
    )
    expect(await itemsOf(pod)).toEqual([
      'breaks Mesh platform',
      'breaks Pod shop/odd add',
      'breaks Pod shop/odd redirection',
      'changes Pod shop/odd redirection',
    ])
  })

  test('a namespace that does not exist is an error with those there are', async () => {
    await expect(
      ambientReadinessReport(memorySource({objects: PREPARED}), 'nope', 'istio-system'),
    ).rejects.toMatchObject({
      message: expect.stringContaining('namespace nope not found'),
      hint: 'Namespaces: istio-system, shop.',
    })
  })
})

test('the namespace demo of the sample', async () => {
  const sample = await sampleSource()
  const report = await ambientReadinessReport(sample, 'demo', 'istio-system')
  const text = renderDoc(ambientReadinessView.doc(report, 'table'), {width: 120, colour: false, headers: true})
  expectGolden('src/reports/ambient-readiness/golden/demo.txt', text)
})
