import {afterEach, describe, expect, test} from '@jest/globals'
import type {KubeObject} from '../../../../src/model/kube/kube-object.js'
import {type Monitor, type MonitorRound, openMonitor} from '../../../../src/reports/monitor/monitor.js'
import {RULES} from '../../../../src/rules/registry.js'
import {sourceOn} from '../../../../src/sources/cluster/live-source.js'
import {apiAt} from '../../../support/api-at.js'
import {type ChurningApi, churningApi, type Refuse} from '../../../support/churning-api.js'
import {sidecarPod} from '../../../support/sidecar-pod.js'

const AT = new Date('2026-11-20T12:00:00Z')
const SETTINGS = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 20_000, adminPort: 15_000}

function service(name: string, namespace: string, app: string): KubeObject {
  const spec = {selector: {app}, ports: [{name: 'http', port: 80, targetPort: 'http'}]}
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace}, spec} as unknown as KubeObject
}

interface Watched {
  readonly api: ChurningApi
  readonly monitor: Monitor
  next(): Promise<MonitorRound>
  /** Fires the signal and says whether the rounds end. */
  stop(): Promise<boolean>
}

const closers: (() => Promise<void>)[] = []

async function watched(
  objects: readonly KubeObject[],
  only: readonly string[],
  more: {readonly refuse?: Refuse; readonly namespace?: string; readonly selector?: string} = {},
): Promise<Watched> {
  const api = await churningApi(objects, more.refuse)
  const source = sourceOn(apiAt(api.url).api, SETTINGS, 'cluster test', 'shop')
  const stop = new AbortController()
  const monitor = openMonitor(source, {
    rules: RULES.filter(({code}) => only.includes(code)),
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: false,
    policy: {severities: new Map(), accepted: [], at: AT},
    namespace: more.namespace,
    selector: more.selector,
    settleMs: 0,
    resyncMs: 60_000,
    clock: {
      now: () => AT,
      // No resync unless a test asks: its sleep ends with the wait.
      sleep: (ms, signal) =>
        ms === 0 ? Promise.resolve() : new Promise(resolve => signal.addEventListener('abort', () => resolve())),
    },
  })
  const rounds = monitor.rounds(stop.signal)
  closers.push(async () => {
    stop.abort()
    await monitor.close()
    await source.close()
    await api.close()
  })
  return {
    api,
    monitor,
    async stop() {
      stop.abort()
      return (await rounds.next()).done === true
    },
    async next() {
      const {value, done} = await rounds.next()
      if (done === true || value === undefined) throw new Error('the monitor ended')
      return value
    },
  }
}

/** The next round that changes findings, as `state code workload`. */
async function nextChanges({next}: Watched): Promise<readonly string[]> {
  for (;;) {
    const {changes} = await next()
    if (changes.length > 0)
      return changes.map(
        ({state, finding: {code, workload}}) => `${state} ${code} ${workload.namespace}/${workload.name}`,
      )
  }
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

describe('a monitor', () => {
  test('checks every pod once, then only the one that changed, and says what began and ended', async () => {
    const run = await watched([sidecarPod('a', 1337), sidecarPod('b', 1000), sidecarPod('c', 1000)], ['MCT1001'])
    const first = await run.next()
    expect(first.checked).toBe(3)
    expect(first.changes.map(({state, finding}) => [state, finding.code, finding.workload.name])).toEqual([
      ['found', 'MCT1001', 'a'],
    ])
    await run.api.put(sidecarPod('b', 1337))
    expect(await nextChanges(run)).toEqual(['found MCT1001 shop/b'])
    await run.api.put(sidecarPod('a', 1000))
    expect(await nextChanges(run)).toEqual(['resolved MCT1001 shop/a'])
    await run.api.remove('Pod', 'shop', 'b-0')
    expect(await nextChanges(run)).toEqual(['resolved MCT1001 shop/b'])
    expect(run.monitor.counters()).toMatchObject({pods: 2, events: 3})
    expect(run.api.asked.filter(each => each === 'list pods')).toHaveLength(1)
  })

  test('a change of fields that no rule reads checks nothing', async () => {
    const run = await watched([sidecarPod('a', 1000), sidecarPod('b', 1000)], ['MCT1001'])
    await run.next()
    const heartbeat = sidecarPod('a', 1000)
    await run.api.put({...heartbeat, metadata: {...heartbeat.metadata, generation: 7}} as KubeObject)
    await run.api.put(sidecarPod('b', 1337))
    expect(await nextChanges(run)).toEqual(['found MCT1001 shop/b'])
    expect(run.monitor.counters()).toMatchObject({events: 2, podChecks: 3})
  })

  test('a Service concerns the pods of its namespace alone', async () => {
    const objects = [
      sidecarPod('a', 1000),
      sidecarPod('b', 1000),
      sidecarPod('far', 1000, 'other'),
      service('a', 'shop', 'a'),
      service('far', 'other', 'far'),
    ]
    const run = await watched(objects, ['MCT1102'])
    expect((await run.next()).changes.map(({finding}) => finding.workload.name)).toEqual(['b'])
    await run.api.put(service('b', 'shop', 'b'))
    expect(await nextChanges(run)).toEqual(['resolved MCT1102 shop/b'])
    // Three at first, then the two of shop.
    expect(run.monitor.counters().podChecks).toBe(5)
  })

  test('a watch that ends goes on from its version; one that expired lists again and misses nothing', async () => {
    const run = await watched([sidecarPod('a', 1000), sidecarPod('b', 1000)], ['MCT1001'])
    await run.next()
    run.api.expire()
    run.api.cut()
    await run.api.remove('Pod', 'shop', 'a-0')
    await run.api.put(sidecarPod('b', 1337))
    expect(await nextChanges(run)).toEqual(['found MCT1001 shop/b'])
    expect(run.monitor.counters().pods).toBe(1)
    expect(run.api.asked.filter(each => each === 'list pods').length).toBeGreaterThan(1)
  })

  test('a lost watch is told', async () => {
    const run = await watched([sidecarPod('a', 1000)], ['MCT1001'])
    await run.next()
    run.api.cut()
    const lost: string[] = []
    while (!lost.some(each => each.startsWith('the watch of Pod was lost'))) lost.push(...(await run.next()).lost)
    expect(run.monitor.counters().watchesLost).toBeGreaterThan(0)
  })

  test('a kind that may be listed and not watched is not checked, with the permission that is missing', async () => {
    const message =
      'services is forbidden: User "sre" cannot watch resource "services" in API group "" at the cluster scope'
    const body = JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message,
    })
    const refuse: Refuse = request => (request === 'watch services' ? {status: 403, body} : undefined)
    const {next} = await watched([sidecarPod('a', 1000), service('a', 'shop', 'a')], ['MCT1102'], {refuse})
    const {gaps, changes} = await next()
    expect(changes).toEqual([])
    expect(gaps).toEqual([
      expect.objectContaining({reason: 'forbidden', detail: 'user sre cannot watch services cluster-wide'}),
    ])
  })

  test('a signal between two rounds ends them', async () => {
    const run = await watched([sidecarPod('a', 1000)], ['MCT1001'])
    await run.next()
    expect(await run.stop()).toBe(true)
  })

  test('closing ends what still waits for its first list', async () => {
    const never: Refuse = request => (request === 'watch pods' ? 'silence' : undefined)
    const {monitor, next} = await watched([sidecarPod('a', 1000)], ['MCT1001'], {refuse: never})
    const first = next()
    await new Promise(resolve => setImmediate(resolve))
    await monitor.close()
    await expect(first).rejects.toThrow(/interrupted/)
  })

  test('pods that may not be watched are an error', async () => {
    const body = JSON.stringify({kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no'})
    const refuse: Refuse = request => (request === 'list pods' ? {status: 403, body} : undefined)
    const {next} = await watched([sidecarPod('a', 1000)], ['MCT1001'], {refuse})
    await expect(next()).rejects.toThrow(/Pod objects/)
  })

  test('one namespace and a selector limit the pods, not what rules read', async () => {
    const objects = [sidecarPod('a', 1337), sidecarPod('b', 1337), sidecarPod('far', 1337, 'other')]
    const run = await watched(objects, ['MCT1001'], {namespace: 'shop', selector: 'app=a'})
    const {checked, changes} = await run.next()
    expect([checked, changes.map(({finding}) => finding.workload.name)]).toEqual([1, ['a']])
  })

  test('a source that does not change is refused', async () => {
    const {memorySource} = await import('../../../support/memory-source.js')
    expect(() =>
      openMonitor(memorySource({}), {
        ...{rules: [], failOn: 'warning', istioNamespace: 'istio-system', deep: false, settleMs: 0, resyncMs: 1},
        ...{namespace: undefined, selector: undefined, policy: {severities: new Map(), accepted: [], at: AT}},
        clock: {now: () => AT, sleep: () => Promise.resolve()},
      }),
    ).toThrow(/does not change/)
  })
})
