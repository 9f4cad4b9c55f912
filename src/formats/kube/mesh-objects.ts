import {GATEWAY_API_GATEWAY} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {readInjectionWebhooks} from '../istio/injection-webhook.js'
import {readDestinationRule, readPeerAuthentication} from '../istio/istio-policy.js'
import {readWaypoint} from '../istio/waypoint.js'
import {
  readAuthorizationPolicy,
  readEnvoyFilter,
  readGateway,
  readRequestAuthentication,
  readServiceEntry,
  readSidecar,
  readVirtualService,
} from '../istio-traffic/parse.js'
import {readNamespace, readNode} from './kube-cluster.js'
import {readEndpointSlice} from './kube-endpoints.js'
import {readEvent} from './kube-event.js'
import {readService} from './kube-service.js'
import {readNetworkPolicy} from './network-policy.js'

/** How the objects of one kind are read. */
export interface MeshObjectRow {
  readonly kind: string
  /** Which of them count for a pod: those of its namespace, or of the whole cluster. */
  readonly scope: 'namespace' | 'cluster'
  /** What is kept of an object: one model, or none or several as a list. */
  readonly read: (object: KubeObject) => unknown
  /** What they are called where they could not be read. */
  readonly label: string
}

/** The objects of a mesh that questions and rules reason over, one row for each kind; a rule asks for a row by its name. */
export const MESH_OBJECTS = {
  services: {kind: 'Service', scope: 'namespace', read: readService, label: 'Services of the namespace'},
  networkPolicies: {
    kind: 'NetworkPolicy',
    scope: 'namespace',
    read: readNetworkPolicy,
    label: 'NetworkPolicies of the namespace',
  },
  endpointSlices: {
    kind: 'EndpointSlice',
    scope: 'namespace',
    read: (object: KubeObject) => readEndpointSlice(object) ?? [],
    label: 'EndpointSlices of the namespace',
  },
  events: {kind: 'Event', scope: 'namespace', read: readEvent, label: 'Events of the namespace'},
  namespaces: {kind: 'Namespace', scope: 'cluster', read: readNamespace, label: 'Namespaces'},
  nodes: {kind: 'Node', scope: 'cluster', read: readNode, label: 'nodes'},
  daemonSets: {kind: 'DaemonSet', scope: 'cluster', read: (object: KubeObject) => object, label: 'DaemonSets'},
  webhooks: {
    kind: 'MutatingWebhookConfiguration',
    scope: 'cluster',
    read: readInjectionWebhooks,
    label: 'injection webhooks',
  },
  virtualServices: {
    kind: 'VirtualService',
    scope: 'cluster',
    read: readVirtualService,
    label: 'VirtualServices',
  },
  destinationRules: {
    kind: 'DestinationRule',
    scope: 'cluster',
    read: readDestinationRule,
    label: 'DestinationRules',
  },
  gateways: {kind: 'Gateway', scope: 'cluster', read: readGateway, label: 'Gateways'},
  waypointGateways: {
    kind: GATEWAY_API_GATEWAY,
    scope: 'cluster',
    read: (object: KubeObject) => readWaypoint(object) ?? [],
    label: 'Gateways of the Gateway API',
  },
  serviceEntries: {kind: 'ServiceEntry', scope: 'cluster', read: readServiceEntry, label: 'ServiceEntries'},
  sidecars: {kind: 'Sidecar', scope: 'cluster', read: readSidecar, label: 'Sidecar resources'},
  envoyFilters: {kind: 'EnvoyFilter', scope: 'cluster', read: readEnvoyFilter, label: 'EnvoyFilters'},
  peerAuthentications: {
    kind: 'PeerAuthentication',
    scope: 'cluster',
    read: readPeerAuthentication,
    label: 'PeerAuthentications',
  },
  authorizationPolicies: {
    kind: 'AuthorizationPolicy',
    scope: 'cluster',
    read: readAuthorizationPolicy,
    label: 'AuthorizationPolicies',
  },
  requestAuthentications: {
    kind: 'RequestAuthentication',
    scope: 'cluster',
    read: readRequestAuthentication,
    label: 'RequestAuthentications',
  },
} as const satisfies Readonly<Record<string, MeshObjectRow>>

export type MeshObjectName = keyof typeof MESH_OBJECTS

type ElementOf<T> = T extends readonly (infer E)[] ? E : T

/** What one object of a row gives. */
export type MeshObject<N extends MeshObjectName> = ElementOf<ReturnType<(typeof MESH_OBJECTS)[N]['read']>>

/** Everything the rows give, by their names. */
export type MeshObjectLists = {readonly [N in MeshObjectName]: readonly MeshObject<N>[]}
