import {describe, expect, test} from '@jest/globals'
import type {DebugContainer} from '../../../../src/sources/changes.js'
import {timersLeft} from '../../../support/live-timers.js'
import {RECORDED_HTTP} from '../../../support/recorded-wire.js'
import {type ClusterScript, printed, scriptedCluster} from '../../../support/scripted-cluster.js'

const POD = {namespace: 'demo', name: 'sleep'}
const POD_PATH = '/api/v1/namespaces/demo/pods/sleep'

function pod(
  ephemeral: readonly {readonly name: string; readonly securityContext?: object; readonly state: object}[] = [],
  image = 'istio/proxyv2:1.31',
): string {
  return JSON.stringify({
    kind: 'Pod',
    metadata: {name: 'sleep', namespace: 'demo'},
    spec: {
      containers: [{name: 'app', image: 'app'}],
      initContainers: image === '' ? [] : [{name: 'istio-proxy', image, restartPolicy: 'Always'}],
      ephemeralContainers: ephemeral.map(({state: _, ...spec}) => spec),
    },
    status: {
      phase: 'Running',
      initContainerStatuses: [{name: 'istio-proxy', state: {running: {}}, ready: true, restartCount: 0}],
      ephemeralContainerStatuses: ephemeral.map(({name, state}) => ({name, state})),
    },
  })
}

interface Added {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
  readonly securityContext: {readonly capabilities: object}
}

/** A cluster that takes the container and shows it in the given states, one per look. */
async function withDebug(states: readonly object[], image?: string, more: Partial<ClusterScript> = {}) {
  const added: Added[] = []
  const types: string[] = []
  let looks = 0
  const cluster = await scriptedCluster({
    get(path) {
      if (path !== POD_PATH) return undefined
      if (added.length === 0) return {body: pod([], image)}
      const state = states[Math.min(looks++, states.length - 1)] ?? {}
      return {
        body: pod(
          added.map(spec => ({...spec, state})),
          image,
        ),
      }
    },
    patch(path, type, body) {
      expect(path).toBe(`${POD_PATH}/ephemeralcontainers`)
      types.push(type)
      added.push((JSON.parse(body) as {spec: {ephemeralContainers: [Added]}}).spec.ephemeralContainers[0])
      return {body: pod()}
    },
    ...more,
  })
  return {cluster, added, types}
}

async function add(source: Awaited<ReturnType<typeof scriptedCluster>>['source'], image?: string) {
  const announced: DebugContainer[] = []
  const answer = await source.changes?.addDebugContainer(POD, image, async planned => void announced.push(planned))
  return {answer, announced}
}

describe('a debug container', () => {
  test('is announced before it is added, gets NET_ADMIN and an end, and kernel rules are then read in it', async () => {
    const states = [{waiting: {reason: 'ContainerCreating'}}, {running: {}}]
    const exec = (container: string, argv: readonly string[]) => printed(`${container}: ${argv.join(' ')}`)
    const {cluster, added, types} = await withDebug(states, undefined, {exec})
    const {answer, announced} = await add(cluster.source)
    const [spec] = added
    expect(answer).toEqual({ok: true, value: announced[0]})
    expect(announced).toEqual([{name: spec?.name, image: 'istio/proxyv2:1.31'}])
    expect(spec?.name).toMatch(/^meshctl-debug-[0-9a-f]{6}$/)
    expect(spec).toMatchObject({
      command: ['pilot-agent', 'wait', '--timeoutSeconds', '120', '--url', 'http://127.0.0.1:1/'],
      securityContext: {runAsUser: 0, capabilities: {drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW']}},
    })
    expect(types).toEqual(['application/strategic-merge-patch+json'])
    const rules = await cluster.source.evidence('net.iptables.nft', POD)
    if (!rules.ok) throw new Error(rules.gap.detail)
    expect(Buffer.from(rules.value.bytes).toString()).toBe(`${spec?.name}: iptables-nft-save -c`)
    await cluster.close()
    expect(await timersLeft()).toBe(0)
  })

  test.each([
    ['that runs long enough is used again', 10, undefined, 0],
    ['that is about to end is not', 100, undefined, 1],
    ['with another image than the wanted one is not', 10, 'nettools:1', 1],
  ])('one of an earlier run %s', async (_what, age, image, count) => {
    const earlier = {name: 'meshctl-debug-abcdef', image: 'istio/proxyv2:1.31', command: [], securityContext: {}}
    const startedAt = new Date(Date.now() - age * 1000).toISOString()
    const {cluster, added} = await withDebug([{running: {}}], undefined, {
      get: path => {
        const all = [
          {...earlier, state: {running: {startedAt}}},
          ...added.map(spec => ({...spec, state: {running: {}}})),
        ]
        return path === POD_PATH ? {body: pod(all)} : undefined
      },
    })
    const {answer, announced} = await add(cluster.source, image)
    expect(added.length).toBe(count)
    if (count === 0) {
      expect(answer).toEqual({ok: true, value: {name: earlier.name, image: earlier.image, reused: true}})
      expect(announced).toEqual([])
    }
    await cluster.close()
  })

  test('a distroless image, which has no sleep, waits by the agent; another image is used when named', async () => {
    const {cluster, added} = await withDebug([{running: {}}], 'istio/proxyv2:1.31-distroless')
    await add(cluster.source)
    await add(cluster.source, 'nettools:1')
    expect(added.map(each => [each.image, each.command[0]])).toEqual([
      ['istio/proxyv2:1.31-distroless', 'pilot-agent'],
      ['nettools:1', 'sleep'],
    ])
    await cluster.close()
  })

  test.each([
    [
      'ErrImagePull',
      {waiting: {reason: 'ErrImagePull', message: 'not found'}},
      'it does not start (ErrImagePull: not found)',
    ],
    [
      'CreateContainerConfigError',
      {waiting: {reason: 'CreateContainerConfigError', message: 'image will run as root'}},
      'it does not start (CreateContainerConfigError: image will run as root)',
    ],
    [
      'no sleep in the image',
      {terminated: {reason: 'StartError', message: 'exec: "sleep": executable file not found', exitCode: 128}},
      'it exited immediately (StartError: exec: "sleep": executable file not found)',
    ],
  ])('%s is given up at once, with the reason', async (_name, state, detail) => {
    const {cluster} = await withDebug([{waiting: {reason: 'ContainerCreating'}}, state])
    const {answer} = await add(cluster.source)
    expect(answer).toMatchObject({ok: false, gap: {reason: 'failed', detail}})
    expect(answer?.ok === false && answer.gap.hint).toContain('--debug-image nicolaka/netshoot')
    await cluster.close()
    expect(await timersLeft()).toBe(0)
  })

  const refused = RECORDED_HTTP.filter(each => each.method === 'PATCH' && each.status === 403)
  test('the recorded denials are two: a role and Pod Security', () => {
    expect(refused.length).toBe(2)
  })

  test.each([
    [
      'as reader',
      0,
      'cannot patch pods/ephemeralcontainers in namespace demo',
      'Ask for a Role with patch on pods/ephemeralcontainers',
    ],
    ['by Pod Security', 1, 'violates PodSecurity "baseline:latest"', 'does not allow NET_ADMIN'],
  ])('denied %s, as recorded: forbidden, with what to do', async (_name, index, detail, hint) => {
    const {status, body} = refused[index] ?? {status: 0, body: ''}
    const {cluster} = await withDebug([], undefined, {patch: () => ({status, body})})
    const {answer} = await add(cluster.source)
    expect(answer).toMatchObject({
      ok: false,
      gap: {reason: 'forbidden', detail: expect.stringContaining(detail), hint: expect.stringContaining(hint)},
    })
    await cluster.close()
  })

  test('a pod without a proxy needs an image to be named', async () => {
    const {cluster, added} = await withDebug([{running: {}}], '')
    expect((await add(cluster.source)).answer).toMatchObject({ok: false, gap: {reason: 'not-applicable'}})
    expect(added).toEqual([])
    await cluster.close()
  })
})

describe('log levels', () => {
  test('are posted to the admin port, all or one logger, and nothing else is ever sent', async () => {
    const sent: string[] = []
    const cluster = await scriptedCluster({
      get: () => undefined,
      forward: () => (request, response) => {
        sent.push(`${request.method} ${request.url}`)
        response.end('active loggers:\n  http: debug\n')
      },
    })
    const set = cluster.source.changes?.setLogLevel
    expect((await set?.(POD, 'debug'))?.ok).toBe(true)
    expect((await set?.(POD, 'trace', 'http'))?.ok).toBe(true)
    for (const [level, logger] of [
      ['loud', undefined],
      ['debug', 'x&y'],
      ['debug', ''],
    ] as const) {
      expect(await set?.(POD, level, logger)).toMatchObject({ok: false})
    }
    expect(sent).toEqual(['POST /logging?level=debug', 'POST /logging?http=trace'])
    await cluster.close()
  })
})
