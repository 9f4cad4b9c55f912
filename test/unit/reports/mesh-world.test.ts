import {describe, expect, test} from '@jest/globals'
import {readMesh} from '../../../src/evidence/mesh-world/mesh.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'

const AMBIENT: KubeObject = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {name: 'a', namespace: 'demo', annotations: {'ambient.istio.io/redirection': 'enabled'}},
  spec: {containers: [{name: 'app'}]},
  status: {phase: 'Running', podIP: '10.0.0.1', podIPs: [{ip: '10.0.0.1'}]},
}
const POLICY: KubeObject = {
  kind: 'AuthorizationPolicy',
  apiVersion: 'security.istio.io/v1',
  metadata: {name: 'deny', namespace: 'mesh-root'},
  spec: {action: 'DENY', rules: [{}]},
}
const SETTINGS: KubeObject = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {name: 'istio', namespace: 'control'},
  data: {mesh: 'rootNamespace: mesh-root\n'},
}
const read = (...objects: readonly KubeObject[]) => readMesh(memorySource({objects}), 0, {istioNamespace: 'control'})

describe('the root namespace, whose policies count for every pod', () => {
  test('is that of the mesh configuration', async () => {
    const {world, notes} = await read(AMBIENT, POLICY, SETTINGS)
    expect([world.rootNamespace, notes()]).toEqual(['mesh-root', []])
  })

  test('is assumed to be that of the control plane where the configuration was not read, and the answer says so', async () => {
    const {world, notes} = await read(AMBIENT, POLICY)
    expect(world.rootNamespace).toBe('control')
    expect(notes()).toEqual(['the mesh configuration was not read: root namespace control is assumed'])
  })
})

test('pods that one ztunnel serves rest on what it knows, each of them', async () => {
  const mesh = await readMesh(await sampleSource(), 0)
  const [first, ...others] = mesh.pods.filter(({mode}) => mode === 'ambient')
  const pods = [first, ...others.filter(({nodeIp}) => nodeIp === first?.nodeIp)].filter(each => each !== undefined)
  expect(pods.length).toBeGreaterThan(1)
  const sites = await mesh.follow(() => pods.map(mesh.world.site))
  expect(sites.map(({evidence}) => evidence.filter(each => each.evidence === 'ztunnel.config_dump').length)).toEqual(
    pods.map(() => 1),
  )
})

test.each([
  ['up.demo.svc.cluster.local', ['10.96.0.1']],
  ['up.demo.svc.cluster.local.', ['10.96.0.1']],
  ['up.demo.svc', ['10.96.0.1']],
  ['up.other.svc.cluster.local', undefined],
  ['headless.demo.svc.cluster.local', undefined],
  ['up.demo', undefined],
  ['example.com', undefined],
])('the name %s stands for the addresses of its Service: %j', async (name, addresses) => {
  const service = (serviceName: string, clusterIP: string): KubeObject => ({
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {name: serviceName, namespace: 'demo'},
    spec: {clusterIP, ports: [{port: 80}]},
  })
  const {world} = await read(service('up', '10.96.0.1'), service('headless', 'None'))
  expect(world.addressesOf(name)).toEqual(addresses)
})
