import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {resolvePods, resolveSubject, splitTarget} from '../../../src/sources/subject.js'
import {memorySource} from '../../support/memory-source.js'

function pod(
  name: string,
  more: {namespace?: string; ready?: boolean; phase?: string; since?: string; labels?: Record<string, string>} = {},
): KubeObject {
  const condition = {
    type: 'Ready',
    status: more.ready === false ? 'False' : 'True',
    lastTransitionTime: more.since ?? '2026-01-01T00:00:00Z',
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: more.namespace ?? 'demo',
      labels: more.labels ?? {app: 'a'},
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {nodeName: 'n1'},
    status: {phase: more.phase ?? 'Running', conditions: [condition]},
  }
}

function owner(kind: string, selector: object, apiVersion = 'apps/v1'): KubeObject {
  return {apiVersion, kind, metadata: {name: 'x', namespace: 'demo'}, spec: {selector}}
}

const objects = [
  pod('old', {since: '2025-01-01T00:00:00Z'}),
  pod('young', {since: '2026-06-01T00:00:00Z'}),
  pod('broken', {ready: false}),
  pod('waiting', {phase: 'Pending', ready: false}),
  pod('other', {labels: {app: 'b'}}),
  pod('away', {namespace: 'far'}),
  pod('dotted.name', {labels: {app: 'c'}}),
  owner('Deployment', {matchLabels: {app: 'a'}}),
  owner('StatefulSet', {matchLabels: {app: 'b'}}),
  owner('DaemonSet', {matchExpressions: [{key: 'app', operator: 'In', values: ['b']}]}),
  owner('Service', {app: 'b'}, 'v1'),
  {...owner('ReplicaSet', {matchLabels: {app: 'none'}})},
]
const source = memorySource({objects, defaultNamespace: 'demo'})

describe('targets', () => {
  // istioctl's own vectors (facts on its target syntax).
  test.each([
    ['service/istiod.istio-system', {type: 'service', name: 'istiod', namespace: 'istio-system'}],
    ['a-1.2.2-bm9w2.istio-system', {name: 'a-1.2.2-bm9w2', namespace: 'istio-system'}],
    [
      'gateway.gateway.networking.k8s.io/istiod',
      {type: 'gateway.gateway.networking.k8s.io', name: 'istiod', namespace: undefined},
    ],
    ['details', {name: 'details', namespace: undefined}],
  ])('%s', (text, expected) => {
    expect(splitTarget(text)).toEqual(expected)
  })

  test.each([
    ['old', 'old.demo'],
    ['away.far', 'away.far'],
    ['pod/old', 'old.demo'],
    ['deploy/x', 'old.demo'],
    ['deployment.apps/x.demo', 'old.demo'],
    ['sts/x', 'other.demo'],
    ['ds/x', 'other.demo'],
    ['svc/x', 'other.demo'],
    ['dotted.name', 'dotted.name.demo'],
  ])('%s names %s', async (name, expected) => {
    const {pod} = await resolveSubject(source, {name})
    expect(`${pod.name}.${pod.namespace}`).toBe(expected)
  })

  test('a question about a proxy prefers pods that have one, in the same order among themselves', async () => {
    const proxied = (name: string, since: string, list: 'containers' | 'initContainers'): KubeObject => ({
      ...pod(name, {since}),
      spec: {nodeName: 'n1', [list]: [{name: 'istio-proxy'}]},
    })
    const mixed = memorySource({
      objects: [
        pod('plain', {since: '2020-01-01T00:00:00Z'}),
        proxied('later', '2026-02-01T00:00:00Z', 'containers'),
        proxied('sooner', '2025-02-01T00:00:00Z', 'initContainers'),
      ],
      defaultNamespace: 'demo',
    })
    const named = async (preferSidecar: boolean) =>
      (await resolveSubject(mixed, {selector: 'app=a', preferSidecar})).pod.name
    expect([await named(true), await named(false)]).toEqual(['sooner', 'plain'])
  })

  test('a CronJob has the pods of its Jobs, which are named after the minute they were due', async () => {
    const of = (name: string, job: string): KubeObject => {
      const made = pod(name)
      const ownerReferences = [{kind: 'Job', name: job, controller: true, uid: 'u'}]
      return {...made, metadata: {...made.metadata, ownerReferences}} as KubeObject
    }
    const cron = {...owner('CronJob', {}), spec: {schedule: '@daily'}}
    const objects = [cron, of('due', 'x-29655360'), of('another', 'y-29655360'), of('byhand', 'x'), pod('else')]
    const jobs = memorySource({objects, defaultNamespace: 'demo'})
    expect((await resolvePods(jobs, {name: 'cronjob/x'})).map(({metadata}) => metadata.name)).toEqual(['due'])
  })

  test('half a name and a type nobody knows say what to type', async () => {
    await expect(resolvePods(source, {name: 'deploy/'})).rejects.toThrow('"deploy/" names no Deployment')
    await expect(resolvePods(source, {name: 'foo/bar'})).rejects.toMatchObject({
      message: '"foo/bar": meshctl does not know the resource type "foo"',
      next: 'deploy/bar, or the name of a pod',
    })
  })

  test('-n applies when the name has no namespace of its own', async () => {
    expect((await resolveSubject(source, {name: 'away', namespace: 'far'})).pod.namespace).toBe('far')
  })

  test('-A finds a pod in whichever namespace it is', async () => {
    expect((await resolveSubject(source, {name: 'away', allNamespaces: true})).pod.namespace).toBe('far')
    expect(
      (await resolvePods(source, {selector: 'app=a', allNamespaces: true})).map(pod => pod.metadata.name),
    ).toContain('away')
  })

  test('a workload takes the pod that has been ready longest and says which', async () => {
    const {pod, chosen} = await resolveSubject(source, {name: 'deploy/x'})
    expect(pod.name).toBe('old')
    expect(chosen).toContain('old.demo (ready, of 4 pods')
    const all = await resolvePods(source, {name: 'deploy/x'})
    expect(all.map(each => each.metadata.name)).toEqual(['old', 'young', 'broken', 'waiting'])
  })

  test('a selector picks among the pods of the namespace', async () => {
    expect((await resolveSubject(source, {selector: 'app=b'})).pod.name).toBe('other')
  })

  test.each([
    [{name: 'nope'}, /pods "nope" not found in the "demo" namespace/],
    [{name: 'rs/x'}, /no pods match "rs\/x"/],
    [{name: 'deploy/nope'}, /deployments "nope" not found/],
    [{name: 'frobs/x'}, /does not know the resource type "frobs"/],
    [{selector: 'app=none'}, /no pods match/],
    [{}, /name a pod/],
  ])('%j is an error that says what is wrong', async (target, message) => {
    await expect(resolveSubject(source, target)).rejects.toThrow(message)
  })

  test('a pod of that name elsewhere is pointed at', async () => {
    await expect(resolveSubject(source, {name: 'away'})).rejects.toMatchObject({hint: expect.stringContaining('far')})
  })

  test('a source about one proxy needs no name', async () => {
    const file = memorySource({evidence: {}})
    expect((await resolveSubject(file, {})).pod.implied).toBe(true)
  })
})
