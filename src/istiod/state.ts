import {numberOf, objectOf, textMapOf, textOf} from '../formats/decode.js'
import {readAuthorization} from '../formats/istio/authorization.js'
import {readPeerAuthentication} from '../formats/istio/istio-policy.js'
import {readService} from '../formats/kube/kube-service.js'
import type {Authorization} from '../model/istio/authorization.js'
import type {PeerAuthentication} from '../model/istio/istio-policy.js'
import type {MeshSettings} from '../model/istio/mesh-settings.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {labelIndexes} from '../model/kube/label-index.js'
import {byText} from '../model/text/order.js'
import {hostOfService, hostsOfServiceEntry, type RegisteredHost, takesMeshTls, type Workload} from './registry.js'

/** The kinds of objects whose translation is known here. */
export const TRANSLATED_KINDS = [
  'Service',
  'PeerAuthentication',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'DestinationRule',
  'VirtualService',
  'ServiceEntry',
  'WorkloadEntry',
  'Sidecar',
  'Gateway',
] as const

export type TranslatedKind = (typeof TRANSLATED_KINDS)[number]

/** Objects by kind; a kind that could not be read is undefined. */
export type ObjectsByKind = Readonly<Partial<Record<TranslatedKind, readonly KubeObject[]>>>

/** What istiod knows of the mesh at one moment. */
export interface IstioState {
  readonly settings: MeshSettings
  readonly hosts: readonly RegisteredHost[]
  readonly peerAuthentications: readonly PeerAuthentication[]
  readonly authorizations: readonly Authorization[]
  /** By age, oldest first. */
  readonly objects: (kind: TranslatedKind) => readonly KubeObject[]
}

export interface MeshFacts {
  readonly settings: MeshSettings
  readonly workloads: readonly Workload[]
  /** Whether every pod of the namespace is known. */
  readonly complete: (namespace: string) => boolean
}

function born(object: KubeObject): string {
  return textOf(object, 'metadata', 'creationTimestamp') ?? '~'
}

/** Oldest first; one without a time of creation is about to be made, and is the youngest. */
export function byAge(a: KubeObject, b: KubeObject): number {
  return byText(born(a), born(b)) || byText(a.metadata.name, b.metadata.name)
}

/** A WorkloadEntry as istiod registers it: a Service or ServiceEntry that selects its labels has it as an endpoint. */
export function workloadOfEntry(object: KubeObject): Workload {
  const labels = textMapOf(object, 'spec', 'labels')
  const account = textOf(object, 'spec', 'serviceAccount')
  const ports = objectOf(object, 'spec', 'ports')
  return {
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
    addresses: [textOf(object, 'spec', 'address') ?? ''],
    labels: {...object.metadata.labels, ...labels},
    serviceAccount: account ?? 'default',
    ready: true,
    meshTls: takesMeshTls(labels, account),
    portNamed: name => numberOf(ports, name),
    portInstead: name => numberOf(ports, name),
  }
}

/** What istiod knows, by the objects. */
export function istioState(objects: ObjectsByKind, {settings, workloads, complete}: MeshFacts): IstioState {
  const sorted = new Map(TRANSLATED_KINDS.map(kind => [kind, [...(objects[kind] ?? [])].sort(byAge)] as const))
  const of = (kind: TranslatedKind) => sorted.get(kind) ?? []
  const entries = of('WorkloadEntry').map(workloadOfEntry)
  const services = of('Service').map(readService)
  const reached = labelIndexes([...workloads, ...entries])
  return {
    settings,
    hosts: [
      ...services
        .filter(each => each.type !== 'ExternalName')
        .map(each => hostOfService(each, reached, settings.clusterDomain, complete(each.object.namespace))),
      ...of('ServiceEntry').flatMap(each => hostsOfServiceEntry(each, reached)),
    ],
    peerAuthentications: of('PeerAuthentication').map(readPeerAuthentication),
    authorizations: of('AuthorizationPolicy').map(readAuthorization),
    objects: of,
  }
}

/** The labels an object selects workloads by; undefined when it selects all. */
export function selectorOf(
  object: KubeObject,
  ...path: readonly string[]
): Readonly<Record<string, string>> | undefined {
  const labels = textMapOf(object, 'spec', ...path)
  return Object.keys(labels).length === 0 ? undefined : labels
}
