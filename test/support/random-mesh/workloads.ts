import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {Chance} from './chance.js'
import {APPS, made} from './names.js'

function namespace(chance: Chance, name: string): KubeObject {
  const labels = chance.of<Record<string, string>>(
    {},
    {'istio-injection': 'enabled'},
    {'istio-injection': 'enabled'},
    {'istio-injection': 'disabled'},
    {'istio.io/rev': 'canary'},
    {'istio-injection': 'enabled', 'istio.io/rev': 'canary'},
    {'istio.io/dataplane-mode': 'ambient'},
  )
  return {apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels}} as KubeObject
}

function service(chance: Chance, home: string, name: string): KubeObject {
  const ports = [
    {
      ...chance.field(4, () => ({name: chance.of('http', 'tcp-x', 'foo', 'http2-y', 'grpc')})),
      port: chance.of(80, 8080, 443, 9000),
      ...chance.field(3, () => ({targetPort: chance.of<number | string>(8080, 'http', 9000)})),
      protocol: chance.once(12) ? 'UDP' : 'TCP',
      ...chance.field(6, () => ({appProtocol: chance.of('http', 'tcp', 'foo')})),
    },
  ]
  const selector = chance.once(6) ? {app: 'nobody'} : {app: chance.once(5) ? chance.of(...APPS) : name}
  return made('v1', 'Service', home, name, {
    spec: {
      ...(chance.once(8) ? {type: 'ExternalName', externalName: 'x.example.com'} : {selector}),
      ...chance.field(6, () => ({clusterIP: 'None'})),
      ports,
    },
  })
}

function template(chance: Chance, app: string): {readonly metadata: object; readonly spec: object} {
  const proxied = chance.once(2)
  const annotations = {
    ...chance.field(5, () => ({'sidecar.istio.io/inject': chance.of('true', 'false', 'maybe')})),
    ...chance.field(8, () => ({'sidecar.istio.io/proxyCPU': chance.of('100m', 'much')})),
    ...chance.field(10, () => ({'traffic.sidecar.istio.io/includeInboundPorts': chance.of('*', '80,81', 'x')})),
    ...chance.field(12, () => ({'sidecar.istio.io/unknown': 'x'})),
    ...chance.field(12, () => ({'alpha.istio.io/identity': 'x'})),
  }
  const container = {
    name: 'app',
    image: 'app',
    ports: [{name: 'http', containerPort: chance.of(8080, 9000, 80)}],
    ...chance.field(12, () => ({securityContext: {runAsUser: chance.of(1337, 1000)}})),
  }
  const proxy = {name: 'istio-proxy', image: `gcr.io/istio-release/proxyv2:${chance.of('1.31.0', '1.30.0')}`}
  const labels = {
    app,
    version: chance.of('v1', 'v2'),
    ...chance.field(8, () => ({'sidecar.istio.io/inject': chance.of('true', 'false')})),
  }
  return {
    metadata: {labels, annotations},
    spec: {
      containers: [container, ...(proxied ? [proxy] : [])],
      ...chance.field(12, () => ({hostNetwork: true})),
      ...chance.field(12, () => ({securityContext: {runAsUser: chance.of(1337, 1000)}})),
    },
  }
}

/** A pod, now and then with the Deployment that made it. */
function workload(chance: Chance, home: string, app: string): readonly KubeObject[] {
  const {metadata, spec} = template(chance, app)
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: app, namespace: home, ...metadata}, spec} as KubeObject
  const deployment = {spec: {selector: {matchLabels: {app}}, template: {metadata, spec}}}
  return chance.once(3) ? [pod, made('apps/v1', 'Deployment', home, app, deployment)] : [pod]
}

/** Namespaces, Services, pods and Deployments. */
export function workloads(chance: Chance): readonly KubeObject[] {
  const each = ['a', 'b'].flatMap(home =>
    APPS.flatMap(app => [
      ...(chance.once(4) ? [] : [service(chance, home, app)]),
      ...(chance.once(4) ? [] : workload(chance, home, app)),
    ]),
  )
  const gateway = chance.once(2)
    ? [
        made('v1', 'Service', 'b', 'edge', {
          spec: {
            selector: {istio: 'edge'},
            ports: [
              {name: 'http', port: 80, protocol: 'TCP'},
              {name: 'https', port: 443, targetPort: 8443, protocol: 'TCP'},
            ],
          },
        }),
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {name: 'edge', namespace: 'b', labels: {istio: 'edge'}},
          spec: {containers: [{name: 'istio-proxy', image: 'gcr.io/istio-release/proxyv2:1.31.0'}]},
        } as KubeObject,
      ]
    : []
  return [namespace(chance, 'a'), namespace(chance, 'b'), ...workload(chance, 'a', 'sleep'), ...each, ...gateway]
}
