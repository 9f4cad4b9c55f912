import {describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {controlPlaneReport} from '../../src/reports/diff/control-plane.js'
import {proxyStatusReport} from '../../src/reports/proxy-status/report.js'
import type {Source} from '../../src/sources/source.js'
import {memorySource} from '../support/memory-source.js'
import {captured, clusterServing, sampleSource} from '../support/served.js'

const FILTER = {istioNamespace: 'istio-system', staleAfterMs: 0}
const ISTIODS = ['istiod-a', 'istiod-b', 'istiod-c']

function istiod(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'istio-system', labels: {app: 'istiod', 'istio.io/rev': 'default'}},
    spec: {nodeName: 'node-1', containers: [{name: 'discovery'}]},
    status: {phase: 'Running', containerStatuses: [{name: 'discovery', ready: true, state: {running: {}}}]},
  }
}

function sidecar(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'fleet'},
    spec: {nodeName: 'node-1', containers: [{name: 'app'}, {name: 'istio-proxy'}]},
    status: {phase: 'Running'},
  }
}

function connection(pod: string) {
  const sync = {sent: '2026-11-20T18:54:18Z/1', acked: '2026-11-20T18:54:18Z/1'}
  const types = ['envoy.config.cluster.v3.Cluster', 'envoy.config.listener.v3.Listener']
  const resources = Object.fromEntries(types.map(type => [`type.googleapis.com/${type}`, sync]))
  return {cluster_id: 'Kubernetes', proxy: `${pod}.fleet`, proxy_type: 'sidecar', istio_version: '1.31.0', resources}
}

/** A fleet of 2,000 proxies, each connected to one of three istiods. */
function fleet(): Source {
  const names = Array.from({length: 2000}, (_, at) => `web-${String(at).padStart(4, '0')}`)
  const evidenceOf = Object.fromEntries(
    ISTIODS.map((name, at) => {
      const own = names.filter((_, index) => index % ISTIODS.length === at).map(connection)
      return [`${name}.istio-system`, {'istiod.syncz': JSON.stringify(own), 'istiod.version': '1.31.0-abc-Clean'}]
    }),
  )
  return memorySource({objects: [...ISTIODS.map(istiod), ...names.map(sidecar)], evidenceOf})
}

async function ask(source: Source) {
  const served = await clusterServing(source)
  try {
    return await proxyStatusReport(served, FILTER)
  } finally {
    await served.close()
  }
}

/** What every proxy of a source differs in from its istiod, and every proxy's state: everything the commands print. */
async function verdicts(source: Source): Promise<unknown> {
  const at = new Date('2026-11-20T19:00:00Z')
  const status = await proxyStatusReport(source, {...FILTER, at, why: true})
  const reported: unknown[] = [status.rows.map(({id, istiod: by, problems}) => [id, by, problems]), status.outside]
  for (const {id} of status.rows) {
    const pod = {name: id.slice(0, id.lastIndexOf('.')), namespace: id.slice(id.lastIndexOf('.') + 1)}
    try {
      const {pairs} = await controlPlaneReport(source, pod, FILTER)
      reported.push(pairs.map(({comparison, groups, syncProblems: said}) => [comparison, groups, said]))
    } catch (error) {
      reported.push((error as Error).message.split(':')[0])
    }
  }
  return reported
}

describe('the same verdicts wherever the sample is asked', () => {
  test('captured and redacted, and served as a cluster', async () => {
    const sample = await sampleSource()
    const bundle = await captured(sample)
    const served = await clusterServing(sample)
    try {
      const wanted = await verdicts(sample)
      expect(await verdicts(bundle)).toEqual(wanted)
      expect(await verdicts(served)).toEqual(wanted)
    } finally {
      await served.close()
    }
  }, 300_000)
})

describe('2,000 proxies over three istiods, through a served cluster', () => {
  test('no istiod is waited for before the next is asked', async () => {
    const inner = fleet()
    let asked = 0
    let release: () => void = () => {}
    const everyone = new Promise<void>(done => {
      release = done
    })
    const source: Source = {
      ...inner,
      async evidence(id, pod, query) {
        if (id === 'istiod.syncz') {
          if (++asked === ISTIODS.length) release()
          await everyone
        }
        return await inner.evidence(id, pod, query)
      },
    }
    const report = await ask(source)
    expect(report.rows).toHaveLength(2000)
    expect(report.rows.every(row => row.proxy !== undefined && row.problems.length === 0)).toBe(true)
    expect(report.failing).toBe(false)
  })

  test('an istiod that never answers is given up once and named; the others are shown', async () => {
    const inner = fleet()
    let asked = 0
    const source: Source = {
      ...inner,
      async evidence(id, pod, query) {
        if (id !== 'istiod.syncz' || pod.name !== 'istiod-b') return await inner.evidence(id, pod, query)
        asked++
        return await new Promise(() => {})
      },
    }
    const report = await ask(source)
    expect(report.istiods.map(each => [each.pod.name, each.silent?.reason])).toEqual([
      ['istiod-a', undefined],
      ['istiod-b', 'timeout'],
      ['istiod-c', undefined],
    ])
    expect(asked).toBe(1)
    expect(report.rows.filter(row => row.proxy !== undefined)).toHaveLength(1333)
    expect(report.rows.flatMap(row => row.problems)).toEqual([])
    expect(report.notes[0]).toMatch(/\b(?:it|they) may be connected to istiod-b/)
  }, 300_000)
})
