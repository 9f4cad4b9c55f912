import {expect, test} from '@jest/globals'
import {readEvent} from '../../../src/formats/kube/kube-event.js'
import {answered} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {podListPages} from '../../../src/reports/check/targets/pod-list-pages.js'
import {podlessWorkloads} from '../../../src/reports/check/targets/podless-workloads.js'
import type {Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'

const TEMPLATE = {metadata: {labels: {run: 'web'}}, spec: {containers: [{name: 'web', image: 'web:1'}]}}

function deployment(name: string, replicas = 1): readonly KubeObject[] {
  const metadata = {name, namespace: 'shop'}
  const owner = {kind: 'Deployment', name, controller: true}
  const spec = {replicas, template: TEMPLATE}
  return [
    {apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec},
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {name: `${name}-7c6f`, namespace: 'shop', ownerReferences: [owner]},
      spec,
    },
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {name: `${name}.1`, namespace: 'shop'},
      type: 'Warning',
      reason: 'FailedCreate',
      involvedObject: {kind: 'ReplicaSet', name: `${name}-7c6f`, namespace: 'shop'},
      message: 'exceeded quota',
    },
  ] as unknown as readonly KubeObject[]
}

const objects = [...deployment('web'), ...deployment('stopped', 0), ...deployment('up')]
const source = memorySource({objects, defaultNamespace: 'shop', origin: {kind: 'cluster', label: 'cluster test'}})
const events = objects.filter(({kind}) => kind === 'Event').map(readEvent)

test('a Deployment whose ReplicaSet cannot create pods is found; one with pods, or scaled to none, is not', async () => {
  const found = await podlessWorkloads(source, events, new Set(['Deployment shop/up']), {})
  expect(found.map(({workload}) => workload)).toEqual([{kind: 'Deployment', namespace: 'shop', name: 'web'}])
})

test('the selector of the command counts', async () => {
  expect(await podlessWorkloads(source, events, new Set(), {selector: 'run=other'})).toEqual([])
})

test('a namespace without any pod is answered with the workloads that should have some', async () => {
  const names: string[] = []
  for await (const page of podListPages(source, [], {namespace: 'shop'}))
    names.push(...page.pods.map(({workload}) => workload.name))
  expect(names).toEqual(['web', 'up'])
})

test('without such an event it is an error, as before', async () => {
  const empty = memorySource({objects: [], defaultNamespace: 'shop', origin: {kind: 'cluster', label: 'cluster test'}})
  const all = async () => {
    for await (const page of podListPages(empty, [], {namespace: 'shop'})) expect(page.pods).toEqual([])
  }
  await expect(all()).rejects.toThrow('no pods in namespace shop')
})

test('a workload whose pods were only in a list that expired counts as one without', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-7c6f-x',
      namespace: 'shop',
      labels: {'pod-template-hash': '7c6f'},
      ownerReferences: [{kind: 'ReplicaSet', name: 'web-7c6f', controller: true}],
    },
    spec: {containers: []},
  }
  const expiring: Source = {
    ...source,
    async *pages(_query, read) {
      yield answered({items: [pod].map(read), begins: true, later: false, remaining: 1})
      yield answered({items: [], begins: true, later: false, remaining: 0})
      yield answered({
        items: [{...pod, metadata: {name: 'x', namespace: 'shop'}}].map(read),
        begins: false,
        later: false,
        remaining: 0,
      })
    },
  }
  const names: string[] = []
  for await (const {ending} of podListPages(expiring, [], {namespace: 'shop'}))
    for (const {workload} of (await ending?.podless(events)) ?? []) names.push(workload.name)
  expect(names).toEqual(['web', 'up'])
})
