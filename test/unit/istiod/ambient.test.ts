import {describe, expect, test} from '@jest/globals'
import {readAmbientObjects} from '../../../src/evidence/mesh-world/ambient-objects.js'
import {readZtunnelDump} from '../../../src/formats/istio/ztunnel-dump.js'
import {waypointProxy} from '../../../src/istiod/ambient/waypoint-proxy.js'
import {allWaypoints} from '../../../src/istiod/ambient/waypoints.js'
import {ztunnelConfig} from '../../../src/istiod/ambient/ztunnel-config.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {overlaySource} from '../../../src/sources/overlay.js'
import {memorySource} from '../../support/memory-source.js'

type Labels = Readonly<Record<string, string>>

function object(apiVersion: string, kind: string, place: string, spec: unknown, more: object = {}): KubeObject {
  const [namespace, name = ''] = place.includes('/') ? place.split('/') : [undefined, place]
  const {labels, annotations, status} = more as {labels?: Labels; annotations?: Labels; status?: unknown}
  const metadata = {name, ...(namespace === undefined ? {} : {namespace}), labels, annotations}
  return {apiVersion, kind, metadata, spec, status} as unknown as KubeObject
}

const namespace = (name: string, labels: Labels = {}) => object('v1', 'Namespace', name, {}, {labels})

function pod(place: string, ips: readonly string[], labels: Labels = {}, ambient = true): KubeObject {
  const [, name = ''] = place.split('/')
  return object(
    'v1',
    'Pod',
    place,
    {nodeName: 'n1', serviceAccountName: name, containers: [{name: 'app', ports: [{containerPort: 8080}]}]},
    {
      labels: {app: name, ...labels},
      annotations: ambient ? {'ambient.istio.io/redirection': 'enabled'} : {},
      status: {
        phase: 'Running',
        podIP: ips[0],
        podIPs: ips.map(ip => ({ip})),
        hostIP: '10.0.0.1',
        conditions: [{type: 'Ready', status: 'True'}],
        containerStatuses: [{name: 'app', ready: true, state: {running: {}}}],
      },
    },
  )
}

function service(place: string, ips: readonly string[], labels: Labels = {}): KubeObject {
  const [, name = ''] = place.split('/')
  return object(
    'v1',
    'Service',
    place,
    {selector: {app: name}, clusterIP: ips[0], clusterIPs: ips, ports: [{name: 'http', port: 80, targetPort: 8080}]},
    {labels},
  )
}

interface WaypointChoice {
  readonly labels?: Labels
  readonly gatewayClass?: string
  readonly from?: unknown
}

/** A Gateway of a waypoint that was ready once. */
function waypoint(
  place: string,
  {labels = {}, gatewayClass = 'istio-waypoint', from}: WaypointChoice = {},
): KubeObject {
  const [home = '', name = ''] = place.split('/')
  const allowedRoutes = from === undefined ? {} : {allowedRoutes: {namespaces: from}}
  return object(
    'gateway.networking.k8s.io/v1',
    'Gateway',
    place,
    {gatewayClassName: gatewayClass, listeners: [{name: 'mesh', port: 15008, protocol: 'HBONE', ...allowedRoutes}]},
    {labels, status: {addresses: [{type: 'Hostname', value: `${name}.${home}.svc.cluster.local`}]}},
  )
}

async function read(objects: readonly KubeObject[]) {
  const source = overlaySource(memorySource({objects: []}), {apply: objects, remove: []})
  const {objects: found} = await readAmbientObjects(source, 'istio-system')
  const config = ztunnelConfig(found)
  return {
    objects: found,
    config,
    waypointOf: (name: string) =>
      config.services.find(each => each.name === name)?.waypoint?.destination ??
      config.workloads.find(each => each.name === name)?.waypoint?.destination,
  }
}

const USE = 'istio.io/use-waypoint'
const SHOP = [namespace('shop', {'istio.io/dataplane-mode': 'ambient'}), pod('shop/cart', ['10.1.0.1'])]

describe('waypoints as istiod binds them', () => {
  test('of another namespace: only where its listener lets that namespace attach', async () => {
    const label = {[USE]: 'shared', [`${USE}-namespace`]: 'infra'}
    const objects = [...SHOP, namespace('infra'), service('shop/cart', ['10.2.0.1'], label)]
    const of = async (from: unknown) => (await read([...objects, waypoint('infra/shared', {from})])).waypointOf('cart')
    expect(await of({from: 'All'})).toBe('infra/shared.infra.svc.cluster.local')
    expect(await of({from: 'Same'})).toBeUndefined()
    expect(await of(undefined)).toBeUndefined()
    expect(
      await of({from: 'Selector', selector: {matchLabels: {'kubernetes.io/metadata.name': 'shop'}}}),
    ).toBeUndefined()
    const labelled = {from: 'Selector', selector: {matchLabels: {'istio.io/dataplane-mode': 'ambient'}}}
    expect(await of(labelled)).toBe('infra/shared.infra.svc.cluster.local')
  })

  test('istio.io/waypoint-for decides whether Services or pods use it; a GatewayClass may say it for all of its waypoints', async () => {
    const home = namespace('shop', {[USE]: 'wp'})
    const objects = [home, pod('shop/backend', ['10.1.0.1']), service('shop/cart', ['10.2.0.1'])]
    const of = async (labels: Labels, more: readonly KubeObject[] = []) => {
      const {waypointOf} = await read([...objects, waypoint('shop/wp', {labels}), ...more])
      return [waypointOf('cart') !== undefined, waypointOf('backend') !== undefined]
    }
    expect(await of({})).toEqual([true, false])
    expect(await of({'istio.io/waypoint-for': 'service'})).toEqual([true, false])
    expect(await of({'istio.io/waypoint-for': 'workload'})).toEqual([false, true])
    expect(await of({'istio.io/waypoint-for': 'all'})).toEqual([true, true])
    expect(await of({'istio.io/waypoint-for': 'none'})).toEqual([false, false])
    const gatewayClass = object(
      'gateway.networking.k8s.io/v1',
      'GatewayClass',
      'istio-waypoint',
      {},
      {
        labels: {'istio.io/waypoint-for': 'all'},
      },
    )
    expect(await of({}, [gatewayClass])).toEqual([true, true])
    expect(await of({'istio.io/waypoint-for': 'workload'}, [gatewayClass])).toEqual([false, true])
  })

  test('the label of the object counts before that of its namespace, and none opts out', async () => {
    const home = namespace('shop', {[USE]: 'wp'})
    const of = async (labels: Labels) =>
      (
        await read([
          home,
          pod('shop/cart', ['10.1.0.1']),
          service('shop/cart', ['10.2.0.1'], labels),
          waypoint('shop/wp'),
          waypoint('shop/own'),
        ])
      ).waypointOf('cart')
    expect(await of({})).toBe('shop/wp.shop.svc.cluster.local')
    expect(await of({[USE]: 'own'})).toBe('shop/own.shop.svc.cluster.local')
    expect(await of({[USE]: 'none'})).toBeUndefined()
    expect(await of({[USE]: 'gone'})).toBeUndefined()
  })

  test('a ServiceEntry uses one: its addresses are those istiod gave it, its endpoints outside', async () => {
    const entry = object(
      'networking.istio.io/v1',
      'ServiceEntry',
      'shop/pay',
      {
        hosts: ['pay.example.com'],
        ports: [{name: 'http', number: 80, protocol: 'HTTP'}],
        resolution: 'STATIC',
        endpoints: [{address: '192.0.2.7'}],
      },
      {
        labels: {[USE]: 'egress'},
        status: {
          addresses: [
            {host: 'pay.example.com', value: '240.240.0.9'},
            {host: 'other.example.com', value: '240.240.0.8'},
          ],
        },
      },
    )
    const {config, objects} = await read([...SHOP, waypoint('shop/egress'), entry])
    const found = config.services.find(each => each.hostname === 'pay.example.com')
    expect(found?.waypoint?.destination).toBe('shop/egress.shop.svc.cluster.local')
    expect(found?.vips).toEqual(['/240.240.0.9'])
    const [place] = allWaypoints(objects)
    const dump = JSON.stringify(place === undefined ? {} : waypointProxy(objects, config, place))
    expect(dump).toContain('240.240.0.9')
    expect(dump).toContain('192.0.2.7')
  })

  test('Services and pods of two families are known by both addresses', async () => {
    const {config} = await read([
      namespace('shop'),
      pod('shop/cart', ['10.1.0.1', 'fd00::1']),
      service('shop/cart', ['10.2.0.1', 'fd00:2::1']),
    ])
    expect(config.services[0]?.vips).toEqual(['/10.2.0.1', '/fd00:2::1'])
    expect(config.workloads[0]?.workloadIps).toEqual(['10.1.0.1', 'fd00::1'])
  })

  test('policies of a GatewayClass in the root namespace hold at every waypoint of the class', async () => {
    const policy = (place: string, name: string) =>
      object('security.istio.io/v1', 'AuthorizationPolicy', place, {
        targetRefs: [{group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name}],
        action: 'DENY',
        rules: [{to: [{operation: {paths: ['/admin']}}]}],
      })
    const keysAt = async (policies: readonly KubeObject[], gatewayClass: string) => {
      const {objects, config} = await read([
        ...SHOP,
        service('shop/cart', ['10.2.0.1'], {[USE]: 'wp'}),
        waypoint('shop/wp', {gatewayClass}),
        ...policies,
      ])
      const [place] = allWaypoints(objects)
      const dump = JSON.stringify(place === undefined ? {} : waypointProxy(objects, config, place))
      return [...dump.matchAll(/ns\[([^\]]+)\]-policy\[([^\]]+)\]/g)].map(([, home, name]) => `${home}/${name}`)
    }
    expect(await keysAt([policy('istio-system/all', 'istio-waypoint')], 'istio-waypoint')).toEqual(['istio-system/all'])
    expect(await keysAt([policy('istio-system/all', 'own-class')], 'istio-waypoint')).toEqual([])
    expect(await keysAt([policy('istio-system/all', 'own-class')], 'own-class')).toEqual(['istio-system/all'])
    expect(await keysAt([policy('shop/mine', 'istio-waypoint')], 'istio-waypoint')).toEqual([])
  })
})

describe('selectors of policies at ztunnel', () => {
  const deny = (spec: object) =>
    object('security.istio.io/v1', 'AuthorizationPolicy', 'shop/deny', {action: 'DENY', rules: [{}], ...spec})

  test.each([
    ['labels that fit', {selector: {matchLabels: {app: 'cart'}}}, 'WorkloadSelector', ['shop/deny']],
    ['labels that do not fit', {selector: {matchLabels: {app: 'other'}}}, 'WorkloadSelector', []],
    ['without labels: no workload (istiod, FilterSelectsNonEmpty)', {selector: {}}, 'WorkloadSelector', []],
    ['none: the namespace, without being named by workloads', {}, 'Namespace', []],
  ])('%s', async (_, spec, scope, keys) => {
    const {config} = await read([...SHOP, deny(spec)])
    expect(config.policies.map(each => each.scope)).toEqual([scope])
    expect(config.workloads[0]?.authorizationPolicies).toEqual(keys)
  })
})

describe('mTLS modes as policies of ztunnel', () => {
  const peer = (place: string, spec: object) => object('security.istio.io/v1', 'PeerAuthentication', place, spec)
  const keysOf = async (peers: readonly KubeObject[]) =>
    (await read([...SHOP, ...peers])).config.workloads[0]?.authorizationPolicies
  const STATIC = 'istio-system/istio_converted_static_strict'
  const cart = {selector: {matchLabels: {app: 'cart'}}}

  test.each([
    ['mesh STRICT', [peer('istio-system/default', {mtls: {mode: 'STRICT'}})], [STATIC]],
    [
      'namespace over mesh',
      [peer('istio-system/default', {mtls: {mode: 'STRICT'}}), peer('shop/default', {mtls: {mode: 'PERMISSIVE'}})],
      [],
    ],
    [
      'an unset namespace inherits',
      [peer('istio-system/default', {mtls: {mode: 'STRICT'}}), peer('shop/default', {mtls: {mode: 'UNSET'}})],
      [STATIC],
    ],
    [
      'workload over namespace',
      [peer('shop/default', {mtls: {mode: 'STRICT'}}), peer('shop/cart', {...cart, mtls: {mode: 'PERMISSIVE'}})],
      [],
    ],
    ['DISABLE is PERMISSIVE', [peer('shop/cart', {...cart, mtls: {mode: 'DISABLE'}})], []],
    [
      'a STRICT port of a PERMISSIVE workload',
      [peer('shop/cart', {...cart, mtls: {mode: 'PERMISSIVE'}, portLevelMtls: {8080: {mode: 'STRICT'}}})],
      ['shop/converted_peer_authentication_cart'],
    ],
    [
      'a PERMISSIVE port of a STRICT workload',
      [peer('shop/cart', {...cart, mtls: {mode: 'STRICT'}, portLevelMtls: {8080: {mode: 'PERMISSIVE'}}})],
      ['shop/converted_peer_authentication_cart'],
    ],
    [
      'STRICT ports of a STRICT workload',
      [peer('shop/cart', {...cart, mtls: {mode: 'STRICT'}, portLevelMtls: {8080: {mode: 'STRICT'}}})],
      [STATIC],
    ],
    [
      'a PERMISSIVE port below a STRICT namespace',
      [
        peer('shop/default', {mtls: {mode: 'STRICT'}}),
        peer('shop/cart', {...cart, portLevelMtls: {8080: {mode: 'PERMISSIVE'}}}),
      ],
      ['shop/converted_peer_authentication_cart'],
    ],
  ] as const)('%s', async (_, peers, keys) => {
    expect(await keysOf(peers)).toEqual(keys)
  })
})

describe("config_dumps of older ztunnels (1.21 to 1.24): sections as objects, other keys' spellings", () => {
  test('workloads, services and policies keyed by name or address', () => {
    const dump = readZtunnelDump({
      by_addr: {},
      workloads: {
        '/10.1.0.1': {
          workloadIps: ['10.1.0.1'],
          protocol: 'HBONE',
          uid: 'c//Pod/shop/cart',
          name: 'cart',
          namespace: 'shop',
          status: 'Healthy',
          authorizationPolicies: [],
        },
      },
      services: {
        '/10.2.0.1': {
          name: 'cart',
          namespace: 'shop',
          hostname: 'cart.shop.svc.cluster.local',
          vips: ['/10.2.0.1'],
          ports: {80: 8080},
          endpoints: {
            'c//Pod/shop/cart:/10.1.0.1': {
              workloadUid: 'c//Pod/shop/cart',
              service: 'shop/cart.shop.svc.cluster.local',
              port: {80: 8080},
            },
          },
        },
      },
      policies: {
        'shop/deny': {
          name: 'deny',
          namespace: 'shop',
          scope: 'Namespace',
          action: 'Deny',
          rules: [[[{destinationPorts: [80]}]]],
        },
      },
    })
    expect(dump.workloads.map(({name, protocol}) => [name, protocol])).toEqual([['cart', 'HBONE']])
    expect(Object.values(dump.services[0]?.endpoints ?? {}).map(({workloadUid}) => workloadUid)).toEqual([
      'c//Pod/shop/cart',
    ])
    expect(dump.policies.map(({name, action}) => [name, action])).toEqual([['deny', 'Deny']])
  })
})
