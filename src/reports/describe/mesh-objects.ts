import {listed} from '../../evidence/mesh-objects/list-objects.js'
import {clusterLists} from '../../evidence/mesh-objects/object-cache.js'
import {readDestinationRule} from '../../formats/istio-policy.js'
import {
  readAuthorizationPolicy,
  readGateway,
  readSidecar,
  readVirtualService,
} from '../../formats/istio-traffic/parse.js'
import {destinationRuleSettings} from '../../formats/istio-traffic/rule-settings.js'
import type {Gap} from '../../model/answer.js'
import type {DestinationRuleModel, PeerAuthentication} from '../../model/istio-policy.js'
import type {
  AuthorizationPolicyModel,
  GatewayModel,
  SidecarModel,
  VirtualServiceModel,
} from '../../model/istio-traffic.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {ObjectRef} from '../../model/pod.js'
import type {Source} from '../../sources/source.js'
import {optional} from '../report.js'

/** Every object a description uses; a kind that could not be read is absent and listed in the gaps. */
export interface MeshObjects {
  readonly rootNamespace: string
  readonly domain: string
  readonly services: readonly ServiceModel[] | undefined
  readonly peerAuthentications: readonly PeerAuthentication[] | undefined
  readonly destinationRules: readonly DestinationRuleModel[] | undefined
  /** What each DestinationRule sets, by `name.namespace`. */
  readonly settings: ReadonlyMap<string, readonly string[]>
  readonly virtualServices: readonly VirtualServiceModel[] | undefined
  readonly gateways: readonly GatewayModel[] | undefined
  readonly authorizationPolicies: readonly AuthorizationPolicyModel[] | undefined
  readonly sidecars: readonly SidecarModel[] | undefined
}

/** `name.namespace`, as Envoy's metadata and istioctl name an object. */
export function shortName({name, namespace}: Pick<ObjectRef, 'name' | 'namespace'>): string {
  return `${name}.${namespace}`
}

/** Reads the objects around the pods of a namespace. */
export async function readMeshObjects(
  source: Source,
  namespace: string,
  istioNamespace: string,
  gaps: Gap[],
): Promise<MeshObjects> {
  const lists = clusterLists(source, istioNamespace)
  const all = async (kind: string) => optional(await listed(source, kind), gaps)
  const [services, peers, mesh, rules, virtualServices, gateways, policies, sidecars] = await Promise.all([
    lists.services(namespace).then(answer => optional(answer, gaps)),
    lists.peerAuthentications().then(answer => optional(answer, gaps)),
    lists.mesh().then(answer => optional(answer, gaps)),
    all('DestinationRule'),
    all('VirtualService'),
    all('Gateway'),
    all('AuthorizationPolicy'),
    all('Sidecar'),
  ])
  return {
    rootNamespace: mesh?.rootNamespace ?? istioNamespace,
    domain: mesh?.clusterDomain ?? 'cluster.local',
    services,
    peerAuthentications: peers,
    destinationRules: rules?.map(readDestinationRule),
    settings: new Map(
      (rules ?? []).map(each => [shortName(readDestinationRule(each).object), destinationRuleSettings(each)]),
    ),
    virtualServices: virtualServices?.map(readVirtualService),
    gateways: gateways?.map(readGateway),
    authorizationPolicies: policies?.map(readAuthorizationPolicy),
    sidecars: sidecars?.map(readSidecar),
  }
}
