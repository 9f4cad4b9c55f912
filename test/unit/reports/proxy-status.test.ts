import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {type ProxyStatusFilter, proxyStatusReport} from '../../../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../../../src/reports/proxy-status/view.js'
import {waitForSync} from '../../../src/reports/proxy-status/wait.js'
import {openSource} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {memorySource} from '../../support/memory-source.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

const ALL: ProxyStatusFilter = {istioNamespace: 'istio-system', staleAfterMs: 0}

async function sample(): Promise<Source> {
  return await openSource('sample', {
    root: process.cwd(),
    adminPort: 15_000,
    cluster: {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 1000, adminPort: 15_000},
  })
}

async function problems(source: Source, filter = ALL): Promise<readonly string[]> {
  const report = await proxyStatusReport(source, filter)
  return [...report.rows.flatMap(row => row.problems), ...report.outside].map(
    each =>
      `${each.proxy.replace(/-[0-9a-f]+-\w{5}\./, '.')} ${each.kind} ${each.types.join('+')} ${each.reason}${each.note === undefined ? '' : ` (${each.note})`}`,
  )
}

const NACK =
  'sick-nack-v1.demo rejected CDS ring hash: minimum_ring_size (100) > maximum_ring_size (10) (last CDS update accepted without errors: 2026-11-20T18:54:04Z)'
const NOT_READY =
  "sick-notready-v1.demo never-connected  it cannot resolve istiod's name istiod.wrong.svc (DNS server 10.244.0.1:53: server misbehaving)"
const REFUSED = 'sick-noinject-v1.demo no-sidecar  opted out by label sidecar.istio.io/inject=false'
const LOST =
  'sick-stale-v1.demo disconnected  istiod at 10.96.191.167:15012 does not answer: connection attempts time out (still running the config from 2026-11-20T18:52:58Z)'

describe('proxy-status', () => {
  test('reports the sample mesh: the NACKed, the never connected, the cut off and the un-injected pod, nothing else', async () => {
    expect(await problems(await sample())).toEqual([NACK, NOT_READY, LOST, REFUSED])
  })

  test('fails the run when something is in error and names the resource and the likely object', async () => {
    const report = await proxyStatusReport(await sample(), ALL)
    expect(report.failing).toBe(true)
    const nack = report.rows.flatMap(row => row.problems).find(each => each.kind === 'rejected')
    expect(nack).toMatchObject({
      resource: 'cluster broken',
      object: 'an EnvoyFilter (EnvoyFilters not in this capture)',
    })
  })

  test('a healthy namespace is all in sync and does not fail', async () => {
    const report = await proxyStatusReport(await sample(), {...ALL, selector: 'app=reviews'})
    expect(report.rows.map(row => row.id)).toEqual([
      'reviews-v1-ccf5b6b84-9cj4v.demo',
      'reviews-v2-84c78cd686-79fvq.demo',
      'reviews-v3-6d7b4bc8d8-nmwn7.demo',
    ])
    expect(report.failing).toBe(false)
    const text = renderDoc(proxyStatusView.doc(report, 'table'), {width: 120, colour: false, headers: true})
    expect(text.split('\n')[0]).toBe('3 proxies connected to 2 istiods: all in sync (as of 2026-11-20T19:00:00.000Z)')
  })

  test('--only keeps the rows asked for', async () => {
    const report = await proxyStatusReport(await sample(), {...ALL, only: ['error']})
    expect(report.rows.map(row => row.id)).toEqual(['sick-nack-v1-77dfd6ff5b-5q26c.demo'])
  })

  sharedTest('the whole captured mesh: exactly its four sick pods, each for its own reason', async () => {
    const source = await sharedMesh('2026-11-20T18:57:00Z')
    expect(await problems(source)).toEqual([NACK, NOT_READY, LOST, REFUSED])
  })

  sharedTest('--why also reports what istiod logged about a disconnected proxy', async () => {
    const source = await sharedMesh('2026-11-20T18:57:00Z')
    const report = await proxyStatusReport(source, {...ALL, why: true})
    const lost = report.rows.flatMap(row => row.problems).find(each => each.kind === 'disconnected')
    expect(lost?.evidence?.at(-1)).toBe('at 2026-11-20T18:54:28 its connection to istiod ended')
  })

  sharedTest('the minute in which istiod said STALE: the states equal what istioctl printed', async () => {
    const page = readFileSync(join(SHARED, 'stale', 'debug_syncz.json'))
    const at = new Date(readFileSync(join(SHARED, 'stale', 'at.txt'), 'utf8').trim())
    const report = await proxyStatusReport(memorySource({evidence: {'istiod.syncz': page}}), {...ALL, at})
    const printed = readFileSync(join(SHARED, 'stale', 'istioctl_ps_v1.out'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
    const theirs = printed.map(line => {
      const [name, , cds, ecds, eds, lds, rds, sds, nds] = line.split(/\s{2,}/)
      return {name, cds, ecds, eds, lds, rds, sds, nds}
    })
    const view = proxyStatusView.doc(report, 'table').find(block => block.block === 'table')
    const rows = view?.block === 'table' ? view.rows : []
    const ours = rows.map(row => {
      const [name, , cds, lds, eds, rds, ecds, sds, nds] = row.map(cell =>
        typeof cell === 'string' ? cell : cell.text,
      )
      return {name, cds, ecds, eds, lds, rds, sds, nds}
    })
    const whole = (cells: Readonly<Record<string, string | undefined>>) =>
      Object.fromEntries(Object.entries(cells).map(([key, cell]) => [key, cell?.replace(/ \((\d+)s\)/, '')]))
    expect(ours.map(whole)).toEqual(theirs.map(whole))
    const stale = report.rows.filter(row => row.problems.some(each => each.kind === 'stale'))
    expect(stale.map(row => row.id)).toEqual(['sick-stale-v1-5c9dc88d78-bgpsr.demo'])
    expect(stale[0]?.problems[0]).toMatchObject({
      types: ['CDS', 'LDS', 'EDS', 'RDS'],
      reason: 'istiod sent it, and the proxy has not acknowledged it',
      note: 'still running the config from 2026-11-20T19:08:27Z',
    })
    const patient = await proxyStatusReport(memorySource({evidence: {'istiod.syncz': page}}), {
      ...ALL,
      at,
      staleAfterMs: 30_000,
    })
    expect(patient.rows.flatMap(row => row.problems).some(each => each.kind === 'stale')).toBe(false)
  })

  function istiod(name: string, revision = 'default') {
    const labels = {app: 'istiod', 'istio.io/rev': revision}
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name, namespace: 'istio-system', labels},
      status: {phase: 'Running'},
    }
  }
  const sidecar = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web-0', namespace: 'shop'},
    spec: {containers: [{name: 'web'}, {name: 'istio-proxy'}]},
    status: {phase: 'Running'},
  }
  const entry = {
    proxy: 'api-0.shop',
    istio_version: '1.31.0',
    resources: {
      'type.googleapis.com/envoy.config.cluster.v3.Cluster': {sent: 'a', acked: 'a'},
      'type.googleapis.com/envoy.config.listener.v3.Listener': {sent: 'b', acked: 'b'},
    },
  }

  test('an istiod that does not answer is listed, the answers of the others are used, and no proxy is called disconnected', async () => {
    const gap = {what: 'syncz', reason: 'timeout' as const, detail: 'no answer within 30 s'}
    const report = await proxyStatusReport(
      memorySource({
        objects: [istiod('istiod-a'), istiod('istiod-b'), sidecar],
        evidenceOf: {
          'istiod-a.istio-system': {'istiod.syncz': JSON.stringify([entry])},
          'istiod-b.istio-system': {'istiod.syncz': gap},
        },
      }),
      ALL,
    )
    expect(report.rows.map(row => [row.id, row.problems.length])).toEqual([
      ['api-0.shop', 0],
      ['web-0.shop', 0],
    ])
    expect(report.failing).toBe(false)
    expect(report.gaps).toEqual([{...gap, what: 'proxies of istiod-b.istio-system'}])
    expect(report.notes[0]).toMatch(/\b(?:it|they) may be connected to istiod-b/)
  })

  test('all istiods are asked at the same time', async () => {
    const inner = memorySource({
      objects: [istiod('istiod-a'), istiod('istiod-b'), istiod('istiod-c')],
      evidence: {'istiod.syncz': '[]'},
    })
    let asked = 0
    let release: () => void = () => {}
    const everyone = new Promise<void>(done => {
      release = done
    })
    const source: Source = {
      ...inner,
      async evidence(id, subject) {
        if (id === 'istiod.syncz' && ++asked === 3) release()
        if (id === 'istiod.syncz') await everyone
        return await inner.evidence(id, subject)
      },
    }
    expect((await proxyStatusReport(source, ALL)).istiods).toHaveLength(3)
  })

  test('a pod of a revision without an istiod is reported as such', async () => {
    const old = {...sidecar, metadata: {...sidecar.metadata, annotations: {'istio.io/rev': '1-29'}}}
    const source = memorySource({objects: [istiod('istiod-a', '1-31'), old], evidence: {'istiod.syncz': '[]'}})
    expect(await problems(source)).toEqual([
      'web-0.shop unknown  it was injected by revision 1-29, and no istiod of that revision is running',
    ])
  })

  test('--why of one proxy tells what its log says, and only of that one', async () => {
    const proxy = 'sick-nack-v1-77dfd6ff5b-5q26c.demo'
    const report = await proxyStatusReport(await sample(), {...ALL, proxy, why: true})
    expect(report.rows.map(row => row.id)).toEqual([proxy])
    expect(report.outside).toEqual([])
    expect(report.rows[0]?.problems[0]?.evidence?.[0]).toContain('rejected: Error adding/updating cluster(s) broken')
  })

  test('waiting ends when everything is in sync, or when the patience does', async () => {
    const late = {
      ...entry,
      resources: {...entry.resources, 'type.googleapis.com/envoy.config.cluster.v3.Cluster': {sent: 'b', acked: 'a'}},
    }
    let asked = 0
    let clock = 0
    const live = (until: number) => async () => {
      const page = JSON.stringify([++asked < until ? late : entry])
      const inner = memorySource({objects: [istiod('istiod-a')], evidence: {'istiod.syncz': page}})
      return await proxyStatusReport(
        {...inner, origin: {kind: 'cluster', label: 'live'}, traits: {live: true, complete: true}},
        ALL,
      )
    }
    const patience = {
      timeoutMs: 10_000,
      pollMs: 2000,
      nowMs: () => clock,
      sleep: async (ms: number) => {
        clock += ms
      },
    }
    const done = await waitForSync(live(3), patience)
    expect([done.failing, done.notes, asked]).toEqual([false, ['in sync after 4 s'], 3])
    asked = 0
    clock = 0
    const never = await waitForSync(live(100), patience)
    expect([never.failing, never.notes, asked]).toEqual([true, ['still not in sync after 10 s'], 6])
  })

  test('2,000 proxies over three istiods, one of them silent: it is asked once and what the others know is shown', async () => {
    const pages = [0, 1, 2].map(replica =>
      JSON.stringify(Array.from({length: 667}, (_, at) => ({...entry, proxy: `web-${replica}-${at}.shop`}))),
    )
    const inner = memorySource({
      objects: ['a', 'b', 'c'].map(name => istiod(`istiod-${name}`)),
      evidenceOf: Object.fromEntries(
        ['a', 'b', 'c'].map((name, at) => [`istiod-${name}.istio-system`, {'istiod.syncz': pages[at] ?? ''}]),
      ),
    })
    const waits: number[] = []
    const source: Source = {
      ...inner,
      async evidence(id, pod) {
        if (id !== 'istiod.syncz' || pod.name !== 'istiod-c') return await inner.evidence(id, pod)
        waits.push(1)
        return {ok: false, gap: {what: 'syncz', reason: 'timeout', detail: 'no answer within 30 s'}}
      },
    }
    const report = await proxyStatusReport(source, ALL)
    expect(report.rows).toHaveLength(1334)
    expect(waits).toHaveLength(1)
    expect(report.gaps.map(gap => gap.what)).toEqual(['proxies of istiod-c.istio-system'])
  })

  test('a revision tag selects its revision; a rejection by many proxies is reported once, and its objects are listed once', async () => {
    const filter = {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: {name: 'extra', namespace: 'shop'},
      spec: {configPatches: [{patch: {value: {name: 'broken'}}}]},
    }
    const tag = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: {name: 'istio-revision-tag-prod', labels: {'istio.io/tag': 'prod', 'istio.io/rev': '1-31'}},
    }
    const cds = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
    const lastError = 'Error adding/updating cluster(s) broken: no good'
    const page = Array.from({length: 40}, (_, at) => ({
      ...entry,
      proxy: `web-${at}.shop`,
      resources: {...entry.resources, [cds]: {sent: 'b', acked: 'a', lastError}},
    }))
    const inner = memorySource({
      objects: [istiod('istiod-a', '1-31'), istiod('istiod-b', '1-30'), filter, tag],
      evidenceOf: {'istiod-a.istio-system': {'istiod.syncz': JSON.stringify(page)}},
    })
    const listed: string[] = []
    const source: Source = {
      ...inner,
      async objects(query) {
        listed.push(query.kind)
        return await inner.objects(query)
      },
    }
    const report = await proxyStatusReport(source, {...ALL, revision: 'prod'})
    expect(report.istiods.map(each => each.pod.name)).toEqual(['istiod-a'])
    expect(listed.filter(kind => kind === 'EnvoyFilter')).toEqual(['EnvoyFilter'])
    const text = renderDoc(proxyStatusView.doc(report, 'short'), {width: 120, colour: false, headers: true})
    expect(text.split('\n').slice(2, 5)).toEqual([
      '40 proxies, each rejected its config: web-0.shop, web-1.shop, web-10.shop, web-11.shop, web-12.shop and 35 more',
      '  CDS: no good',
      '  Resource: cluster broken, from EnvoyFilter extra.shop; Istio does not generate a cluster named broken',
    ])
  })

  const [CDS, LDS] = ['cluster.v3.Cluster', 'listener.v3.Listener'].map(
    type => `type.googleapis.com/envoy.config.${type}`,
  ) as [string, string]
  function filterChanged(time: string | undefined) {
    const managed = time === undefined ? [] : [{manager: 'kubectl', time}]
    return {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: {
        name: 'extra',
        namespace: 'shop',
        creationTimestamp: '2026-11-20T09:00:00Z',
        managedFields: managed,
      },
      spec: {configPatches: [{patch: {value: {name: 'broken'}}}]},
    }
  }
  test.each([
    ['its object changed after that', '2026-11-20T10:00:00Z', '2026-11-20T10:10:00Z', 'for 50m'],
    ['its object changed before that', '2026-11-20T10:00:00Z', '2026-11-20T09:30:00Z', 'for at most 60m'],
    ['only the creation of its object is known', undefined, undefined, 'for at most 120m'],
  ])('the age of a rejection does not start again with a push: %s', async (_what, acked, changed, age) => {
    const lastError = 'Error adding/updating cluster(s) broken: no good'
    // Each change of the mesh pushes once more, and istiod then states the time of that push.
    for (const sentTime of ['2026-11-20T10:59:00Z', '2026-11-20T10:59:59Z']) {
      const page = {
        ...entry,
        resources: {
          ...entry.resources,
          [CDS]: {sent: `${sentTime}/9`, acked: acked === undefined ? '' : `${acked}/1`, sentTime, lastError},
        },
      }
      const source = memorySource({
        objects: [istiod('istiod-a'), filterChanged(changed)],
        evidence: {'istiod.syncz': JSON.stringify([{...page, proxy: 'api-0.shop'}])},
      })
      const report = await proxyStatusReport(source, {...ALL, at: new Date('2026-11-20T11:00:00Z')})
      const text = renderDoc(proxyStatusView.doc(report, 'short'), {width: 120, colour: false, headers: true})
      expect(text).toContain(`api-0.shop rejected its config (${age})`)
      expect(text).toContain('Envoy applied the other clusters of the update')
    }
  })

  test('a proxy that waits for its certificate has not asked for listeners: that is the reason, not a lost subscription', async () => {
    const cause =
      'failed to sign CSR: create certificate: rpc error: code = Unavailable desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"'
    const source = memorySource({
      objects: [istiod('istiod-a')],
      evidence: {
        'istiod.syncz': JSON.stringify([{...entry, resources: {[CDS]: {sent: 'a', acked: 'a'}}}]),
        'log.istio-proxy': `2026-11-20T10:00:00Z\twarn\tsds\t${cause}`,
      },
    })
    const [problem] = (await proxyStatusReport(source, ALL)).rows.flatMap(row => row.problems)
    expect(problem).toMatchObject({kind: 'unsubscribed', types: ['LDS'], since: '2026-11-20T10:00:00Z'})
    expect(problem?.reason).toMatch(/^it has not asked for its listeners yet.*a certificate was rejected: .*x509/)
    expect(problem?.advice).not.toContain('restarting')
  })

  test('a proxy that lost its subscription to clusters while it has listeners: restarting restores it', async () => {
    const source = memorySource({
      objects: [istiod('istiod-a')],
      evidence: {'istiod.syncz': JSON.stringify([{...entry, resources: {[LDS]: {sent: 'a', acked: 'a'}}}])},
    })
    const [problem] = (await proxyStatusReport(source, ALL)).rows.flatMap(row => row.problems)
    expect(problem).toMatchObject({kind: 'unsubscribed', types: ['CDS']})
    expect(problem?.advice).toContain('restarting the pod restores the subscription')
  })

  test('a proxy that never connected has been waiting since its pod started, not since the oldest line of its log', async () => {
    const started = {...sidecar, status: {phase: 'Running', startTime: '2026-11-20T10:00:00Z'}}
    const source = memorySource({
      objects: [istiod('istiod-a'), started],
      evidence: {
        'istiod.syncz': '[]',
        'envoy.config_dump': JSON.stringify({
          configs: [{'@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump'}],
        }),
        'log.istio-proxy': '2026-11-20T10:21:00Z\twarn\tdial tcp: lookup istiod.x on 10.0.0.1:53: no such host',
      },
    })
    const [problem] = (await proxyStatusReport(source, ALL)).rows.flatMap(row => row.problems)
    expect(problem).toMatchObject({kind: 'never-connected', since: '2026-11-20T10:00:00Z'})
  })

  test('a namespace that does not exist is an error, one without proxies is not', async () => {
    const namespace = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'empty'}}
    const source = memorySource({objects: [istiod('istiod-a'), namespace], evidence: {'istiod.syncz': '[]'}})
    await expect(proxyStatusReport(source, {...ALL, namespace: 'nosuchns'})).rejects.toThrow('"nosuchns" not found')
    expect((await proxyStatusReport(source, {...ALL, namespace: 'empty'})).rows).toEqual([])
  })

  test('a sidecar behind an init container that cannot start: that container is named', async () => {
    const status = {
      phase: 'Pending',
      initContainerStatuses: [{name: 'istio-init', state: {waiting: {reason: 'ImagePullBackOff'}}}],
      containerStatuses: [{name: 'istio-proxy', state: {waiting: {reason: 'PodInitializing'}}}],
    }
    const source = memorySource({objects: [istiod('istiod-a'), {...sidecar, status}], evidence: {'istiod.syncz': '[]'}})
    expect((await problems(source)).join()).toContain('(istio-init cannot start: ImagePullBackOff)')
  })

  test('metrics: one series per state and problem, labels escaped', async () => {
    const bad = {
      ...entry,
      resources: {
        ...entry.resources,
        'type.googleapis.com/envoy.config.route.v3.RouteConfiguration': {sent: 'x', lastError: 'say "no"'},
      },
    }
    const source = memorySource({objects: [istiod('istiod-a')], evidence: {'istiod.syncz': JSON.stringify([bad])}})
    const text = proxyStatusView.texts?.prom?.(await proxyStatusReport(source, ALL)) ?? ''
    expect(text).toContain('meshctl_proxy_types{type="RDS",state="ERROR"} 1\n')
    expect(text).toContain('meshctl_proxy_problem{proxy="api-0.shop",problem="rejected",types="RDS"} 1\n')
    expect(text).toContain('meshctl_istiod_answered{istiod="istiod-a"} 1\n')
  })
})
