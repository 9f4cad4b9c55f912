import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import type {Artifact} from '../../../src/model/evidence/evidence.js'
import {controlPlaneReport} from '../../../src/reports/diff/control-plane.js'
import {type PairDiff, pairDiff, readAnswer} from '../../../src/reports/diff/pair.js'
import {replicasReport} from '../../../src/reports/diff/replicas.js'
import {type DiffReport, sidesReport} from '../../../src/reports/diff/report.js'
import {diffView} from '../../../src/reports/diff/view.js'
import {openSource} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {resolvePods} from '../../../src/sources/subject.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {memorySource} from '../../support/memory-source.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

interface Reviewed {
  readonly difference: string
  readonly cause: string
  readonly why: string
}

const GOLDEN: Readonly<Record<string, readonly Reviewed[]>> = JSON.parse(
  readFileSync(resolve('src/reports/diff/golden/mesh.json'), 'utf8'),
)
const QUESTION = {istioNamespace: 'istio-system'}

function found(pair: PairDiff | undefined): readonly Omit<Reviewed, 'why'>[] {
  return (pair?.groups ?? []).flatMap(({cause, differences}) =>
    differences.map(({section, name, kind}) => ({difference: `${kind} ${section} ${name}`, cause: cause.title})),
  )
}

function reviewed(name: string): readonly Omit<Reviewed, 'why'>[] {
  return (GOLDEN[name] ?? []).map(({difference, cause}) => ({difference, cause}))
}

async function sample(): Promise<Source> {
  return await openSource('sample', {
    root: process.cwd(),
    adminPort: 15_000,
    cluster: {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 1000, adminPort: 15_000},
  })
}

function text(report: DiffReport): string {
  return renderDoc(diffView.doc(report, 'table'), {width: 120, colour: false, headers: true})
}

/** Every proxy of a source against its istiod: the differences by proxy, and those that have no istiod. */
async function everyProxy(source: Source) {
  const pods = await resolvePods(source, {allNamespaces: true})
  const results = new Map<string, readonly Omit<Reviewed, 'why'>[] | 'not connected'>()
  for (const pod of pods) {
    const ref = {namespace: pod.metadata.namespace ?? '', name: pod.metadata.name}
    const held = await source.evidence('istiod.config_dump', ref)
    if (!held.ok && held.gap.reason === 'not-captured') continue
    try {
      const report = await controlPlaneReport(source, ref, QUESTION)
      expect(report.failing).toBe(report.pairs[0]?.comparison.differences.length !== 0)
      results.set(`${ref.name}.${ref.namespace}`, found(report.pairs[0]))
    } catch (error) {
      expect((error as Error).message).toContain('no istiod has config for')
      results.set(`${ref.name}.${ref.namespace}`, 'not connected')
    }
  }
  return results
}

describe('istiod against Envoy', () => {
  test('the sample mesh: only what was reviewed differs', async () => {
    const results = await everyProxy(await sample())
    expect(results.size).toBe(19)
    for (const [name, differences] of results) {
      const disconnected = /^sick-(notready|stale)/.test(name)
      expect([name, differences]).toEqual([name, disconnected ? 'not connected' : reviewed(name)])
    }
  })

  test('the summary comes first, with the problems istiod reports', async () => {
    const source = await sample()
    const [pod] = await resolvePods(source, {name: 'deploy/sick-nack-v1'})
    const report = await controlPlaneReport(source, {namespace: 'demo', name: pod?.metadata.name ?? ''}, QUESTION)
    expect(text(report).split('\n').slice(0, 3)).toEqual([
      'sick-nack-v1-77dfd6ff5b-5q26c.demo: 1 difference: 1 cluster only in istiod-7d5679cd87-m8t7m',
      '  - istiod-7d5679cd87-m8t7m   + Envoy   compared: 43 clusters, 20 listeners, 7 routes',
      '  istiod on CDS for cluster broken: ring hash: minimum_ring_size (100) > maximum_ring_size (10) (last CDS update accepted without errors: 2026-11-20T18:54:04Z)',
    ])
    expect(diffView.data(report)).toEqual([{op: 'remove', path: '/clusters/broken'}])
  })

  sharedTest('every captured pair of dumps: only what was reviewed differs', async () => {
    const source = await sharedMesh('2026-11-20T18:57:00Z')
    const results = await everyProxy(source)
    expect(results.size).toBe(24)
    for (const [name, differences] of results) {
      const disconnected = /^sick-(notready|stale)/.test(name)
      expect([name, differences]).toEqual([name, disconnected ? 'not connected' : reviewed(name)])
    }
  })

  sharedTest('the minute of STALE: the new port is what the proxy lacks', () => {
    const read = (id: Artifact['id'], file: string) => {
      const config = readAnswer({
        ok: true,
        value: {id, bytes: readFileSync(join(SHARED, 'stale', file)), provenance: {}},
      })
      if (!config.ok) throw new Error(config.gap.detail)
      return config.value
    }
    const pair = pairDiff(
      'stale',
      ['istiod', read('istiod.config_dump', 'istiod_config_dump.json')],
      ['Envoy', read('envoy.config_dump', 'envoy_config_dump.json')],
    )
    expect(found(pair)).toEqual(reviewed('stale'))
  })

  test('querying a live istiod 1.27.1 about a gateway is refused with an alternative', async () => {
    const labels = {app: 'istiod'}
    const inner = memorySource({
      objects: [{apiVersion: 'v1', kind: 'Pod', metadata: {name: 'istiod-a', namespace: 'istio-system', labels}}],
      evidence: {
        'istiod.syncz': JSON.stringify([{proxy: 'gw-0.edge', proxy_type: 'router', istio_version: '1.27.1'}]),
        'istiod.version': '1.27.1-abcdef-Clean',
        'istiod.config_dump': '{"configs":[]}',
        'envoy.config_dump': '{"configs":[]}',
      },
    })
    const live: Source = {
      ...inner,
      origin: {kind: 'cluster', label: 'cluster test'},
      traits: {...inner.traits, live: true},
    }
    const pod = {namespace: 'edge', name: 'gw-0'}
    await expect(controlPlaneReport(live, pod, QUESTION)).rejects.toThrow(
      /1\.27\.1 has a bug: .* can stop the delivery/,
    )
    expect((await controlPlaneReport(live, pod, {...QUESTION, askAnyway: true})).failing).toBe(false)
    expect((await controlPlaneReport(inner, pod, QUESTION)).failing).toBe(false)
  })
})

describe('an istiod that restarted, and a credential that does not come', () => {
  const type = (section: string) => ({'@type': `type.googleapis.com/envoy.admin.v3.${section}ConfigDump`})
  const name = 'outbound|80||web.shop.svc.cluster.local'
  const endpoints = {
    ...type('Endpoints'),
    dynamicEndpointConfigs: [
      {
        endpointConfig: {
          clusterName: name,
          endpoints: [{lbEndpoints: [{endpoint: {address: {socketAddress: {address: '10.0.0.7', portValue: 80}}}}]}],
        },
      },
    ],
  }
  function side(id: Artifact['id'], configs: readonly object[]) {
    const config = readAnswer({ok: true, value: {id, bytes: Buffer.from(JSON.stringify({configs})), provenance: {}}})
    if (!config.ok) throw new Error(config.gap.detail)
    return config.value
  }
  const runs = {...type('Clusters'), dynamicActiveClusters: [{cluster: {name, type: 'EDS'}}]}

  test('clusters it has lost are not compared, and the endpoints that both have are equal', () => {
    const istiod = side('istiod.config_dump', [type('Bootstrap'), type('Clusters'), endpoints])
    const envoy = side('envoy.config_dump', [{...type('Bootstrap'), bootstrap: {node: {}}}, runs, endpoints])
    const pair = pairDiff('p', ['istiod', istiod], ['Envoy', envoy])
    expect(pair.comparison.differences).toEqual([])
    expect([...pair.comparison.notCompared].join()).toContain('not subscribed to them since istiod restarted')
  })

  test('a secret Envoy waits for is not a rotation: it is named, with the likely reason', () => {
    const waits = {...type('Secrets'), dynamicWarmingSecrets: [{name: 'kubernetes://web-cert', secret: {name: 'x'}}]}
    const istiod = side('istiod.config_dump', [type('Bootstrap'), runs, endpoints, type('Secrets')])
    const envoy = side('envoy.config_dump', [{...type('Bootstrap'), bootstrap: {node: {}}}, runs, endpoints, waits])
    const pair = pairDiff('gw', ['istiod', istiod], ['Envoy', envoy])
    expect(pair.comparison.differences).toEqual([])
    expect(pair.syncProblems.join()).toContain('kubernetes://web-cert: Envoy waits for it: istiod has not delivered it')
  })
})

describe('endpoints and secrets istiod tells of', () => {
  const socket = (address: string) => ({socketAddress: {address, portValue: 80}})
  const name = 'outbound|80||web.shop.svc.cluster.local'
  function dump(id: Artifact['id'], configs: readonly object[]) {
    const config = readAnswer({ok: true, value: {id, bytes: Buffer.from(JSON.stringify({configs})), provenance: {}}})
    if (!config.ok) throw new Error(config.gap.detail)
    return config.value
  }
  const type = (section: string) => ({'@type': `type.googleapis.com/envoy.admin.v3.${section}ConfigDump`})
  const clusters = {
    ...type('Clusters'),
    dynamicActiveClusters: [{cluster: {name, type: 'EDS'}}, {cluster: {name: 'dns', type: 'STRICT_DNS'}}],
  }
  const istiod = (...addresses: string[]) =>
    dump('istiod.config_dump', [
      type('Bootstrap'),
      clusters,
      {
        ...type('Endpoints'),
        dynamicEndpointConfigs: [
          {
            endpointConfig: {
              clusterName: name,
              endpoints: [
                {
                  locality: {region: 'r'},
                  lbEndpoints: addresses.map(each => ({endpoint: {address: socket(each)}, loadBalancingWeight: 1})),
                },
              ],
            },
          },
        ],
      },
      {
        ...type('Secrets'),
        dynamicActiveSecrets: [
          {
            name: 'kubernetes://edge',
            secret: {name: 'kubernetes://edge', tlsCertificate: {certificateChain: {inlineBytes: 'b25l'}}},
          },
        ],
      },
    ])
  const envoy = (certificate: string, ...addresses: string[]) =>
    dump('envoy.config_dump', [
      {...type('Bootstrap'), bootstrap: {node: {id: 'router~10.0.0.9~gw-0.edge~x'}}},
      clusters,
      {
        ...type('Endpoints'),
        dynamic_endpoint_configs: [
          {
            endpoint_config: {
              cluster_name: name,
              policy: {overprovisioning_factor: 140},
              endpoints: [
                {
                  locality: {region: 'r'},
                  lb_endpoints: addresses.map(each => ({endpoint: {address: socket(each)}, health_status: 'HEALTHY'})),
                },
              ],
            },
          },
          {
            endpoint_config: {
              cluster_name: 'dns',
              endpoints: [{lb_endpoints: [{endpoint: {address: socket('192.0.2.1')}}]}],
            },
          },
        ],
      },
      {
        ...type('Secrets'),
        dynamic_active_secrets: [
          {
            name: 'kubernetes://edge',
            secret: {name: 'kubernetes://edge', tls_certificate: {certificate_chain: {inline_bytes: certificate}}},
          },
          {name: 'default', secret: {tls_certificate: {certificate_chain: {inline_bytes: 'bWluZQ=='}}}},
        ],
      },
    ])

  test('the same endpoints in another order, what Envoy resolved itself and its own certificate are not differences', () => {
    const pair = pairDiff(
      'gw',
      ['istiod', istiod('10.0.0.1', '10.0.0.2')],
      ['Envoy', envoy('b25l', '10.0.0.2', '10.0.0.1')],
    )
    expect(pair.comparison.differences).toEqual([])
    expect(
      [...pair.comparison.compared].filter(([section]) => section === 'endpoints' || section === 'secrets'),
    ).toEqual([
      ['endpoints', 1],
      ['secrets', 1],
    ])
  })

  test('an endpoint Envoy lacks and a certificate it still has are named by address and fingerprint', () => {
    const pair = pairDiff('gw', ['istiod', istiod('10.0.0.1', '10.0.0.2')], ['Envoy', envoy('dHdv', '10.0.0.1')])
    const changes = pair.comparison.differences.flatMap(each =>
      each.changes.map(({op, path}) => [each.section, op, ...path].join(' ')),
    )
    expect(changes).toEqual(['endpoints remove endpoints r//@0 lbEndpoints 10.0.0.2:80', 'secrets replace certificate'])
    expect(JSON.stringify(diffView.data({pairs: [pair]} as unknown as DiffReport))).not.toContain('dHdv')
  })
})

describe('two sides', () => {
  test('a source against itself: every proxy equal', async () => {
    const source = await sample()
    const report = await sidesReport({source}, {source})
    expect(report.failing).toBe(false)
    expect(report.pairs.length).toBe(20)
    expect(text(report)).toContain('20 proxies on both sides, 0 different.')
  })

  test('objects that decide what proxies get: changed, removed and new ones are reported, bookkeeping and status are not', async () => {
    const rule = (weight: number, more: object = {}) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: {name: 'reviews', namespace: 'demo', resourceVersion: String(weight), ...more},
      spec: {
        http: [
          {
            route: [
              {destination: {subset: 'v1'}, weight},
              {destination: {subset: 'v2'}, weight: 100 - weight},
            ],
          },
        ],
      },
      status: {observed: weight},
    })
    const service = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name, namespace: 'demo'},
      spec: {},
    })
    const same = rule(50, {annotations: {'kubectl.kubernetes.io/last-applied-configuration': '{}'}})
    const [a, b] = [
      memorySource({objects: [rule(80), service('old'), {...same, metadata: {...same.metadata, name: 'other'}}]}),
      memorySource({
        objects: [rule(20), service('new'), {...rule(50), metadata: {...rule(50).metadata, name: 'other'}}],
      }),
    ]
    const report = await sidesReport({source: a}, {source: b})
    expect(report.failing).toBe(true)
    expect(text(report).split('\n').slice(2, 8)).toEqual([
      '3 objects changed:',
      '  + Service new.demo',
      '  - Service old.demo',
      '  ~ VirtualService reviews.demo',
      '      /spec/http/0/route/0/weight 80 → 20',
      '      /spec/http/0/route/1/weight 20 → 80',
    ])
    expect(diffView.data(report)).toEqual([
      {op: 'add', path: '/objects/Service new.demo', value: {spec: {}}},
      {op: 'remove', path: '/objects/Service old.demo'},
      {op: 'replace', path: '/objects/VirtualService reviews.demo/spec/http/0/route/0/weight', value: 20},
      {op: 'replace', path: '/objects/VirtualService reviews.demo/spec/http/0/route/1/weight', value: 80},
    ])
  })

  test('what several proxies have alike is told once, under the object that each change is from', async () => {
    const istio = (name: string) => ({
      filterMetadata: {istio: {config: `/apis/networking.istio.io/v1/namespaces/demo/virtual-service/${name}`}},
    })
    const host = (name: string, weight: number) => ({
      name: `${name}:80`,
      domains: [name],
      routes: [{name: 'r', metadata: istio(name.split('.')[0] ?? ''), route: {cluster: 'c', priority: weight}}],
    })
    const routes = (hosts: readonly object[]) =>
      JSON.stringify({
        configs: [
          {
            '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
            dynamic_route_configs: [{route_config: {name: '80', virtual_hosts: hosts}}],
          },
        ],
      })
    const pod = (index: number) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: `web-${index}`, namespace: 'shop'},
      spec: {containers: [{name: 'istio-proxy'}]},
      status: {phase: 'Running'},
    })
    const pods = Array.from({length: 21}, (_, index) => pod(index))
    const before = [host('reviews.demo.svc.cluster.local', 80)]
    const after = [host('reviews.demo.svc.cluster.local', 50), host('new.example.com', 1)]
    const side = (label: string, hosts: readonly object[], odd: readonly object[]) =>
      memorySource({
        objects: pods,
        origin: {kind: 'bundle', label},
        evidence: {'envoy.config_dump': routes(hosts)},
        evidenceOf: {'web-7.shop': {'envoy.config_dump': routes(odd)}},
      })
    const odd = [...after, host('only.example.com', 1)]
    const report = await sidesReport({source: side('one', before, before)}, {source: side('two', after, odd)})
    const lines = text(report).trimEnd().split('\n')
    expect(lines.length).toBeLessThan(30)
    const all = lines.join('\n')
    expect(all).toContain('In 21 proxies: web-0.shop, web-1.shop')
    expect(all.match(/^VirtualService \w+\.demo/gm)).toEqual([
      'VirtualService new.demo',
      'VirtualService reviews.demo',
      'VirtualService only.demo',
    ])
    const below = (title: string) => all.slice(all.indexOf(title)).split('\n\n')[0] ?? ''
    expect(below('VirtualService reviews.demo')).not.toContain('new.example.com')
    expect(below('VirtualService new.demo')).toContain('new.example.com')
    expect(all).toMatch(/^web-7\.shop: 1 difference: .*, some of them above$/m)
    expect(lines.filter(line => line.includes('only.example.com'))).toHaveLength(1)
  })

  test('a pod only one side has is named', async () => {
    const source = await sample()
    const pods = await source.objects({kind: 'Pod'})
    const fewer: Source = {
      ...source,
      objects: async query => {
        const answer = await source.objects(query)
        return answer.ok && query.kind === 'Pod'
          ? {ok: true, value: answer.value.filter(pod => !pod.metadata.name.startsWith('reviews-v1'))}
          : answer
      },
    }
    expect(pods.ok).toBe(true)
    const report = await sidesReport({source}, {source: fewer})
    expect(report.onlyFirst).toEqual(['reviews-v1-ccf5b6b84-9cj4v.demo'])
    expect(report.failing).toBe(true)
  })

  sharedTest('two replicas of one StatefulSet are alike; with one changed cluster the odd one is found', async () => {
    const source = await sharedMesh('2026-11-20T18:57:00Z')
    const pods = await resolvePods(source, {name: 'sts/db', namespace: 'demo'})
    expect((await replicasReport(source, pods, 'sts/db')).failing).toBe(false)
    const odd: Source = {
      ...source,
      async evidence(id, pod, query) {
        const answer = await source.evidence(id, pod, query)
        if (!answer.ok || id !== 'envoy.config_dump' || pod.name !== 'db-1') return answer
        const changed = Buffer.from(answer.value.bytes)
          .toString('utf8')
          .replace('"connect_timeout": "10s"', '"connect_timeout": "7s"')
        return {ok: true, value: {...answer.value, bytes: Buffer.from(changed)}}
      },
    }
    const report = await replicasReport(odd, pods, 'sts/db')
    expect(report.failing).toBe(true)
    expect(report.pairs.map(pair => pair.comparison.differences.map(each => each.changes))).toEqual([
      [[expect.objectContaining({op: 'replace', path: ['connectTimeout']})]],
    ])
  })
})

test('a ztunnel has no Envoy to compare: the error says so and what to ask instead', async () => {
  const ztunnel = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {name: 'ztunnel-x', namespace: 'istio-system', labels: {app: 'ztunnel'}},
    spec: {containers: [{name: 'istio-proxy', args: ['proxy', 'ztunnel']}]},
    status: {phase: 'Running'},
  }
  const asked = controlPlaneReport(
    memorySource({objects: [ztunnel]}),
    {namespace: 'istio-system', name: 'ztunnel-x'},
    QUESTION,
  )
  await expect(asked).rejects.toMatchObject({
    message: 'ztunnel-x.istio-system is a ztunnel: it has no Envoy to query',
    next: 'meshctl ztunnel-config all ztunnel-x.istio-system',
  })
})
