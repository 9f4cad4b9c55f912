import {describe, expect, test} from '@jest/globals'
import {sharedParts} from '../../../src/formats/kube-pod/shared-parts.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {sampleSource} from '../../support/served.js'

async function pods(): Promise<readonly KubeObject[]> {
  const answer = await (await sampleSource()).objects({kind: 'Pod'})
  if (!answer.ok) throw new Error('the sample has no pods')
  return answer.value
}

/** The pod as a page of a list would hold it: made anew from text. */
function parsed(pod: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(pod)) as KubeObject
}

/** How many different objects and lists are reachable from these values. */
function objectsIn(values: readonly unknown[]): number {
  const seen = new Set<object>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    for (const each of Object.values(value)) look(each)
  }
  for (const each of values) look(each)
  return seen.size
}

describe('parts that pods share', () => {
  test('every pod of the sample stays what it is, with its fields in their order', async () => {
    const share = sharedParts()
    for (const pod of await pods()) expect(JSON.stringify(share(parsed(pod)))).toBe(JSON.stringify(pod))
  })

  test('replicas hold most of what they have in common once, and pods of other workloads some', async () => {
    const share = sharedParts()
    const all = await pods()
    const replicas = all.flatMap(pod => [parsed(pod), parsed(pod), parsed(pod)])
    const apart = objectsIn(replicas)
    expect(objectsIn(replicas.map(share))).toBeLessThan(apart / 2)
    expect(objectsIn(all.map(parsed).map(sharedParts()))).toBeLessThan(objectsIn(all.map(parsed)) * 0.8)
  })

  test('a pod that differs from its replica in one field keeps its own', () => {
    const share = sharedParts()
    const replica = (name: string, image: string, nodeName: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name, namespace: 'a', ownerReferences: [{kind: 'ReplicaSet', name: 'r'}], labels: {app: 'x'}},
      spec: {nodeName, containers: [{name: 'app', image, env: [{name: 'A', value: '1'}]}]},
    })
    const given = [replica('one', 'x:1', 'n1'), replica('two', 'x:2', 'n2'), replica('three', 'x:2', 'n1')]
    const expected = structuredClone(given)
    expect(given.map(share)).toEqual(expected)
  })

  test('keys of other objects stay keys', () => {
    const share = sharedParts()
    const pod = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"__proto__":"x"}},"spec":{"__proto__":{"a":1},"constructor":[1]}}',
    ) as KubeObject
    expect(JSON.stringify(share(pod))).toBe(JSON.stringify(pod))
    expect(JSON.stringify(share(structuredClone(pod)))).toBe(JSON.stringify(pod))
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })
})
