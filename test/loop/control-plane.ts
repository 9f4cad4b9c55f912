import {expect, test} from '@jest/globals'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {controlPlaneReport} from '../../src/reports/diff/control-plane.js'
import {proxyStatusReport} from '../../src/reports/proxy-status/report.js'
import type {Source} from '../../src/sources/source.js'
import {memorySource} from '../support/memory-source.js'
import {corpusShare} from '../support/oracle-size.js'
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

/** A fleet of so many proxies, each connected to one of three istiods. */
function fleet(count: number): Source {
  const names = Array.from({length: count}, (_, at) => `web-${String(at).padStart(4, '0')}`)
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

/** Every proxy's state, and what a share of the proxies differ in from their istiods: everything the commands print. */
async function verdicts(source: Source, share: number): Promise<unknown> {
  const at = new Date('2026-11-20T19:00:00Z')
  const status = await proxyStatusReport(source, {...FILTER, at, why: true})
  const reported: unknown[] = [status.rows.map(({id, istiod: by, problems}) => [id, by, problems]), status.outside]
  for (const {id} of corpusShare('LOOP', status.rows, share)) {
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

/** Asks the sample, a capture of it, and a cluster that serves it; `share` of the proxies are compared with their istiods. */
export function verdictsAreTheSame(share: number): void {
  test('captured and redacted, and served as a cluster', async () => {
    const sample = await sampleSource()
    const bundle = await captured(sample)
    const served = await clusterServing(sample)
    try {
      const wanted = await verdicts(sample, share)
      expect(await verdicts(bundle, share)).toEqual(wanted)
      expect(await verdicts(served, share)).toEqual(wanted)
    } finally {
      await served.close()
    }
  }, 300_000)
}

/** Asks for the state of so many proxies over three istiods, through a served cluster. */
export function fleetIsAsked(count: number): void {
  test('no istiod is waited for before the next is asked', async () => {
    const inner = fleet(count)
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
    expect(report.rows).toHaveLength(count)
    expect(report.rows.every(row => row.proxy !== undefined && row.problems.length === 0)).toBe(true)
    expect(report.failing).toBe(false)
  })

  test('an istiod that never answers is given up once and named; the others are shown', async () => {
    const inner = fleet(count)
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
    expect(report.rows.filter(row => row.proxy !== undefined)).toHaveLength(count - Math.floor((count + 1) / 3))
    expect(report.rows.flatMap(row => row.problems)).toEqual([])
    expect(report.notes[0]).toMatch(/\b(?:it|they) may be connected to istiod-b/)
  }, 300_000)
}
