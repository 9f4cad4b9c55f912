import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ServiceModel, ServicePort} from '../../model/kube/kube-service.js'
import {field, flagOf, listOf, numberOf, textMapOf, textOf, textsOf} from '../decode.js'

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const

function portOf(entry: unknown, index: number): ServicePort | undefined {
  const port = numberOf(entry, 'port')
  if (port === undefined) return undefined
  const target = field(entry, 'targetPort')
  const name = textOf(entry, 'name')
  const appProtocol = textOf(entry, 'appProtocol')
  const nodePort = numberOf(entry, 'nodePort')
  return {
    name,
    port,
    target: typeof target === 'number' || (typeof target === 'string' && target !== '') ? target : port,
    protocol: PROTOCOLS.find(each => each === textOf(entry, 'protocol')) ?? 'TCP',
    appProtocol,
    ...definedFields({nodePort}),
    path: `spec.ports[${index}]`,
  }
}

function clusterIps(object: KubeObject): readonly string[] {
  const single = textOf(object, 'spec', 'clusterIP')
  const many = textsOf(object, 'spec', 'clusterIPs')
  return (many.length > 0 || single === undefined ? many : [single]).filter(ip => ip !== 'None' && ip !== '')
}

/** A Service object; an absent targetPort is the port itself (Kubernetes API, ServicePort v1). */
export function readService(object: KubeObject): ServiceModel {
  const createdAt = textOf(object, 'metadata', 'creationTimestamp')
  return {
    object: {kind: 'Service', namespace: object.metadata.namespace ?? 'default', name: object.metadata.name},
    type: textOf(object, 'spec', 'type') ?? 'ClusterIP',
    headless: textOf(object, 'spec', 'clusterIP') === 'None',
    clusterIps: clusterIps(object),
    selector: textMapOf(object, 'spec', 'selector'),
    labels: textMapOf(object, 'metadata', 'labels'),
    annotations: textMapOf(object, 'metadata', 'annotations'),
    externalIps: textsOf(object, 'spec', 'externalIPs'),
    balancers: listOf(object, 'status', 'loadBalancer', 'ingress').flatMap(
      each => textOf(each, 'hostname') ?? textOf(each, 'ip') ?? [],
    ),
    externalName: textOf(object, 'spec', 'externalName'),
    publishesNotReady: flagOf(object, 'spec', 'publishNotReadyAddresses') ?? false,
    ports: listOf(object, 'spec', 'ports')
      .map(portOf)
      .filter(port => port !== undefined),
    createdAt,
  }
}
