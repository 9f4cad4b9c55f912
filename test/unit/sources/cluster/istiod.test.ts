import {describe, expect, test} from '@jest/globals'
import {recordedStream} from '../../../support/recorded-wire.js'
import {printed, scriptedCluster} from '../../../support/scripted-cluster.js'
import {ask, bytesOf, gapOf, POD} from '../../../support/sleep-pod.js'

describe('the control plane', () => {
  const istiods = (...names: string[]) =>
    JSON.stringify({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {},
      items: names.map(name => ({
        metadata: {
          name,
          namespace: 'istio-system',
          labels: {app: 'istiod', 'istio.io/rev': name.split('-')[1] ?? 'default'},
        },
        spec: {containers: []},
        status: {phase: 'Running'},
      })),
    })
  const listed =
    (...names: string[]) =>
    (path: string) =>
      path.includes('labelSelector=app%3Distiod') ? {body: istiods(...names)} : undefined

  test('the configuration of a proxy comes from the replica that holds its connection', async () => {
    let asked = 0
    const {answer} = await ask(
      {
        get: listed('istiod-a', 'istiod-b'),
        forward: () => (_request, response) => {
          asked += 1
          // Older istiods say it with status 200.
          if (asked === 1)
            response.end('Proxy not connected to this Pilot instance. It may be connected to another instance.')
          else response.end('{"configs":[]}')
        },
      },
      'istiod.config_dump',
    )
    expect(bytesOf(answer)).toBe('{"configs":[]}')
    expect(answer).toMatchObject({value: {provenance: {path: 'debug/config_dump?proxyID=sleep.demo&include_eds=true'}}})
  })

  test('no replica holds it: not found, with who was asked', async () => {
    const forward = () => (_request: unknown, response: import('node:http').ServerResponse) =>
      response.writeHead(404).end('Proxy not connected to this Pilot instance.')
    const gap = gapOf((await ask({get: listed('istiod-a', 'istiod-b'), forward}, 'istiod.config_dump')).answer)
    expect(gap).toMatchObject({
      reason: 'not-found',
      detail: 'sleep.demo is not connected to any istiod (queried istiod-a.istio-system, istiod-b.istio-system)',
    })
  })

  test('replicas are listed once for many proxies; a list that failed is asked for again', async () => {
    let lists = 0
    const refused = {kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403}
    const {source, close} = await scriptedCluster({
      get: path => {
        if (!path.includes('labelSelector=app%3Distiod')) return undefined
        lists += 1
        return lists === 1 ? {status: 403, body: JSON.stringify(refused)} : {body: istiods('istiod-a')}
      },
      forward: () => (_request, response) => response.end('{"configs":[]}'),
    })
    const ask = () => source.evidence('istiod.config_dump', POD)
    expect(gapOf(await ask()).reason).toBe('forbidden')
    expect([await ask(), await ask()].map(each => each.ok)).toEqual([true, true])
    expect(lists).toBe(2)
    await close()
  })

  test('a replica that cannot be reached is a failure, not an absence', async () => {
    const gap = gapOf(
      (await ask({get: listed('istiod-a'), forward: () => recordedStream('pf-forbidden')}, 'istiod.config_dump'))
        .answer,
    )
    expect(gap.reason).toBe('forbidden')
  })

  test('no permission to forward: through istiod’s own program in its container', async () => {
    const exec = (container: string, argv: readonly string[]) => printed(`{"said":"${container}: ${argv.join(' ')}"}`)
    const script = {get: listed('istiod-a'), forward: () => recordedStream('pf-forbidden'), exec}
    expect(bytesOf((await ask(script, 'istiod.config_dump')).answer)).toBe(
      '{"said":"discovery: pilot-discovery request GET /debug/config_dump?proxyID=sleep.demo&include_eds=true"}',
    )
  })

  test('a revision picks by label, a tag by its webhook configuration, neither says where to look', async () => {
    const forward = () => (_request: unknown, response: import('node:http').ServerResponse) => response.end('{}')
    const tagged = JSON.stringify({
      kind: 'MutatingWebhookConfigurationList',
      apiVersion: 'admissionregistration.k8s.io/v1',
      metadata: {},
      items: [{metadata: {name: 'tag', labels: {'istio.io/tag': 'prod', 'istio.io/rev': 'b'}}}],
    })
    const get = (path: string) =>
      listed('istiod-a', 'istiod-b')(path) ?? (path.includes('istio.io%2Ftag%3Dprod') ? {body: tagged} : undefined)
    const from = async (revision: string) => {
      const {answer} = await ask({get, forward}, 'istiod.config_dump', {revision})
      return answer.ok ? answer.value.provenance.from : answer.gap.detail
    }
    expect(await from('a')).toBe('istiod-a.istio-system')
    expect(await from('prod')).toBe('istiod-b.istio-system')
    expect(gapOf((await ask({get: listed(), forward}, 'istiod.config_dump')).answer)).toMatchObject({
      reason: 'not-found',
      detail: 'no istiod is running in namespace istio-system',
    })
  })
})
