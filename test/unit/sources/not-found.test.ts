import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {notFoundError} from '../../../src/sources/not-found.js'
import type {ObjectQuery, Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'

function pod(label: string): KubeObject {
  const [name = '', namespace = 'demo'] = label.split('.')
  return {apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace}}
}

const PODS = [
  'productpage-v1-565846b976-fvswz',
  'reviews-v1-ccf5b6b84-9cj4v',
  'reviews-v2-5bf8bfd67d-9z2sf',
  'a',
  'b',
  'c',
  'd',
].map(pod)

function missing(source: Source, name: string, namespace = 'demo') {
  return notFoundError(source, {kind: 'Pod', resource: 'pods', name, namespace})
}

const source = memorySource({objects: [...PODS, pod('istiod-1.istio-system')]})

describe('a name nothing has', () => {
  test.each([
    ['two letters changed places', 'prodcutpage', 'use productpage-v1-565846b976-fvswz.demo'],
    ['its beginning', 'productpage-v1', 'use productpage-v1-565846b976-fvswz.demo'],
    ['a pod that was replaced', 'reviews-v2-5bf8bfd67d-xxxxx', 'use reviews-v2-5bf8bfd67d-9z2sf.demo'],
    ['one of another namespace', 'istiod', 'use istiod-1.istio-system'],
  ])('%s: the next step is a name that exists', async (_what, typed, next) => {
    expect((await missing(source, typed)).next).toBe(next)
  })

  test('a name that several namespaces have: all of them are named', async () => {
    const all = memorySource({objects: ['db-0.amb', 'db-0.demo', 'db-0.held', 'web.default'].map(pod)})
    const {hint, next} = await missing(all, 'db-0', 'default')
    expect(hint).toBe('It exists in namespaces amb, demo, held.')
    expect(next).toBe('use one of db-0.amb, db-0.demo, db-0.held')
  })

  test('the nearest comes first', async () => {
    const {hint} = await missing(source, 'reviews-v2')
    expect(hint).toMatch(/Did you mean reviews-v2-5bf8bfd67d-9z2sf\.demo, reviews-v1-/)
  })

  test('nothing near: what is there is listed, cut short', async () => {
    const {hint, next} = await missing(source, 'zzzzzz')
    expect(hint).toBe(
      'Pods in demo: a, b, c, d, productpage-v1-565846b976-fvswz, reviews-v1-ccf5b6b84-9cj4v, and 1 more.',
    )
    expect(next).toBeUndefined()
  })

  test('an empty namespace, and an empty source', async () => {
    expect((await missing(source, 'zzzzzz', 'void')).hint).toContain('namespaces that do: demo, istio-system')
    expect((await missing(memorySource({objects: [pod('x')].slice(1)}), 'zzzzzz')).hint).toContain('It has no pods')
  })

  test('every pod of the cluster is listed only when the namespace has nothing like it', async () => {
    const asked: ObjectQuery[] = []
    const counting: Source = {
      ...source,
      objects: query => {
        asked.push(query)
        return source.objects(query)
      },
    }
    await missing(counting, 'reviews')
    expect(asked.filter(({namespace, name}) => namespace === undefined && name === undefined)).toEqual([])
    await missing(counting, 'zzzzzz')
    expect(asked.filter(({namespace, name}) => namespace === undefined && name === undefined)).toHaveLength(1)
  })
})
