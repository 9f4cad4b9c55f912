import {describe, expect, test} from '@jest/globals'
import {networkPolicyVerdict} from '../../../src/analysis/traffic-policy/network-policy-verdict.js'
import {DEFAULT_SETTINGS} from '../../../src/evidence/mesh-objects/istio-objects.js'
import {textOf} from '../../../src/formats/decode.js'
import {readNetworkPolicy} from '../../../src/formats/kube/network-policy.js'
import {httpRoutes} from '../../../src/istiod/delegates.js'
import {endpointTls, ruleFor, trafficPolicy} from '../../../src/istiod/destination-rules.js'
import {resourcesOf} from '../../../src/istiod/dump.js'
import {virtualServiceRoutes} from '../../../src/istiod/http-routes.js'
import {jwtFilter} from '../../../src/istiod/jwt.js'
import {madeClusters} from '../../../src/istiod/outbound-clusters.js'
import {outboundListeners} from '../../../src/istiod/outbound-listeners.js'
import {outboundRoutes} from '../../../src/istiod/outbound-routes.js'
import {hostsInScope, type ProxyPlace} from '../../../src/istiod/scope.js'
import {istioState, type ObjectsByKind} from '../../../src/istiod/state.js'
import {untranslatedFields} from '../../../src/istiod/untranslated-fields.js'
import {inboundPorts} from '../../../src/istiod/viewpoint.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

const PLACE: ProxyPlace = {namespace: 'shop', labels: {app: 'web'}, gateway: false}

let age = 0
function object(kind: string, name: string, spec: unknown, namespace = 'shop'): KubeObject {
  age += 1
  const creationTimestamp = new Date(age * 60_000).toISOString()
  return {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: {name, namespace, creationTimestamp},
    spec,
  } as KubeObject
}

function service(name: string, ports: readonly number[], namespace = 'shop'): KubeObject {
  const spec = {clusterIP: '10.0.0.1', selector: {app: name}, ports: ports.map(port => ({name: `http-${port}`, port}))}
  return {...object('Service', name, spec, namespace), apiVersion: 'v1'}
}

function stateOf(objects: ObjectsByKind) {
  return istioState(objects, {settings: DEFAULT_SETTINGS, workloads: [], complete: () => true})
}

describe('delegates of a VirtualService (facts of istiod: mergeHTTPRoute)', () => {
  const delegate = object('VirtualService', 'leaf', {
    http: [
      {match: [{uri: {prefix: '/api/v1'}}], route: [{destination: {host: 'one'}}]},
      {match: [{uri: {prefix: '/other'}}], route: [{destination: {host: 'two'}}]},
      {timeout: '5s', route: [{destination: {host: 'three'}}]},
    ],
  })
  const root = object('VirtualService', 'root', {
    hosts: ['web'],
    http: [{match: [{uri: {prefix: '/api'}, headers: {x: {exact: 'y'}}}], timeout: '1s', delegate: {name: 'leaf'}}],
  })

  test('match what root and delegate both take, and inherit what they do not say', () => {
    const routes = httpRoutes(stateOf({VirtualService: [delegate, root]}), root)
    expect(routes).toMatchObject([
      {match: [{uri: {prefix: '/api/v1'}, headers: {x: {exact: 'y'}}}], timeout: '1s'},
      {match: [{uri: {prefix: '/api'}, headers: {x: {exact: 'y'}}}], timeout: '5s'},
    ])
  })

  test('are left out where they are not visible', () => {
    const hidden = {...delegate, metadata: {...delegate.metadata, namespace: 'other'}}
    expect(httpRoutes(stateOf({VirtualService: [hidden, root]}), root)).toEqual([])
  })
})

test('headers of a route and of its destination change the request, and an authority is a rewrite', () => {
  const routed = object('VirtualService', 'web', {
    hosts: ['web'],
    http: [
      {
        headers: {request: {set: {'x-a': '1', ':authority': 'other'}, remove: ['x-gone']}},
        route: [{destination: {host: 'web'}, headers: {request: {add: {'x-b': '2'}}}}],
      },
    ],
  })
  const [route] = virtualServiceRoutes(routed, stateOf({VirtualService: [routed]}), PLACE, 80)
  expect(route).toMatchObject({
    route: {host_rewrite_literal: 'other'},
    request_headers_to_remove: ['x-gone'],
    request_headers_to_add: [
      {header: {key: 'x-a', value: '1'}, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD'},
      {header: {key: 'x-b', value: '2'}, append_action: 'APPEND_IF_EXISTS_OR_ADD'},
    ],
  })
})

describe('DestinationRules', () => {
  const web = service('web', [80])

  function ruleOf(...rules: readonly KubeObject[]) {
    const state = stateOf({Service: [web], DestinationRule: rules})
    const [host] = state.hosts
    if (host === undefined) throw new Error('the Service has a host')
    return ruleFor(state, PLACE, host)
  }

  test('of other workloads end the lookup where they are (policy.md A3.1)', () => {
    const mine = object('DestinationRule', 'a', {host: 'web', workloadSelector: {matchLabels: {app: 'other'}}})
    const mesh = object(
      'DestinationRule',
      'b',
      {host: '*.local', trafficPolicy: {tls: {mode: 'DISABLE'}}},
      'istio-system',
    )
    expect(ruleOf(mine, mesh)).toBeUndefined()
    expect(ruleOf(mesh)?.policy).toEqual({tls: {mode: 'DISABLE'}})
  })

  test('exported to other namespaces alone do not count in their own (istio.io, Destination Rule, exportTo)', () => {
    const to = (exportTo: readonly string[]) =>
      ruleOf(object('DestinationRule', 'a', {host: 'web', exportTo, trafficPolicy: {tls: {mode: 'DISABLE'}}}))?.policy
    expect(to(['pay'])).toBeUndefined()
    for (const own of ['.', '*', 'shop']) expect(to([own])).toEqual({tls: {mode: 'DISABLE'}})
  })

  test('with other exportTo do not merge: the youngest counts', () => {
    const old = object('DestinationRule', 'a', {host: 'web', subsets: [{name: 'v1', labels: {version: 'v1'}}]})
    const next = object('DestinationRule', 'b', {
      host: 'web',
      exportTo: ['.'],
      subsets: [{name: 'v2', labels: {version: 'v2'}}],
    })
    expect(ruleOf(old, next)?.subsets.map(({name}) => name)).toEqual(['v2'])
    const alike = {...next, spec: {...(next as unknown as {spec: object}).spec, exportTo: []}} as KubeObject
    expect(ruleOf(old, alike)?.subsets.map(({name}) => name)).toEqual(['v1', 'v2'])
  })

  test('a subset replaces field by field, and its settings for the port whole (policy.md A3.2)', () => {
    const rule = ruleOf(
      object('DestinationRule', 'a', {
        host: 'web',
        trafficPolicy: {tls: {mode: 'DISABLE'}},
        subsets: [
          {name: 'own', trafficPolicy: {connectionPool: {}}},
          {name: 'port', trafficPolicy: {portLevelSettings: [{port: {number: 80}, connectionPool: {}}]}},
        ],
      }),
    )
    const [own, port] = rule?.subsets ?? []
    expect(trafficPolicy(rule, 80, own)).toMatchObject({tls: {mode: 'DISABLE'}})
    expect(trafficPolicy(rule, 80, port)).toMatchObject({tls: undefined})
    expect(trafficPolicy(rule, 81, port)).toMatchObject({tls: {mode: 'DISABLE'}})
  })

  test('endpoints take tls of the rule where the port says nothing (policy.md A3.2, EDS)', () => {
    const rule = ruleOf(
      object('DestinationRule', 'a', {
        host: 'web',
        trafficPolicy: {tls: {mode: 'DISABLE'}, portLevelSettings: [{port: {number: 80}, loadBalancer: {}}]},
      }),
    )
    expect(trafficPolicy(rule, 80, undefined)).not.toHaveProperty('tls')
    expect(endpointTls(rule, 80, undefined)).toEqual({mode: 'DISABLE'})
  })

  test('credentialName of a sidecar counts only with a workloadSelector (policy.md A3.3)', () => {
    const clusterOf = (spec: object) => {
      const rule = object('DestinationRule', 'a', {host: 'web', ...spec})
      const state = stateOf({Service: [web], DestinationRule: [rule]})
      return madeClusters({state, place: PLACE, ports: []}).get('outbound|80||web.shop.svc.cluster.local')?.cluster
    }
    const trafficPolicy = {tls: {mode: 'SIMPLE', credentialName: 'ca'}}
    expect(clusterOf({trafficPolicy})).not.toHaveProperty('transport_socket')
    expect(clusterOf({trafficPolicy, workloadSelector: {matchLabels: {app: 'web'}}})).toHaveProperty('transport_socket')
  })
})

describe('ServiceEntries', () => {
  const entry = (address: string) =>
    object('ServiceEntry', 'external', {
      hosts: ['api.example.com'],
      resolution: 'DNS',
      ports: [{name: 'http', number: 80, protocol: 'HTTP', targetPort: 8080}],
      endpoints: [{address}],
    })
  const clusterOf = (address: string) => {
    const state = stateOf({Service: [service('web', [80])], ServiceEntry: [entry(address)]})
    return madeClusters({state, place: PLACE, ports: []}).get('outbound|80||api.example.com')?.cluster
  }

  test('an endpoint that is the name of a Service resolves to its address, others are left to DNS', () => {
    const at = (address: string) => JSON.stringify(clusterOf(address)?.load_assignment)
    expect(clusterOf('web.shop.svc.cluster.local')).toMatchObject({type: 'STRICT_DNS'})
    expect(at('web.shop.svc.cluster.local')).toContain('"address":"10.0.0.1","port_value":8080')
    expect(clusterOf('lb.example.net')).toMatchObject({type: 'STRICT_DNS'})
    expect(at('lb.example.net')).toContain('"address":"lb.example.net"')
  })
})

describe('Sidecars', () => {
  const objects = {Service: [service('web', [80, 8080]), service('api', [80]), service('far', [80], 'other')]}
  const scope = (spec: object, more: ObjectsByKind = {}) => {
    const state = stateOf({...objects, ...more, Sidecar: [object('Sidecar', 's', spec)]})
    return {
      scope: hostsInScope(state, PLACE).map(({name, ports}) => `${name} ${ports.map(({port}) => port).join(',')}`),
      clusters: [...madeClusters({state, place: PLACE, ports: []}).keys()],
    }
  }

  // Values of a real istiod (xDS of one proxy).
  test('an egress listener with a port imports on that port, and the one without on every port', () => {
    const egress = [
      {port: {number: 80, protocol: 'HTTP', name: 'http'}, hosts: ['./api.shop.svc.cluster.local']},
      {hosts: ['./*']},
    ]
    expect(scope({egress}).scope).toEqual(['web 80,8080', 'api 80'])
    expect(scope({egress: [egress[0]]}).scope).toEqual(['api 80'])
    expect(scope({egress: [{hosts: ['*/*', '~other/*']}]}).scope).toEqual(['web 80,8080', 'api 80'])
  })

  // istio.io, "Sidecar": a Sidecar of the root namespace with `./*` lets every namespace see only its own hosts.
  test('`.` in the Sidecar of the root namespace is the namespace of the proxy', () => {
    const root = object('Sidecar', 'default', {egress: [{hosts: ['./*']}]}, 'istio-system')
    const state = stateOf({...objects, Sidecar: [root]})
    expect(hostsInScope(state, PLACE).map(({name}) => name)).toEqual(['web', 'api'])
  })

  test('destinations of imported VirtualServices come in as clusters', () => {
    const routed = object('VirtualService', 'v', {
      hosts: ['api'],
      http: [{route: [{destination: {host: 'far.other.svc.cluster.local'}}]}],
    })
    const {scope: hosts, clusters} = scope(
      {egress: [{hosts: ['./api.shop.svc.cluster.local']}]},
      {VirtualService: [routed]},
    )
    expect(hosts).toEqual(['api 80'])
    expect(clusters).toEqual(['outbound|80||api.shop.svc.cluster.local', 'outbound|80||far.other.svc.cluster.local'])
  })

  test('ingress listeners replace the ports of Services', () => {
    const ingress = [
      {port: {number: 9080, protocol: 'HTTP', name: 'http'}, defaultEndpoint: '127.0.0.1:8080'},
      {port: {number: 9090, protocol: 'TCP', name: 'tcp'}, defaultEndpoint: '0.0.0.0:9090'},
    ]
    const state = stateOf({...objects, Sidecar: [object('Sidecar', 's', {ingress})]})
    expect(inboundPorts(state, PLACE, () => undefined)).toEqual([
      {port: 9080, reading: 'http', endpoint: {ip: '127.0.0.1', port: 8080}},
      {port: 9090, reading: 'tcp'},
    ])
    expect(inboundPorts(stateOf(objects), PLACE, () => undefined).map(({port}) => port)).toEqual([80, 8080])
  })
})

test('several issuers: any valid token is enough, and so is none (policy.md B5)', () => {
  const rules = object('RequestAuthentication', 'r', {
    jwtRules: [
      {issuer: 'a', jwks: '{}'},
      {issuer: 'b', jwks: '{}'},
    ],
  })
  const filter = jwtFilter(stateOf({RequestAuthentication: [rules]}), PLACE)
  expect(filter).toMatchObject({
    typed_config: {
      rules: [
        {
          requires: {
            requires_any: {
              requirements: [{provider_name: 'origins-0'}, {provider_name: 'origins-1'}, {requires_all: {}}],
            },
          },
        },
      ],
    },
  })
})

test('fields whose effect is not known are named', () => {
  const paths = (kind: string, spec: unknown) => untranslatedFields(object(kind, 'x', spec)).map(({path}) => path)
  expect(paths('DestinationRule', {host: 'web', subsets: [{trafficPolicy: {proxyProtocol: {}}}]})).toEqual([
    'spec.subsets[0].trafficPolicy.proxyProtocol',
  ])
  expect(paths('Sidecar', {ingress: [{defaultEndpoint: 'unix:///s'}], egress: [{bind: '127.0.0.1'}]})).toEqual([
    'spec.ingress[0].defaultEndpoint',
    'spec.egress[0].bind',
  ])
  expect(paths('VirtualService', {http: [{timeout: '1s'}]})).toEqual(['spec.http[0].timeout'])
  expect(paths('ServiceEntry', {resolution: 'DYNAMIC_DNS'})).toEqual(['spec.resolution'])
  expect(paths('RequestAuthentication', {jwtRules: [{issuer: 'a'}]})).toEqual(['spec.jwtRules[0]'])
  expect(paths('PeerAuthentication', {mtls: {mode: 'STRICT'}})).toEqual([])
})

describe('NetworkPolicies (kubernetes.io, Network Policies)', () => {
  const end = (namespace: string, app: string, address: string) => ({
    namespace,
    labels: {app},
    namespaceLabels: {team: namespace},
    addresses: [address],
  })
  const [client, server] = [end('shop', 'web', '10.1.0.1'), end('pay', 'api', '10.1.0.2')]
  const verdict = (spec: object, namespace = 'pay', port = 80) => {
    const policy = readNetworkPolicy(object('NetworkPolicy', 'p', {podSelector: {}, ...spec}, namespace))
    return networkPolicyVerdict([policy], {from: client, to: server, port}).allowed
  }

  test.each([
    ['no rule', {policyTypes: ['Ingress']}, false],
    ['a rule for everything', {ingress: [{}]}, true],
    ['pods of the own namespace', {ingress: [{from: [{podSelector: {}}]}]}, false],
    ['pods of any namespace', {ingress: [{from: [{namespaceSelector: {}}]}]}, true],
    [
      'a namespace by its name',
      {ingress: [{from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'shop'}}}]}]},
      true,
    ],
    [
      'a namespace and a pod at once',
      {ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: 'x'}}}]}]},
      false,
    ],
    ['a range', {ingress: [{from: [{ipBlock: {cidr: '10.1.0.0/24'}}]}]}, true],
    [
      'a range without the address',
      {ingress: [{from: [{ipBlock: {cidr: '10.1.0.0/24', except: ['10.1.0.1/32']}}]}]},
      false,
    ],
    ['another port', {ingress: [{ports: [{port: 81}]}]}, false],
    ['a range of ports', {ingress: [{ports: [{port: 70, endPort: 90}]}]}, true],
    ['a port of another protocol', {ingress: [{ports: [{port: 80, protocol: 'UDP'}]}]}, false],
    ['a port by name', {ingress: [{ports: [{port: 'http'}]}]}, undefined],
    ['other pods', {podSelector: {matchLabels: {app: 'other'}}, policyTypes: ['Ingress']}, true],
  ])('ingress: %s', (_name, spec, allowed) => {
    expect(verdict(spec)).toBe(allowed)
  })

  test('egress of the client counts too', () => {
    expect(verdict({policyTypes: ['Egress']}, 'shop')).toBe(false)
    expect(verdict({egress: [{to: [{namespaceSelector: {}}]}]}, 'shop')).toBe(true)
  })
})

test('a regex of a star takes any value', () => {
  const routed = object('VirtualService', 'web', {
    hosts: ['web'],
    http: [{match: [{headers: {x: {regex: '*'}}}], route: [{destination: {host: 'web'}}]}],
  })
  const [route] = virtualServiceRoutes(routed, stateOf({}), PLACE, 80)
  expect(route).toMatchObject({match: {headers: [{name: 'x', present_match: true}]}})
  expect(textOf(route, 'route', 'cluster')).toBe('outbound|80||web.shop.svc.cluster.local')
})

describe('what istiod makes of one mesh for two proxies', () => {
  const gateway: ProxyPlace = {namespace: 'shop', labels: {app: 'edge'}, gateway: true}

  test('a gateway takes the endpoints of a headless Service, and TLS to those that take it', () => {
    const headless = service('db', [3306])
    const state = stateOf({
      Service: [{...headless, spec: {...(headless.spec as object), clusterIP: 'None'}} as KubeObject],
    })
    const made = (place: ProxyPlace) =>
      madeClusters({state, place, ports: []}).get('outbound|3306||db.shop.svc.cluster.local')?.cluster
    expect(made(PLACE)).toMatchObject({type: 'ORIGINAL_DST'})
    expect(made(gateway)).toMatchObject({type: 'EDS', transport_socket_matches: [{name: 'tlsMode-istio'}, {}]})
  })

  test('of two VirtualServices for one host the older routes it on every port', () => {
    const route = (status: number) => ({hosts: ['web'], http: [{directResponse: {status}}]})
    const web = service('web', [8080])
    const other = service('other', [80])
    const oldest = object('VirtualService', 'z-old', route(200))
    const youngest = object('VirtualService', 'a-new', route(503))
    const view = (VirtualService: readonly KubeObject[]) => ({
      state: stateOf({Service: [web, other], VirtualService}),
      place: PLACE,
      ports: [],
    })
    const laid = outboundRoutes({configs: []}, view([]), view([youngest, oldest]))
    const hosts = resourcesOf(laid, 'routes')
      .flatMap(each => each.virtual_hosts as never as readonly {name: string; routes: readonly unknown[]}[])
      .filter(each => each.name.startsWith('web.'))
    expect(hosts.map(each => each.name).sort()).toEqual([
      'web.shop.svc.cluster.local:80',
      'web.shop.svc.cluster.local:8080',
    ])
    for (const each of hosts) expect(each.routes).toMatchObject([{direct_response: {status: 200}}])
  })

  test('another TLS host without an address joins the listener of its port', () => {
    const entry = (name: string) =>
      object('ServiceEntry', name, {
        hosts: [`${name}.example.com`],
        resolution: 'DNS',
        ports: [{number: 443, name: 'tls', protocol: 'TLS'}],
      })
    const one = entry('one')
    const view = (ServiceEntry: readonly KubeObject[]) => ({state: stateOf({ServiceEntry}), place: PLACE, ports: []})
    const first = outboundListeners({configs: []}, view([]), view([one]), new Set())
    const both = outboundListeners(first, view([one]), view([one, entry('two')]), new Set())
    const [listener] = resourcesOf(both, 'listeners')
    const chains = listener?.filter_chains as never as readonly {
      filter_chain_match: {server_names: readonly string[]}
    }[]
    expect(chains.flatMap(each => each.filter_chain_match.server_names).sort()).toEqual([
      'one.example.com',
      'two.example.com',
    ])
  })
})
