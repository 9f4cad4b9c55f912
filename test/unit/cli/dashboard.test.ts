import {createServer} from 'node:http'
import {type AddressInfo, connect} from 'node:net'
import {afterAll, describe, expect, test} from '@jest/globals'
import {DASHBOARDS, dashboardPlace} from '../../../src/cli/runs/dashboards.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {startLocalForward} from '../../../src/wire/local-forward.js'
import {memorySource} from '../../support/memory-source.js'
import {clusterServing, sampleSource} from '../../support/served.js'

const ends: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

function pod(namespace: string, name: string, labels: Record<string, string>, phase = 'Running'): KubeObject {
  return {apiVersion: 'v1', kind: 'Pod', metadata: {namespace, name, labels}, spec: {containers: []}, status: {phase}}
}

const FLAGS = {istioNamespace: 'istio-system', namespace: undefined, 'proxy-admin-port': 15_000}

describe('where a dashboard is', () => {
  const source = memorySource({
    objects: [
      pod('istio-system', 'kiali-0', {app: 'kiali'}, 'Pending'),
      pod('istio-system', 'kiali-1', {app: 'kiali'}),
      pod('default', 'grafana-1', {'app.kubernetes.io/name': 'grafana'}),
      pod('default', 'web-1', {app: 'web'}),
    ],
  })

  test('the first running pod with its labels: in the namespace of istiod, else in the current one', async () => {
    expect(await dashboardPlace(source, 'kiali', undefined, FLAGS)).toEqual({
      pod: {namespace: 'istio-system', name: 'kiali-1'},
      port: 20_001,
      path: '/kiali',
    })
    expect(await dashboardPlace(source, 'grafana', undefined, FLAGS)).toMatchObject({
      pod: {namespace: 'default', name: 'grafana-1'},
      port: 3000,
    })
    expect(await dashboardPlace(source, 'envoy', 'web-1', FLAGS)).toMatchObject({pod: {name: 'web-1'}, port: 15_000})
    expect(await dashboardPlace(source, 'kiali', undefined, {...FLAGS, 'ui-port': 80})).toMatchObject({port: 80})
  })

  test.each([
    ['jaeger', undefined, 'no pods found with selector app=jaeger'],
    ['envoy', undefined, 'specify a pod or --selector'],
    ['nothing', undefined, 'unknown dashboard "nothing"'],
    ['constructor', undefined, 'unknown dashboard "constructor"'],
    ['kiali', 'web-1', 'dashboard kiali takes no pod'],
    ['istiod', undefined, 'no running istiod in namespace istio-system'],
  ])('%s %s: %s', async (name, named, message) => {
    await expect(dashboardPlace(source, name, named, FLAGS)).rejects.toThrow(message)
  })

  test('ports and selectors are those of istioctl dashboard', () => {
    const ports = Object.entries(DASHBOARDS).map(([name, {port}]) => `${name} ${port}`)
    expect(ports).toEqual([
      'kiali 20001',
      'prometheus 9090',
      'grafana 3000',
      'jaeger 16686',
      'zipkin 9411',
      'skywalking 8080',
      'envoy 15000',
      'proxy 15000',
      'istiod 15014',
      'istiod-debug 15014',
      'controlz 9876',
    ])
  })
})

describe('a local port', () => {
  test('leads to the port of a pod, over the port-forward of the API server', async () => {
    const cluster = await clusterServing(await sampleSource())
    ends.push(() => cluster.close())
    const {forward: open} = cluster
    if (open === undefined) throw new Error('a cluster can forward')
    const {pod: subject, port} = await dashboardPlace(cluster, 'envoy', 'deploy/reviews-v1', {
      ...FLAGS,
      namespace: 'demo',
    })
    const forward = await startLocalForward(
      () => open(subject, port),
      {address: '127.0.0.1', port: 0, like: port},
      () => {},
    )
    ends.push(() => forward.close())
    const answer = await fetch(`http://127.0.0.1:${forward.port}/server_info`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({state: 'LIVE'})
  })

  test('another port is taken when that of the pod is not free; a wanted port that is taken is an error', async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    ends.push(() => new Promise(resolve => taken.close(resolve)))
    const {port: like} = taken.address() as AddressInfo
    const open = () => connect(like, '127.0.0.1')
    const forward = await startLocalForward(open, {address: '127.0.0.1', port: 0, like}, () => {})
    ends.push(() => forward.close())
    expect(forward.port).not.toBe(like)
    await expect(startLocalForward(open, {address: '127.0.0.1', port: like, like}, () => {})).rejects.toThrow(
      'EADDRINUSE',
    )
  })

  test('a connection the pod refuses is said, and the port stays', async () => {
    const complaints: string[] = []
    const refused = () => connect(1, '127.0.0.1')
    const forward = await startLocalForward(
      refused,
      {address: '127.0.0.1', port: 0, like: 0},
      error => void complaints.push(error.message),
    )
    ends.push(() => forward.close())
    for (const _ of [1, 2]) await expect(fetch(`http://127.0.0.1:${forward.port}/`)).rejects.toThrow()
    expect(complaints).toHaveLength(2)
    expect(complaints[0]).toContain('ECONNREFUSED')
  })
})
