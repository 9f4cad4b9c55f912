import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, describe, expect, test} from '@jest/globals'
import {KINDS} from '../../../src/model/kube/kinds.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {type CheckReport, checkReport} from '../../../src/reports/check/report.js'
import {podListPages} from '../../../src/reports/check/targets/pod-list-pages.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {RULES} from '../../../src/rules/registry.js'
import type {Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'
import {type ClusterScript, printed, type ScriptedCluster, scriptedCluster} from '../../support/scripted-cluster.js'

/** How a fleet is read depends on what rules need, not on how many there are: every twelfth, and the one its sick pods break. */
const SOME_RULES = RULES.filter(({code}, at) => at % 12 === 0 || code === 'MCT1001')

const OPTIONS = {
  rules: RULES,
  failOn: 'warning',
  istioNamespace: 'istio-system',
  deep: false,
  everywhere: true,
  now: new Date('2026-11-20T20:00:00Z'),
} as const

let sample: Source
const held = new Map<string, readonly KubeObject[]>()
let cluster: ScriptedCluster | undefined

async function objectsOf(kind: string): Promise<readonly KubeObject[]> {
  const answer = await sample.objects({kind})
  return answer.ok ? answer.value : []
}

beforeAll(async () => {
  sample = await sampleSource()
  for (const kind of ['Pod', 'Namespace', 'Service', 'ConfigMap', 'MutatingWebhookConfiguration'])
    held.set(kind, await objectsOf(kind))
})
afterEach(async () => {
  await cluster?.close()
  cluster = undefined
})

/** A pod of the sample under another name, one of two of its workload, in one of some namespaces. */
function copyOf(base: string, at: number, namespaces: number): KubeObject {
  const pod = held.get('Pod')?.find(({metadata}) => metadata.name.startsWith(base))
  if (pod === undefined) throw new Error(`no pod ${base}`)
  const hash = pod.metadata.labels?.['pod-template-hash'] ?? ''
  const namespace = `fleet-${(at >> 1) % namespaces}`
  const ownerReferences = [{kind: 'ReplicaSet', name: `w${at >> 1}-${hash}`, controller: true}]
  return {
    ...pod,
    metadata: {...pod.metadata, name: `${base}-${at}`, namespace, ownerReferences} as KubeObject['metadata'],
  }
}

function namespaceObjects(count: number): readonly KubeObject[] {
  const demo = held.get('Namespace')?.find(({metadata}) => metadata.name === 'demo')
  if (demo === undefined) throw new Error('no namespace demo')
  return Array.from({length: count}, (_, at) => ({...demo, metadata: {...demo.metadata, name: `fleet-${at}`}}))
}

const RESOURCES = new Map(KINDS.map(({resource, kind}) => [resource, kind]))

const FORBIDDEN = {
  status: 403,
  body: JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    message: 'User "u" cannot list resource "pods" in API group "" at the cluster scope',
    reason: 'Forbidden',
    code: 403,
  }),
}

interface Wish {
  readonly kind: string
  readonly namespace: string | undefined
  readonly from: number
}

/** An API server for lists of objects: pages of 500, selectors ignored, `before` may answer in its place. */
function lists(
  objects: Readonly<Record<string, readonly KubeObject[]>>,
  before: (wish: Wish) => {status?: number; body: string} | undefined = () => undefined,
): ClusterScript['get'] {
  return path => {
    const url = new URL(path, 'http://x')
    const [, namespace, resource] = /(?:\/namespaces\/([^/]+))?\/([a-z]+)$/.exec(url.pathname) ?? []
    const kind = RESOURCES.get(resource ?? '')
    if (kind === undefined) return undefined
    const from = Number(url.searchParams.get('continue') ?? 0)
    const instead = before({kind, namespace, from})
    if (instead !== undefined) return instead
    const all = (objects[kind] ?? held.get(kind) ?? []).filter(
      ({metadata}) => namespace === undefined || metadata.namespace === namespace,
    )
    const items = all.slice(from, from + 500)
    const next =
      from + 500 < all.length ? {continue: String(from + 500), remainingItemCount: all.length - from - 500} : {}
    return {body: JSON.stringify({kind: `${kind}List`, apiVersion: 'v1', metadata: next, items})}
  }
}

function callsTo(part: string): readonly string[] {
  return (cluster?.calls ?? []).map(({name}) => name).filter(name => name.includes(part))
}

async function checked(more: Partial<Parameters<typeof checkReport>[2]> = {}): Promise<CheckReport> {
  const {source} = cluster as ScriptedCluster
  return await checkReport(source, podListPages(source, [], {allNamespaces: true}), {...OPTIONS, ...more})
}

describe('check -A of a fleet', () => {
  test('pages of 500, one list per kind for all namespaces, and the same result as with all objects at once', async () => {
    const Pod = Array.from({length: 1020}, (_, at) => copyOf(at % 10 === 0 ? 'sick-uid-v1' : 'reviews-v1', at, 40))
    const Namespace = [...namespaceObjects(40), ...(held.get('Namespace') ?? [])]
    cluster = await scriptedCluster({get: lists({Pod, Namespace})})
    const progress: (readonly [number, number | undefined])[] = []
    const report = await checked({
      rules: SOME_RULES,
      progress: (done, total) => progress.push([done, total]),
    })
    expect(callsTo('/api/v1/pods')).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=500',
      'GET /api/v1/pods?limit=500&continue=1000',
    ])
    expect(callsTo('/services')).toEqual(['GET /api/v1/services?limit=500'])
    expect(callsTo('/namespaces/fleet-')).toEqual([])
    expect(progress.slice(0, 1)).toEqual([[1, 1020]])
    expect(progress.at(-1)).toEqual([1020, 1020])
    expect(progress).toHaveLength(1020)
    const everything = [
      ...Pod,
      ...Namespace,
      ...[...held.entries()].flatMap(([kind, all]) => (RESOURCES_APART.has(kind) ? [] : all)),
    ]
    const origin = {kind: 'cluster', label: 'cluster test'} as const
    const whole = memorySource({objects: [...everything].reverse(), origin})
    const expected = await checkReport(whole, podListPages(whole, [], {allNamespaces: true}), {
      ...OPTIONS,
      rules: SOME_RULES,
    })
    // The one is read from a cluster and the other from memory: where findings come from differs.
    const shown = (workloads: typeof report.workloads) =>
      workloads.map(each => ({
        ...each,
        findings: each.findings.map(({provenance, ...finding}) => ({...finding, evidence: provenance.length})),
        notChecked: each.notChecked.map(({code, pods}) => [code, pods]),
      }))
    expect(shown(report.workloads)).toEqual(shown(expected.workloads))
    expect(report.workloads).toHaveLength(510)
    const sick = report.workloads.flatMap(({findings}) => findings.filter(({code}) => code === 'MCT1001'))
    expect(sick.flatMap(({pods}) => pods)).toHaveLength(102)
  })

  test('an expired list continues with a note; a restarted list counts nothing twice', async () => {
    const Pod = Array.from({length: 600}, (_, at) => copyOf('reviews-v1', at, 4))
    const gone = (token?: number) => ({
      status: 410,
      body: JSON.stringify({
        kind: 'Status',
        metadata: token === undefined ? {} : {continue: String(token)},
        status: 'Failure',
        message: 'too old',
        reason: 'Expired',
        code: 410,
      }),
    })
    let expired = 0
    const once = (wish: Wish, answer: ReturnType<typeof gone>) => {
      if (wish.kind !== 'Pod' || wish.from !== 500 || wish.namespace !== undefined) return undefined
      expired += 1
      return expired === 1 ? answer : undefined
    }
    cluster = await scriptedCluster({get: lists({Pod}, wish => once(wish, gone(500)))})
    const went = await checked({rules: SOME_RULES})
    expect(went.notes).toEqual([expect.stringContaining('continued from a later resource version')])
    await cluster.close()
    expired = 0
    cluster = await scriptedCluster({get: lists({Pod}, wish => once(wish, gone()))})
    const restarted = await checked({rules: SOME_RULES})
    expect(restarted.notes).toEqual([])
    for (const report of [went, restarted])
      expect(report.workloads.flatMap(({pods}) => pods).sort()).toEqual(Pod.map(({metadata}) => metadata.name).sort())
  })

  test('terminated pods are not checked; without others it is an error', async () => {
    const [first, ...rest] = Array.from({length: 6}, (_, at) => copyOf('reviews-v1', at, 1))
    const over = (pod: KubeObject, phase: string): KubeObject => ({...pod, status: {...(pod.status ?? {}), phase}})
    const Pod = [
      ...(first === undefined ? [] : [first]),
      ...rest.map((pod, at) => over(pod, at % 2 === 0 ? 'Failed' : 'Succeeded')),
    ]
    cluster = await scriptedCluster({get: lists({Pod})})
    expect((await checked()).workloads.flatMap(({pods}) => pods)).toEqual(['reviews-v1-0'])
    await cluster.close()
    cluster = await scriptedCluster({get: lists({Pod: Pod.slice(1)})})
    await expect(checked()).rejects.toThrow('no pods in any namespace of cluster test')
  })

  test('a selector is sent, and applied to what the source returns', async () => {
    const other = copyOf('reviews-v1', 2, 1)
    const Pod = [copyOf('reviews-v1', 0, 1), {...other, metadata: {...other.metadata, labels: {app: 'else'}}}]
    cluster = await scriptedCluster({get: lists({Pod})})
    const target = {allNamespaces: true, selector: 'app=reviews'}
    const report = await checkReport(cluster.source, podListPages(cluster.source, [], target), OPTIONS)
    expect(report.workloads.flatMap(({pods}) => pods)).toEqual(['reviews-v1-0'])
    expect(callsTo('/api/v1/pods')).toEqual(['GET /api/v1/pods?labelSelector=app%3Dreviews&limit=500'])
  })

  test('a list that fails midway is an error', async () => {
    const Pod = Array.from({length: 700}, (_, at) => copyOf('reviews-v1', at, 4))
    cluster = await scriptedCluster({
      get: lists({Pod}, ({kind, from}) => (kind === 'Pod' && from === 500 ? {status: 500, body: 'no'} : undefined)),
    })
    await expect(checked()).rejects.toThrow(/cannot list pods in cluster test: .*\(after 500 pods\)/)
  })
})

/** Kinds the fleet brings itself. */
const RESOURCES_APART = new Set(['Pod', 'Namespace'])

describe('when listing the cluster is forbidden', () => {
  const pods = () => Array.from({length: 40}, (_, at) => copyOf('reviews-v1', at, 10))

  test('namespaces are listed one by one, forbidden ones are reported: 3', async () => {
    const Pod = pods()
    const Namespace = namespaceObjects(10)
    const refuse = ({kind, namespace}: Wish) =>
      (kind === 'Pod' || kind === 'Service') && (namespace === undefined || namespace === 'fleet-3')
        ? FORBIDDEN
        : undefined
    cluster = await scriptedCluster({get: lists({Pod, Namespace}, refuse)})
    const report = await checked({failOn: 'error'})
    const seen = Pod.filter(({metadata}) => metadata.namespace !== 'fleet-3')
    expect(report.workloads.flatMap(each => each.pods).sort()).toEqual(seen.map(({metadata}) => metadata.name).sort())
    expect(report.damaged).toMatchObject([
      {what: 'the pods of 1 of 10 namespaces', reason: 'forbidden', detail: 'not allowed to list pods in fleet-3'},
    ])
    expect(reportExitCode({...report, failing: false})).toBe(3)
    // One per namespace with pods, and that of the control plane.
    expect(callsTo('/services')).toHaveLength(1 + 9 + 1)
    expect(callsTo('/api/v1/pods?')).toHaveLength(1)
  })

  test('cluster-wide lists are assembled per namespace; one forbidden namespace leaves them unknown', async () => {
    const Namespace = namespaceObjects(3)
    const PeerAuthentication = Namespace.map(({metadata}) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: {name: 'own', namespace: metadata.name},
      spec: {},
    }))
    const Pod = Array.from({length: 6}, (_, at) => copyOf('reviews-v1', at, 3))
    const run = async (refused: (namespace: string | undefined) => boolean, everywhere = true) => {
      cluster = await scriptedCluster({
        get: lists({Pod, Namespace, PeerAuthentication}, ({kind, namespace}) =>
          kind === 'PeerAuthentication' && refused(namespace) ? FORBIDDEN : undefined,
        ),
      })
      const report = await checked({everywhere})
      await cluster.close()
      return report.gaps.filter(({what}) => what === 'PeerAuthentication objects').map(({detail}) => detail)
    }
    expect(await run(namespace => namespace === undefined)).toEqual([])
    expect(await run(namespace => namespace === undefined || namespace === 'fleet-1')).toEqual([
      'refused in 1 of 3 namespaces: fleet-1',
    ])
    const whole = 'user u cannot list pods cluster-wide'
    expect(await run(() => true)).toEqual([whole])
    // Who asks about some pods alone does not go through every namespace for it.
    expect(await run(namespace => namespace === undefined, false)).toEqual([whole])
  })

  test('no namespace can be listed: an error', async () => {
    const Namespace = namespaceObjects(10)
    cluster = await scriptedCluster({get: lists({Namespace}, ({kind}) => (kind === 'Pod' ? FORBIDDEN : undefined))})
    await expect(checked()).rejects.toThrow('and in no namespace either')
    await cluster.close()
    cluster = await scriptedCluster({
      get: lists({}, ({kind}) => (kind === 'Pod' || kind === 'Namespace' ? FORBIDDEN : undefined)),
    })
    await expect(checked()).rejects.toMatchObject({
      hint: expect.stringContaining('Listing namespaces is not permitted either'),
    })
  })

  test('a namespace that fails for another reason fails the check', async () => {
    const Namespace = namespaceObjects(2)
    cluster = await scriptedCluster({
      get: lists({Pod: pods(), Namespace}, ({kind, namespace}) => {
        if (kind !== 'Pod' || namespace === 'fleet-0') return undefined
        return namespace === undefined ? FORBIDDEN : {status: 500, body: 'no'}
      }),
    })
    await expect(checked()).rejects.toThrow(/cannot list pods in cluster test: .*failed \(HTTP 500: no\)/)
  })
})

test('--deep: a request that is refused with 429 is sent again, and a proxy gets one request at a time', async () => {
  const Pod = Array.from({length: 60}, (_, at) => copyOf('reviews-v1', at, 3))
  const get = lists({Pod, Namespace: namespaceObjects(3)})
  const chosen = 'reviews-v1-30'
  let perProxy = 0
  const [admin, seen] = [new Map<string, number>(), new Map<string, number>()]
  let refused = ''
  /** One request of a visit; one of them is refused, once. */
  const visit = async <T>(
    what: string,
    answer: () => T,
  ): Promise<T | {status: number; headers: Record<string, string>; body: string}> => {
    seen.set(what, (seen.get(what) ?? 0) + 1)
    // Long enough for others to begin: what is held back and when is the subject of the limiter's own tests.
    await sleep(4)
    if (refused !== '' || !what.startsWith(`${chosen} `)) return answer()
    refused = what
    return {status: 429, headers: {'Retry-After': '1'}, body: 'Too many requests'}
  }
  const asking = async <T>(pod: string, use: () => Promise<T>): Promise<T> => {
    const now = (admin.get(pod) ?? 0) + 1
    admin.set(pod, now)
    perProxy = Math.max(perProxy, now)
    try {
      return await use()
    } finally {
      admin.set(pod, now - 1)
    }
  }
  cluster = await scriptedCluster({
    get: async path => (path.includes('/log?') ? await visit(path, () => ({body: ''})) : await get(path)),
    exec: async (_container, argv, pod) => await visit(`${pod} ${argv.join(' ')}`, () => printed('')),
    forward: async (port, pod) =>
      await asking(pod, async () => await visit(`${pod} ${port}`, () => ({status: 500, body: 'not today'}))),
  })
  const report = await checked({deep: true})
  expect(report.workloads.flatMap(({pods}) => pods)).toHaveLength(60)
  // The same request of another pod was not refused.
  expect(seen.get(refused)).toBe((seen.get(refused.replace(chosen, 'reviews-v1-31')) ?? 0) + 1)
  expect(seen.get(refused)).toBeGreaterThan(1)
  expect(perProxy).toBe(1)
  expect(report.gaps.filter(({detail}) => detail.includes('Too many requests'))).toEqual([])
})
