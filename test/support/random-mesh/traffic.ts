import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {Chance} from './chance.js'
import {exported, HOMES, hostName, labelsOf, made} from './names.js'

const NETWORKING = 'networking.istio.io/v1'

function destination(chance: Chance): object {
  return {
    host: hostName(chance),
    ...chance.field(3, () => ({subset: chance.of('v1', 'v2', 'v9')})),
    ...chance.field(3, () => ({port: {number: chance.of(80, 8080, 443, 9000)}})),
  }
}

function httpMatch(chance: Chance): object {
  return {
    ...chance.field(2, () => ({
      uri: {[chance.of('prefix', 'exact', 'regex')]: chance.of('/', '/a', '/a/b', '*', '.*')},
    })),
    ...chance.field(4, () => ({headers: {[chance.of('x', '@request.auth.claims.iss')]: {exact: 'value'}}})),
    ...chance.field(6, () => ({gateways: [chance.of('mesh', 'edge', 'b/edge')]})),
    ...chance.field(6, () => ({port: chance.of(80, 8080)})),
  }
}

function httpRoute(chance: Chance): object {
  const weights = chance.once(3) ? [chance.of(50, 90), chance.of(50, 10)] : []
  const route =
    weights.length === 0
      ? [{destination: destination(chance)}]
      : weights.map(weight => ({destination: destination(chance), weight}))
  return {
    ...chance.field(2, () => ({match: chance.some(2, () => httpMatch(chance))})),
    ...(chance.once(8) ? {redirect: {uri: '/x'}} : {route}),
    ...chance.field(6, () => ({mirror: destination(chance)})),
    ...chance.field(8, () => ({timeout: chance.of('1s', '5s', '1m')})),
    ...chance.field(8, () => ({retries: {attempts: chance.of(0, 3, -1), perTryTimeout: '2s'}})),
    ...chance.field(8, () => ({fault: {abort: {httpStatus: chance.of(503, 999), percentage: {value: 10}}}})),
  }
}

function virtualService(chance: Chance, index: number): KubeObject {
  const hosts = [hostName(chance), ...chance.some(1, () => 'second.example.com')]
  const kind = chance.of('http', 'http', 'http', 'tcp', 'tls')
  const routes =
    kind === 'http'
      ? [httpRoute(chance), ...chance.some(2, () => httpRoute(chance))]
      : [
          {
            ...(kind === 'tls' ? {match: [{sniHosts: [hosts[0]], port: 443}]} : {}),
            route: [{destination: destination(chance)}],
          },
        ]
  return made(NETWORKING, 'VirtualService', chance.of('a', 'b'), `v${index}`, {
    spec: {
      hosts,
      ...chance.field(3, () => ({gateways: [chance.of('edge', 'b/edge', 'missing', 'mesh', 'istio-system/ingress')]})),
      [kind]: routes,
      ...exported(chance),
    },
  })
}

function tls(chance: Chance): object {
  return {
    tls: {
      mode: chance.of('SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL', 'DISABLE'),
      ...chance.field(3, () => ({caCertificates: '/etc/ca.pem'})),
      ...chance.field(4, () => ({credentialName: 'cert'})),
      ...chance.field(5, () => ({subjectAltNames: ['x']})),
    },
  }
}

function destinationRule(chance: Chance, index: number): KubeObject {
  const subsets = chance.some(3, at => ({
    name: `v${at + 1}`,
    labels: chance.of<object>({version: `v${at + 1}`}, {version: 'v1'}, {app: 'web'}, {version: 'v7'}),
    ...chance.field(5, () => ({trafficPolicy: tls(chance)})),
  }))
  return made(NETWORKING, 'DestinationRule', chance.of(...HOMES), `d${index}`, {
    spec: {
      // Not a wildcard: whether one that fits a host is known differs on purpose.
      host: hostName(chance).replace('*.', 'ext.'),
      ...(subsets.length === 0 ? {} : {subsets}),
      ...chance.field(2, () => ({
        trafficPolicy: {
          ...chance.field(2, () => tls(chance)),
          ...chance.field(4, () => ({portLevelSettings: [{port: {number: 80}, ...tls(chance)}]})),
        },
      })),
      ...chance.field(6, () => ({workloadSelector: {matchLabels: labelsOf(chance)}})),
      ...exported(chance),
    },
  })
}

function server(chance: Chance, ports: readonly number[]): object {
  const protocol = chance.of('HTTP', 'HTTP', 'HTTPS', 'TLS', 'TCP')
  const secure = protocol === 'HTTPS' || protocol === 'TLS'
  const mode = chance.of('SIMPLE', 'PASSTHROUGH', 'MUTUAL')
  return {
    port: {number: chance.of(...ports), name: chance.of('http', 'https', 'x'), protocol},
    hosts: [chance.of('*', 'web.example.com', 'ext.example.com', 'a/*', '*.example.com')],
    ...(secure ? {tls: {mode, ...(mode === 'PASSTHROUGH' ? {} : {credentialName: chance.of('cert', 'missing')})}} : {}),
  }
}

function gateway(chance: Chance, name: string): KubeObject {
  return made(NETWORKING, 'Gateway', chance.of('b', 'b', 'a', 'istio-system'), name, {
    spec: {
      selector: chance.of<object>({istio: 'edge'}, {istio: 'edge'}, {istio: 'nobody'}),
      servers: [server(chance, [80, 443]), ...chance.some(1, () => server(chance, [8443, 31_400]))],
    },
  })
}

function serviceEntry(chance: Chance, index: number): KubeObject {
  const resolution = chance.of('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN')
  const port = {
    number: chance.of(80, 443, 9000),
    name: chance.of('http', 'tls', 'tcp'),
    protocol: chance.of('HTTP', 'HTTPS', 'TLS', 'TCP', ''),
  }
  return made(NETWORKING, 'ServiceEntry', chance.of('a', 'b'), `e${index}`, {
    spec: {
      hosts: [chance.of('ext.example.com', '*.example.com', 'web.a.svc.cluster.local')],
      resolution,
      ...(port.protocol === '' ? {ports: [{number: port.number, name: port.name}]} : {ports: [port]}),
      ...(resolution === 'STATIC' ? {endpoints: [{address: '10.9.9.9', labels: {version: 'v1'}}]} : {}),
      ...chance.field(4, () => ({addresses: [chance.of('240.0.0.1', '240.0.0.0/16')]})),
      ...exported(chance),
    },
  })
}

function sidecar(chance: Chance, index: number): KubeObject {
  return made(NETWORKING, 'Sidecar', chance.of('a', 'b'), `s${index}`, {
    spec: {
      ...chance.field(2, () => ({workloadSelector: {labels: labelsOf(chance)}})),
      egress: [{hosts: [chance.of('./*', '*/*', 'a/*', `./${hostName(chance)}`, '~/*')]}],
    },
  })
}

/** Gateways, VirtualServices, DestinationRules, ServiceEntries, Sidecars, and a Secret. */
export function traffic(chance: Chance): readonly KubeObject[] {
  return [
    made('v1', 'Secret', chance.of('a', 'b', 'istio-system'), 'cert', {type: 'kubernetes.io/tls', data: {}}),
    gateway(chance, 'edge'),
    ...chance.some(1, () => gateway(chance, 'other')),
    ...chance.some(4, index => virtualService(chance, index)),
    destinationRule(chance, 0),
    ...chance.some(3, index => destinationRule(chance, index + 1)),
    ...chance.some(2, index => serviceEntry(chance, index)),
    ...chance.some(2, index => sidecar(chance, index)),
  ]
}
