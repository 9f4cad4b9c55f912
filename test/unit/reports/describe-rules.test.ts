import {describe, expect, test} from '@jest/globals'
import {peerPolicies} from '../../../src/analysis/traffic-policy/peer-policies.js'
import {comparePresence, isMismatch} from '../../../src/analysis/traffic-policy/presence.js'
import {gatewaysOf, policiesOf, reachOf} from '../../../src/analysis/traffic-policy/service-objects.js'
import {readPeerAuthentication} from '../../../src/formats/istio/istio-policy.js'
import {readAuthorizationPolicy, readGateway} from '../../../src/formats/istio-traffic/parse.js'
import {destinationRuleSettings} from '../../../src/formats/istio-traffic/rule-settings.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {PodModel} from '../../../src/model/kube/pod.js'
import {describeReport} from '../../../src/reports/describe/report.js'
import {serviceReport} from '../../../src/reports/describe/service-report.js'
import {serviceView} from '../../../src/reports/describe/service-view.js'
import {podWarnings} from '../../../src/reports/describe/warnings.js'
import {memorySource} from '../../support/memory-source.js'

interface Extra {
  readonly namespace?: string
  readonly at?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly status?: unknown
}

function object(kind: string, name: string, spec: unknown, extra: Extra = {}): KubeObject {
  const {namespace = 'shop', at, labels, annotations, status} = extra
  const metadata = {
    name,
    namespace,
    ...(at === undefined ? {} : {creationTimestamp: at}),
    ...(labels === undefined ? {} : {labels}),
    ...(annotations === undefined ? {} : {annotations}),
  }
  return {apiVersion: 'v1', kind, metadata, spec, ...(status === undefined ? {} : {status})}
}

const READY = {phase: 'Running', hostIP: '192.0.2.7', conditions: [{type: 'Ready', status: 'True'}]}
const SIDECAR = {name: 'istio-proxy', image: 'proxyv2:1.31.0', args: ['proxy', 'sidecar']}
const WEB = object(
  'Pod',
  'web-1',
  {containers: [{name: 'web', ports: [{containerPort: 8080}]}, SIDECAR]},
  {labels: {app: 'web', version: 'v1'}, status: READY},
)

function model(pod: KubeObject): PodModel {
  const read = readPod(pod)
  if (read === undefined) throw new Error('not a pod')
  return read
}

describe('TLS of a Gateway server', () => {
  test.each([
    ['HTTP', {httpsRedirect: false}, ''],
    ['HTTP2', {}, ''],
    ['TLS', {}, 'PASSTHROUGH'],
    ['HTTPS', {mode: 'SIMPLE'}, 'SIMPLE'],
    ['HTTPS', undefined, ''],
  ])('%s with tls %j: %j', (protocol, tls, mode) => {
    const server = {port: {number: 80, protocol}, ...(tls === undefined ? {} : {tls})}
    const gateway = readGateway({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: {name: 'g', namespace: 'demo'},
      spec: {servers: [server]},
    })
    expect(gateway.servers[0]?.tls).toBe(mode)
  })
})

describe('PeerAuthentications that apply to a pod', () => {
  const peer = (name: string, spec: unknown, extra: Extra = {}) =>
    readPeerAuthentication(object('PeerAuthentication', name, spec, extra))
  const ours = {selector: {matchLabels: {app: 'web'}}}

  test('the widest first; of several at one level only the oldest applies; a selector in the root namespace never does', () => {
    const found = peerPolicies(
      model(WEB),
      [
        peer(
          'later',
          {...ours, mtls: {mode: 'DISABLE'}, portLevelMtls: {'1': {mode: 'STRICT'}}},
          {at: '2026-01-02T00:00:00Z'},
        ),
        peer(
          'first',
          {...ours, mtls: {}, portLevelMtls: {'8080': {mode: 'DISABLE'}, '9': {}}},
          {at: '2026-01-01T00:00:00Z'},
        ),
        peer('all', {mtls: {mode: 'STRICT'}}),
        peer('rooted', {...ours, mtls: {mode: 'DISABLE'}}, {namespace: 'istio-system'}),
        peer('mesh', {mtls: {mode: 'PERMISSIVE'}}, {namespace: 'istio-system'}),
        peer('elsewhere', {mtls: {mode: 'DISABLE'}}, {namespace: 'other'}),
        peer('others', {selector: {matchLabels: {app: 'db'}}, mtls: {mode: 'DISABLE'}}),
      ],
      'istio-system',
    )
    expect(found.policies.map(({object: {name}, level, ignored}) => [name, level, ignored])).toEqual([
      ['mesh', 'mesh', undefined],
      ['all', 'namespace', undefined],
      ['rooted', 'workload', 'a selector in the root namespace is ignored'],
      ['first', 'workload', undefined],
      ['later', 'workload', 'first is older, and only the oldest applies'],
    ])
    expect(found.workload).toMatchObject({mode: 'STRICT', by: {name: 'all'}})
    expect(found.ports.map(({port, mode, by}) => [port, mode, by?.name])).toEqual([
      [9, 'STRICT', 'all'],
      [8080, 'DISABLE', 'first'],
    ])
  })

  test('without any policy the default applies', () => {
    expect(peerPolicies(model(WEB), [], 'istio-system')).toEqual({
      workload: {mode: 'PERMISSIVE'},
      ports: [],
      policies: [],
    })
  })
})

describe('AuthorizationPolicies of a pod', () => {
  const policy = (name: string, spec: unknown, extra: Extra = {}) =>
    readAuthorizationPolicy(object('AuthorizationPolicy', name, spec, extra))
  const all = [
    policy('everywhere', {action: 'ALLOW'}, {namespace: 'istio-system'}),
    policy('rooted', {action: 'DENY', selector: {matchLabels: {app: 'web'}}}, {namespace: 'istio-system'}),
    policy('here', {action: 'AUDIT'}),
    policy('db', {selector: {matchLabels: {app: 'db'}}}),
    policy('attached', {targetRefs: [{kind: 'Gateway', name: 'edge'}]}),
    policy('attached-old', {targetRef: {kind: 'Service', name: 'web'}}, {annotations: {'istio.io/dry-run': 'true'}}),
    policy('elsewhere', {action: 'DENY'}, {namespace: 'other'}),
  ]

  test('by selector, namespace and root namespace; never one with targetRefs to something else', () => {
    const found = policiesOf(model(WEB), all, 'istio-system')
    expect(found.map(each => [each.object.name, each.action, reachOf(each, 'istio-system')])).toEqual([
      ['rooted', 'DENY', 'selector app=web of the root namespace'],
      ['everywhere', 'ALLOW', 'root namespace-wide'],
      ['here', 'AUDIT', 'namespace-wide'],
    ])
  })

  test('policies with targetRefs to a Gateway apply to its pods', () => {
    const labels = {'gateway.networking.k8s.io/gateway-name': 'edge'}
    const edge = model({...WEB, metadata: {...WEB.metadata, labels}})
    expect(policiesOf(edge, all, 'istio-system').map(each => each.object.name)).toEqual([
      'attached',
      'everywhere',
      'here',
    ])
    expect(all.map(({targets, dryRun}) => [targets, dryRun]).slice(4, 6)).toEqual([
      [['Gateway/edge'], false],
      [['Service/web'], true],
    ])
  })
})

describe('objects compared with the proxy', () => {
  test.each([
    [{byObjects: ['a'], existing: ['a'], byProxy: ['a']}, 'both', false],
    [{byObjects: [], existing: [], byProxy: ['a']}, 'proxy only', true],
    [{byObjects: ['a'], existing: ['a'], byProxy: []}, 'objects only', true],
    [{byObjects: ['a'], existing: ['a'], byProxy: [], mayLack: () => true}, 'unknown', false],
    [{byObjects: undefined, existing: [], byProxy: ['a']}, 'unknown', false],
    [{byObjects: ['a'], existing: ['a'], byProxy: undefined}, 'unknown', false],
  ] as const)('%j', (sides, standing, differs) => {
    const found = comparePresence(sides)
    expect(found).toMatchObject([{name: 'a', standing}])
    expect(found.map(isMismatch)).toEqual([differs])
    expect(found[0]?.because !== undefined).toBe(differs)
  })

  test('an object that no longer applies is distinguished from a deleted one', () => {
    expect(comparePresence({byObjects: [], existing: ['a'], byProxy: ['a']})[0]?.because).toMatch(
      /no longer applies to it/,
    )
    expect(comparePresence({byObjects: [], existing: [], byProxy: ['a']})[0]?.because).toMatch(/no longer exists/)
  })
})

test('what a DestinationRule sets', () => {
  const rule = object('DestinationRule', 'web', {
    trafficPolicy: {
      tls: {mode: 'ISTIO_MUTUAL'},
      loadBalancer: {simple: 'RANDOM'},
      connectionPool: {},
      portLevelSettings: [{port: {number: 443}, tls: {mode: 'SIMPLE'}}, {port: {number: 80}}],
    },
    subsets: [{name: 'v1', trafficPolicy: {outlierDetection: {}}}, {name: 'v2'}],
  })
  expect(destinationRuleSettings(rule)).toEqual([
    'TLS ISTIO_MUTUAL',
    'load balancer',
    'connection pool',
    'port 443: TLS SIMPLE',
    'port 80: no settings at all',
    'subset v1: outlier detection',
  ])
})

test('a Gateway selects pods by its selector, and every gateway without one', () => {
  const gateways = [{app: 'web'}, {app: 'db'}, undefined].map((selector, index) =>
    readGateway(object('Gateway', `g${index}`, {...(selector === undefined ? {} : {selector})})),
  )
  expect(gatewaysOf(model(WEB), gateways).map(each => each.object.name)).toEqual(['g0', 'g2'])
})

describe('warnings of a pod', () => {
  test('none for a healthy pod', () => expect(podWarnings(model(WEB))).toEqual([]))

  test('uid of the pod and of containers, labels, readiness, deletion', () => {
    const sick = object(
      'Pod',
      'sick',
      {
        securityContext: {runAsUser: 1337},
        initContainers: [{name: 'prepare'}, {name: 'done'}],
        containers: [
          {name: 'web', securityContext: {runAsUser: 1337}},
          {name: 'fine', securityContext: {runAsUser: 1000}},
          SIDECAR,
        ],
      },
      {
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            {name: 'prepare', ready: false, state: {waiting: {reason: 'CrashLoopBackOff', message: 'back-off'}}},
            {name: 'done', ready: false, state: {terminated: {exitCode: 0, reason: 'Completed'}}},
          ],
          containerStatuses: [{name: 'web', ready: false, state: {waiting: {reason: 'PodInitializing'}}}],
        },
      },
    )
    const deleted = {...sick, metadata: {...sick.metadata, deletionTimestamp: '2026-01-01T00:00:00Z'}}
    expect(podWarnings(model(deleted)).map(({text}) => text)).toEqual([
      'the pod is not running: Pending',
      'the pod is being deleted',
      'container prepare is not ready (CrashLoopBackOff: back-off)',
      'container web is not ready (PodInitializing)',
      "the pod runs as uid 1337, which is the proxy's: its traffic bypasses the sidecar",
      "container web runs as uid 1337, which is the proxy's: its traffic bypasses the sidecar",
      'no label names its service (app.kubernetes.io/name or app): telemetry uses the workload name',
      'no label names its version (app.kubernetes.io/version or version): telemetry reports no version',
    ])
  })
})

describe('gateways that expose a Service', () => {
  const service = object('Service', 'web', {
    selector: {app: 'web'},
    ports: [{name: 'http', port: 80, targetPort: 8080}],
  })
  const routed = object('VirtualService', 'web', {
    hosts: ['web.example.com'],
    gateways: ['edge', 'infra/gone'],
    http: [{route: [{destination: {host: 'web'}}]}],
  })
  const gateway = object('Gateway', 'edge', {
    selector: {istio: 'edge'},
    servers: [{port: {number: 443, protocol: 'HTTPS'}, tls: {mode: 'SIMPLE'}, hosts: ['web.example.com']}],
  })
  const proxy = object(
    'Pod',
    'edge-1',
    {containers: [{...SIDECAR, args: ['proxy', 'router']}]},
    {namespace: 'infra', labels: {istio: 'edge'}, status: READY},
  )
  const inFront = (spec: object, status: unknown = {}) =>
    object(
      'Service',
      'edge',
      {
        selector: {istio: 'edge'},
        clusterIP: '10.0.0.9',
        ports: [{port: 443, targetPort: 443, nodePort: 30443}, {port: 22}],
        ...spec,
      },
      {namespace: 'infra', status},
    )

  function dump(rule: string | undefined): string {
    const metadata = {
      filter_metadata: {istio: {config: `/apis/networking.istio.io/v1/namespaces/shop/virtual-service/${rule}`}},
    }
    const route = {
      match: {prefix: '/'},
      route: {cluster: 'outbound|80||web.shop.svc.cluster.local'},
      ...(rule === undefined ? {} : {metadata}),
    }
    const type = (name: string) => `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`
    return JSON.stringify({
      configs: [
        {'@type': type('Clusters')},
        {'@type': type('Listeners')},
        {
          '@type': type('Routes'),
          dynamic_route_configs: [
            {
              route_config: {
                name: 'https.443',
                virtual_hosts: [{name: 'web', domains: ['web.example.com'], routes: [route]}],
              },
            },
          ],
        },
      ],
    })
  }

  async function exposed(objects: readonly KubeObject[], rule: string | undefined = 'web') {
    const source = memorySource({
      objects: [service, routed, WEB, ...objects],
      evidenceOf: {'edge-1.infra': {'envoy.config_dump': dump(rule)}},
    })
    return await serviceReport(source, 'web', 'shop', {
      istioNamespace: 'istio-system',
      now: new Date('2026-11-20T19:00:00Z'),
    })
  }

  test.each([
    [
      inFront({type: 'LoadBalancer'}, {loadBalancer: {ingress: [{hostname: 'lb.example.net'}, {ip: '203.0.113.5'}]}}),
      ['203.0.113.5:443', 'lb.example.net:443'],
    ],
    [inFront({externalIPs: ['198.51.100.3']}), ['198.51.100.3:443']],
    [inFront({type: 'NodePort'}), ['192.0.2.7:30443 (node port)']],
    [inFront({ports: [{port: 8443, targetPort: 443}]}), ['10.0.0.9:8443 (inside the cluster only)']],
    [inFront({ports: [{port: 22}]}), []],
  ])('addresses %#', async (front, addresses) => {
    const {description} = await exposed([gateway, proxy, front])
    expect(description.exposed).toMatchObject([
      {word: 'edge', by: 'web.shop', addresses, pods: 1, pod: 'edge-1.infra', inProxy: true},
      {word: 'infra/gone', gatewayKnown: true, addresses: []},
    ])
    expect(description.exposed[1]).not.toHaveProperty('gateway')
  })

  test('a gateway proxy without the route is a difference; a gateway without running pods is reported', async () => {
    const lacking = await exposed([gateway, proxy, inFront({})], 'another')
    expect(lacking.description.exposed[0]?.inProxy).toBe(false)
    expect(lacking.disagreements).toEqual([
      "VirtualService web.shop: gateway edge-1.infra has no route from it: its hosts do not match the Gateway's hosts, or the proxy's config is stale",
    ])
    expect(lacking.failing).toBe(true)
    const still = {...proxy, status: {phase: 'Pending'}}
    expect((await exposed([gateway, still, inFront({})])).description.exposed[0]).toMatchObject({
      pods: 0,
      addresses: [],
    })
  })
})

test('for manifests with only a Service its pods are unknown', async () => {
  const service = object('Service', 'web', {
    selector: {app: 'web'},
    ports: [{name: 'http', port: 80, targetPort: 8080}],
  })
  const source = memorySource({objects: [service], origin: {kind: 'files', label: 'service.yaml'}})
  const report = await serviceReport(source, 'web', 'shop', {
    istioNamespace: 'istio-system',
    now: new Date('2026-11-20T19:00:00Z'),
  })
  expect(report.pods).toBeUndefined()
  expect(report.description.guard).toBe('unknown')
  expect(report.gaps.map(({what}) => what)).toContain('Pod objects of namespace shop')
  const [text] = serviceView.doc(report, 'table')
  expect(JSON.stringify(text)).not.toMatch(/NO PODS|plaintext/)
})

describe('pods without an Envoy', () => {
  test('ambient: the proxy does not apply, the policies do', async () => {
    const ambient = object(
      'Pod',
      'web-1',
      {containers: [{name: 'web'}]},
      {labels: {app: 'web', version: 'v1'}, annotations: {'ambient.istio.io/redirection': 'enabled'}, status: READY},
    )
    const strict = object('PeerAuthentication', 'default', {mtls: {mode: 'STRICT'}})
    const source = memorySource({objects: [ambient, strict]})
    const options = {istioNamespace: 'istio-system', now: new Date('2026-11-20T19:00:00Z')}
    const report = await describeReport(source, {namespace: 'shop', name: 'web-1'}, options)
    expect(report.mode).toBe('ambient')
    expect(report.peers?.workload.mode).toBe('STRICT')
    expect(report.gaps).toContainEqual(
      expect.objectContaining({what: "the proxy's configuration", reason: 'not-applicable'}),
    )
  })

  test('neither object nor proxy is an error', async () => {
    const options = {istioNamespace: 'istio-system', now: new Date('2026-11-20T19:00:00Z')}
    await expect(
      describeReport(memorySource({objects: []}), {namespace: 'shop', name: 'web-1'}, options),
    ).rejects.toThrow('pod web-1.shop')
  })
})
