import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, describe, expect, test} from '@jest/globals'
import type {Answer} from '../../../../src/model/evidence/answer.js'
import {objectPages} from '../../../../src/sources/object-pages.js'
import type {Page} from '../../../../src/sources/source.js'
import {memorySource} from '../../../support/memory-source.js'
import {printed, type ScriptedCluster, scriptedCluster} from '../../../support/scripted-cluster.js'

let cluster: ScriptedCluster | undefined
afterEach(async () => {
  await cluster?.close()
  cluster = undefined
})

const POD = (name: string) => ({
  metadata: {name, namespace: 'demo'},
  spec: {containers: [{name: 'istio-proxy', image: 'x'}]},
  status: {phase: 'Running', containerStatuses: [{name: 'istio-proxy', state: {running: {}}}]},
})
const GONE = (token?: string) => ({
  status: 410,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: token === undefined ? {} : {continue: token},
    status: 'Failure',
    message: 'The provided continue parameter is too old',
    reason: 'Expired',
    code: 410,
  }),
})

/** A page of the list from one pod to another, and how many follow. */
function page(from: number, to: number, token = '', remaining?: number): {readonly body: string} {
  const items = Array.from({length: to - from}, (_, at) => POD(`p${from + at}`))
  const metadata = {
    resourceVersion: '1',
    continue: token,
    ...(remaining === undefined ? {} : {remainingItemCount: remaining}),
  }
  return {body: JSON.stringify({kind: 'PodList', apiVersion: 'v1', metadata, items})}
}

function tokenOf(path: string): string | null {
  return new URL(path, 'http://x').searchParams.get('continue')
}

async function opened(get: (token: string | null, path: string) => {status?: number; body: string}) {
  cluster = await scriptedCluster({get: path => get(tokenOf(path), path)})
  return cluster.source
}

async function all(pages: AsyncIterable<Answer<Page<string>>>): Promise<readonly Answer<Page<string>>[]> {
  const found: Answer<Page<string>>[] = []
  for await (const each of pages) found.push(each)
  return found
}

/** What each page came to: its first and last pod and how it stands to the others, or the reason of the gap. */
function listed(answers: readonly Answer<Page<string>>[]): readonly unknown[] {
  return answers.map(each => {
    if (!each.ok) return each.gap.reason
    const {items, ...rest} = each.value
    return [items.length, items[0], rest]
  })
}

const PODS = {kind: 'Pod'}
const nameOf = (object: {metadata: {name: string}}) => object.metadata.name

describe('a list in pages', () => {
  test('of 500, each read at once, and how many are still to come', async () => {
    const source = await opened(token =>
      token === null ? page(0, 500, 'a', 620) : token === 'a' ? page(500, 1000, 'b', 120) : page(1000, 1120),
    )
    expect(listed(await all(objectPages(source, PODS, nameOf)))).toEqual([
      [500, 'p0', {begins: true, later: false, remaining: 620}],
      [500, 'p500', {begins: false, later: false, remaining: 120}],
      [120, 'p1000', {begins: false, later: false, remaining: 0}],
    ])
    expect(cluster?.calls.map(({name}) => name)).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=a',
      'GET /api/v1/pods?limit=500&continue=b',
    ])
  })

  test('expired while it was read: it goes on where the server says, as often as needed, and says so', async () => {
    const source = await opened(token => {
      if (token === null) return page(0, 2, 'a')
      if (token === 'a') return GONE('a2')
      if (token === 'a2') return page(2, 4, 'b')
      return token === 'b' ? GONE('b2') : page(4, 5)
    })
    expect(listed(await all(objectPages(source, PODS, nameOf)))).toEqual([
      [2, 'p0', {begins: true, later: false}],
      [2, 'p2', {begins: false, later: true}],
      [1, 'p4', {begins: false, later: true, remaining: 0}],
    ])
  })

  test('expired with nowhere to go on: it begins anew, once', async () => {
    let asked = 0
    const source = await opened(token => {
      if (token === null) return page(0, 2, 'a')
      asked += 1
      return asked === 1 ? GONE() : page(2, 3)
    })
    expect(listed(await all(objectPages(source, PODS, nameOf)))).toEqual([
      [2, 'p0', {begins: true, later: false}],
      [2, 'p0', {begins: true, later: false}],
      [1, 'p2', {begins: false, later: false, remaining: 0}],
    ])
    await cluster?.close()
    const never = await opened(token => (token === null ? page(0, 2, 'a') : GONE()))
    expect(listed(await all(objectPages(never, PODS, nameOf)))).toEqual([
      [2, 'p0', {begins: true, later: false}],
      [2, 'p0', {begins: true, later: false}],
      'failed',
    ])
  })

  test('a place to go on that is gone as well, a failure in the middle, and a list that turns in circles end it', async () => {
    const twice = await opened(token => (token === null ? page(0, 1, 'a') : GONE('b')))
    expect(listed(await all(objectPages(twice, PODS, nameOf))).at(-1)).toBe('failed')
    await cluster?.close()
    const broken = await opened(token => (token === null ? page(0, 1, 'a') : {status: 500, body: 'no'}))
    expect(listed(await all(objectPages(broken, PODS, nameOf))).at(-1)).toBe('failed')
    await cluster?.close()
    const circle = await opened(() => page(0, 1, 'a'))
    expect(listed(await all(objectPages(circle, PODS, nameOf))).at(-1)).toBe('unreadable')
  })

  test('a group under another version is asked there, one that is not served has none, a refusal is a gap', async () => {
    const group = {name: 'networking.istio.io', preferredVersion: {groupVersion: 'networking.istio.io/v1beta1'}}
    const rule = {metadata: {name: 'dr'}}
    cluster = await scriptedCluster({
      get: path => {
        if (path === '/apis') return {body: JSON.stringify({groups: [group]})}
        if (path === '/apis/networking.istio.io/v1beta1')
          return {body: JSON.stringify({resources: [{name: 'destinationrules'}]})}
        return path.startsWith('/apis/networking.istio.io/v1beta1/destinationrules')
          ? {body: JSON.stringify({kind: 'DestinationRuleList', apiVersion: 'x', items: [rule]})}
          : undefined
      },
    })
    const {source} = cluster
    expect(listed(await all(objectPages(source, {kind: 'DestinationRule'}, nameOf)))).toEqual([
      [1, 'dr', {begins: true, later: false, remaining: 0}],
    ])
    expect(listed(await all(objectPages(source, {kind: 'PeerAuthentication'}, nameOf)))).toEqual([
      [0, undefined, {begins: true, later: false, remaining: 0}],
    ])
    expect(listed(await all(objectPages(source, {kind: 'Nonsense'}, nameOf)))).toEqual(['not-applicable'])
    await cluster.close()
    const refused = await opened(() => ({status: 403, body: 'no'}))
    expect(listed(await all(objectPages(refused, PODS, nameOf)))).toEqual(['forbidden'])
  })

  test('any other source answers in one page', async () => {
    const source = memorySource({objects: [{apiVersion: 'v1', kind: 'Pod', ...POD('a')}]})
    expect(listed(await all(objectPages(source, PODS, nameOf)))).toEqual([
      [1, 'a', {begins: true, later: false, remaining: 0}],
    ])
    const none = memorySource({})
    expect(listed(await all(objectPages(none, PODS, nameOf)))).toEqual(['not-captured'])
  })
})

describe('what is kept of the pods of a page', () => {
  test('they are known while the page is used, and forgotten with it', async () => {
    const asked: string[] = []
    cluster = await scriptedCluster({
      get: path => {
        if (path.includes('/pods/')) {
          asked.push(path)
          return {body: JSON.stringify({apiVersion: 'v1', kind: 'Pod', ...POD('p0')})}
        }
        return tokenOf(path) === null ? page(0, 2, 'a') : page(2, 3)
      },
      exec: () => printed('table'),
    })
    const {source} = cluster
    const look = (name: string) => source.evidence('net.nft', {namespace: 'demo', name})
    let first = true
    for await (const each of objectPages(source, PODS, nameOf)) {
      expect(each.ok).toBe(true)
      if (first) expect((await look('p0')).ok).toBe(true)
      expect(asked).toEqual([])
      first = false
    }
    await look('p0')
    expect(asked).toEqual(['/api/v1/namespaces/demo/pods/p0'])
  })
})

test('a proxy is asked one thing at a time, whichever way the questions go', async () => {
  const under = new Map<string, number>()
  let most = 0
  const asking = async <T>(pod: string, answer: T): Promise<T> => {
    under.set(pod, (under.get(pod) ?? 0) + 1)
    most = Math.max(most, under.get(pod) ?? 0)
    await sleep(3)
    under.set(pod, (under.get(pod) ?? 0) - 1)
    return answer
  }
  cluster = await scriptedCluster({
    get: path =>
      path.includes('/pods/') ? {body: JSON.stringify({apiVersion: 'v1', kind: 'Pod', ...POD('x')})} : undefined,
    forward: (_port, pod) => asking(pod, {status: 500, body: 'not today'}),
    exec: (_container, _argv, pod) => asking(pod, printed('{}')),
  })
  const {source} = cluster
  const ids = ['envoy.certs', 'envoy.clusters', 'envoy.server_info', 'envoy.listeners'] as const
  const answers = await Promise.all(
    ['a', 'b'].flatMap(name => ids.map(id => source.evidence(id, {namespace: 'demo', name}))),
  )
  expect(answers.every(each => each.ok)).toBe(true)
  expect(most).toBe(1)
})
