import {describe, expect, test} from '@jest/globals'
import {parseAllDocuments} from 'yaml'
import {DEFAULT_SETTINGS} from '../../../src/evidence/mesh-objects/istio-objects.js'
import {field, listOf, textOf, textsOf} from '../../../src/formats/decode.js'
import {resourcesOf} from '../../../src/istiod/dump.js'
import {madeGateway} from '../../../src/istiod/gateway-servers.js'
import {madeClusters} from '../../../src/istiod/outbound-clusters.js'
import {outboundListeners} from '../../../src/istiod/outbound-listeners.js'
import {outboundRoutes} from '../../../src/istiod/outbound-routes.js'
import type {Message} from '../../../src/istiod/rbac/strings.js'
import type {ProxyPlace} from '../../../src/istiod/scope.js'
import {istioState, type TranslatedKind} from '../../../src/istiod/state.js'
import {inboundPorts} from '../../../src/istiod/viewpoint.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

const SERVICES = `
apiVersion: v1
kind: Service
metadata: {name: server, namespace: a}
spec:
  clusterIP: 10.0.0.1
  selector: {app: server}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: tcp-x, port: 9000}
  - {name: auto, port: 7000}
  - {name: tls-x, port: 8443}
---
apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: istio-system}
spec:
  clusterIP: 10.0.0.9
  selector: {istio: ingressgateway}
  ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}, {name: tcp, port: 31400}]
`
const CLIENT: ProxyPlace = {namespace: 'a', labels: {app: 'client'}, gateway: false}
const GATEWAY: ProxyPlace = {namespace: 'istio-system', labels: {istio: 'ingressgateway'}, gateway: true}

function viewOf(place: ProxyPlace, more: string) {
  const given = parseAllDocuments(`${SERVICES}---\n${more}`).map(each => each.toJS() as KubeObject)
  const objects = Object.fromEntries(
    ['Service', 'Sidecar', 'Gateway', 'VirtualService', 'ServiceEntry', 'DestinationRule'].map(kind => [
      kind,
      given.filter(each => each.kind === kind),
    ]),
  ) as Partial<Record<TranslatedKind, readonly KubeObject[]>>
  return {
    state: istioState(objects, {settings: DEFAULT_SETTINGS, workloads: [], complete: () => true}),
    place,
    ports: [],
  }
}

/** A dump with one listener, from which managers of HTTP are copied. */
const LIKE = {
  configs: [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
      dynamic_listeners: [
        {
          name: 'like',
          active_state: {
            listener: {
              name: 'like',
              filter_chains: [
                {
                  filters: [
                    {
                      name: 'envoy.filters.network.http_connection_manager',
                      typed_config: {rds: {route_config_name: 'like'}},
                    },
                  ],
                },
              ],
            },
          },
        },
      ],
    },
  ],
} as never as Message

function leads(chain: unknown): string {
  return listOf(chain, 'filters')
    .map(each => textOf(each, 'typed_config', 'cluster') ?? textOf(each, 'typed_config', 'rds', 'route_config_name'))
    .join()
}

function sidecar(egress: string): string {
  return `{kind: Sidecar, metadata: {name: s, namespace: a}, spec: {egress: ${egress}}}`
}

function clientHas(more: string) {
  const view = viewOf(CLIENT, more)
  const nothing = viewOf(CLIENT, sidecar('[{hosts: ["~/*"]}]'))
  const laid = outboundListeners(outboundRoutes(LIKE, nothing, view), nothing, view, new Set())
  const local = (text: string) => text.replaceAll('.svc.cluster.local', '')
  return {
    clusters: [...madeClusters(view).keys()].map(local).sort(),
    listeners: resourcesOf(laid, 'listeners')
      .filter(each => each.name !== 'like')
      .map(each => local(`${each.name} ${listOf(each, 'filter_chains').map(leads).join()}`))
      .sort(),
    routes: resourcesOf(laid, 'routes')
      .map(each =>
        local(
          `${each.name}: ${listOf(each, 'virtual_hosts')
            .map(host => textOf(host, 'name'))
            .join()}`,
        ),
      )
      .sort(),
  }
}

// What a real istiod sends for these objects (clusters, listeners and route configurations of one sidecar).
describe('egress listeners of a Sidecar', () => {
  test('a port reads every host in its own way', () => {
    expect(clientHas(sidecar('[{port: {number: 80, protocol: TCP, name: t}, hosts: ["./*"]}]'))).toMatchObject({
      clusters: ['outbound|80||server.a'],
      listeners: ['10.0.0.1_80 outbound|80||server.a'],
    })
    expect(clientHas(sidecar('[{port: {number: 7000, protocol: HTTP, name: t}, hosts: ["./*"]}]'))).toEqual({
      clusters: ['outbound|7000||server.a'],
      listeners: ['0.0.0.0_7000 7000'],
      routes: ['7000: server.a:7000,allow_any'],
    })
    expect(clientHas(sidecar('[{port: {number: 9000, protocol: HTTP2, name: t}, hosts: ["./*"]}]'))).toEqual({
      clusters: ['outbound|9000||server.a'],
      listeners: ['0.0.0.0_9000 9000'],
      routes: ['9000: allow_any'],
    })
  })

  test('the hosts of its port alone are routed there, and the listener without a port has every port besides', () => {
    const listener = (protocol: string) =>
      sidecar(`[{port: {number: 80, protocol: ${protocol}, name: t}, hosts: ["istio-system/*"]}, {hosts: ["./*"]}]`)
    const clusters = [
      'outbound|7000||server.a',
      'outbound|80||ingress.istio-system',
      'outbound|80||server.a',
      'outbound|8443||server.a',
      'outbound|9000||server.a',
    ]
    const others = [
      '10.0.0.1_7000 server.a:7000',
      '10.0.0.1_8443 outbound|8443||server.a',
      '10.0.0.1_9000 outbound|9000||server.a',
    ]
    const routes = ['80: ingress.istio-system:80,allow_any', 'server.a:7000: server.a:7000,allow_any']
    expect(clientHas(listener('HTTP'))).toEqual({clusters, listeners: ['0.0.0.0_80 80', ...others], routes})
    expect(clientHas(listener('TCP'))).toEqual({
      clusters,
      listeners: ['0.0.0.0_80 80', ...others, '10.0.0.9_80 outbound|80||ingress.istio-system'],
      routes,
    })
  })

  test('one port alone leaves nothing else', () => {
    expect(clientHas(sidecar('[{port: {number: 80, protocol: HTTP, name: t}, hosts: ["./*"]}]'))).toEqual({
      clusters: ['outbound|80||server.a'],
      listeners: ['0.0.0.0_80 80'],
      routes: ['80: server.a:80,allow_any'],
    })
  })
})

test('ingress listeners lead to loopback, to the address of the pod, or to a socket', () => {
  const listener = (port: number, endpoint: string) =>
    `{port: {number: ${port}, protocol: HTTP, name: p}, defaultEndpoint: "${endpoint}"}`
  const ingress = [
    listener(8080, '0.0.0.0:8080'),
    listener(9000, '0.0.0.0:9001'),
    listener(7000, 'unix:///var/run/x.sock'),
    listener(7002, '127.0.0.1:7003'),
  ].join()
  const {state} = viewOf(CLIENT, `{kind: Sidecar, metadata: {name: s, namespace: a}, spec: {ingress: [${ingress}]}}`)
  expect(inboundPorts(state, CLIENT, () => undefined, ['10.1.0.1']).map(each => each.endpoint)).toEqual([
    undefined,
    {ip: '10.1.0.1', port: 9001},
    {path: '/var/run/x.sock'},
    {ip: '127.0.0.1', port: 7003},
  ])
})

function gatewayHas(more: string): readonly string[] {
  const {listeners} = madeGateway(viewOf(GATEWAY, more), LIKE)
  return listeners.flatMap(each =>
    listOf(each, 'filter_chains').map(chain =>
      [
        each.name,
        textsOf(chain, 'filter_chain_match', 'server_names').join(),
        leads(chain),
        field(chain, 'transport_socket') === undefined ? '' : 'ends TLS',
      ]
        .join(' ')
        .replaceAll('.svc.cluster.local', '')
        .trim(),
    ),
  )
}

function gateway(servers: string): string {
  return `{kind: Gateway, metadata: {name: gw, namespace: istio-system}, spec: {selector: {istio: ingressgateway}, servers: [${servers}]}}`
}

function routed(hosts: string, routes: string): string {
  return `\n---\n{kind: VirtualService, metadata: {name: v${hosts.length}, namespace: a}, spec: {hosts: [${hosts}], gateways: [istio-system/gw], ${routes}}}`
}

const TO = (port: number) => `route: [{destination: {host: server, port: {number: ${port}}}}]`

// What a real istiod sends for these objects (listeners of one gateway).
describe('servers that pass connections on', () => {
  test('TLS by the server names of its routes, TCP by the first route', () => {
    const servers = [
      '{port: {number: 443, name: tls, protocol: TLS}, hosts: [x.com, y.com], tls: {mode: PASSTHROUGH}}',
      '{port: {number: 31400, name: tcp, protocol: TCP}, hosts: ["*"]}',
    ].join()
    const tls = routed('x.com', `tls: [{match: [{port: 443, sniHosts: [x.com]}], ${TO(8443)}}]`)
    const tcp = routed('"*"', `tcp: [{match: [{port: 31401}], ${TO(80)}}, {match: [{port: 31400}], ${TO(9000)}}]`)
    expect(gatewayHas(gateway(servers) + tls + tcp)).toEqual([
      '0.0.0.0_8443 x.com outbound|8443||server.a',
      '0.0.0.0_31400  outbound|9000||server.a',
    ])
  })

  test('without such a route nothing listens, and TLS that ends is TCP from then on', () => {
    const servers = [
      '{port: {number: 443, name: https, protocol: HTTPS}, hosts: [x.com], tls: {mode: PASSTHROUGH}}',
      '{port: {number: 31400, name: ts, protocol: TLS}, hosts: [z.com], tls: {mode: SIMPLE, credentialName: c}}',
    ].join()
    const http = routed('x.com', `http: [{${TO(80)}}]`)
    const tcp = routed('"z.com"', `tcp: [{match: [{port: 31400}], ${TO(9000)}}]`)
    expect(gatewayHas(gateway(servers) + http + tcp)).toEqual(['0.0.0.0_31400 z.com outbound|9000||server.a ends TLS'])
  })
})

const RULE = (tls: string, more = '') =>
  `{kind: DestinationRule, metadata: {name: d, namespace: a}, spec: {host: server.a.svc.cluster.local, trafficPolicy: {tls: ${tls}}${more}}}`

/** The Secrets and files of a client's TLS to the server: its own, and the one it checks the server by. */
function certificates(more: string): readonly unknown[] {
  const cluster = madeClusters(viewOf(CLIENT, more)).get('outbound|80||server.a.svc.cluster.local')?.cluster
  const context = field(field(field(cluster, 'transport_socket'), 'typed_config'), 'common_tls_context')
  if (context === undefined) return ['plain']
  return [
    ...listOf(context, 'tls_certificate_sds_secret_configs').map(each => textOf(each, 'name')),
    textOf(context, 'combined_validation_context', 'validation_context_sds_secret_config', 'name'),
  ]
}

// The names a real istiod gives.
test.each([
  ['{mode: SIMPLE}', '', ['file-root:system']],
  ['{mode: SIMPLE, caCertificates: /etc/ca.pem, sni: foo}', '', ['file-root:/etc/ca.pem']],
  ['{mode: SIMPLE, credentialName: cred}', '', ['plain']],
  [
    '{mode: SIMPLE, credentialName: cred}',
    ', workloadSelector: {matchLabels: {app: client}}',
    ['kubernetes://cred-cacert'],
  ],
  [
    '{mode: MUTUAL, clientCertificate: /a, privateKey: /b, caCertificates: /c}',
    '',
    ['file-cert:/a~/b', 'file-root:/c'],
  ],
  [
    '{mode: MUTUAL, credentialName: cred}',
    ', workloadSelector: {matchLabels: {app: client}}',
    ['kubernetes://cred', 'kubernetes://cred-cacert'],
  ],
  ['{mode: SIMPLE, insecureSkipVerify: true}', '', [undefined]],
  ['{mode: ISTIO_MUTUAL}', '', ['default', 'ROOTCA']],
])('a DestinationRule with tls %s%s shows and checks', (tls, more, expected) => {
  expect(certificates(RULE(tls, more))).toEqual(expected)
})

test('DNS_ROUND_ROBIN is one name of DNS', () => {
  const entry = (spec: string) =>
    `{kind: ServiceEntry, metadata: {name: d, namespace: a}, spec: {hosts: [x.com], resolution: DNS_ROUND_ROBIN, ports: [{number: 80, name: http, protocol: HTTP}]${spec}}}`
  const made = (spec: string) => madeClusters(viewOf(CLIENT, entry(spec))).get('outbound|80||x.com')?.cluster
  const address = (name: string) => ({
    type: 'LOGICAL_DNS',
    load_assignment: {
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: name, port_value: 80}}}}]}],
    },
  })
  expect(made(', endpoints: [{address: y.com}]')).toMatchObject(address('y.com'))
  expect(made('')).toMatchObject(address('x.com'))
})
