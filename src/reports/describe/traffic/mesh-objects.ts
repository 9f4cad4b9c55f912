import {type ObjectCache, objectCache} from '../../../evidence/mesh-objects/object-cache.js'
import type {MeshObjectName} from '../../../formats/kube/mesh-objects.js'
import type {Gap} from '../../../model/evidence/answer.js'
import type {DestinationRuleModel, PeerAuthentication} from '../../../model/istio/istio-policy.js'
import type {
  AuthorizationPolicyModel,
  GatewayModel,
  SidecarModel,
  VirtualServiceModel,
} from '../../../model/istio/istio-traffic.js'
import type {ServiceModel} from '../../../model/kube/kube-service.js'
import type {ObjectRef} from '../../../model/kube/pod.js'
import type {Source} from '../../../sources/source.js'
import {optional} from '../../report.js'

/** Every object a description uses; a kind that could not be read is absent and listed in the gaps. */
export interface MeshObjects {
  /** Where they were read from, each list once. */
  readonly cache: ObjectCache
  readonly rootNamespace: string
  readonly domain: string
  readonly services: readonly ServiceModel[] | undefined
  readonly peerAuthentications: readonly PeerAuthentication[] | undefined
  readonly destinationRules: readonly DestinationRuleModel[] | undefined
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
  const cache = objectCache(source, istioNamespace)
  const list = async <N extends MeshObjectName>(name: N) => optional(await cache.list(name, namespace), gaps)
  const [services, peerAuthentications, mesh, destinationRules, virtualServices, gateways, policies, sidecars] =
    await Promise.all([
      list('services'),
      list('peerAuthentications'),
      cache.settings.mesh().then(answer => optional(answer, gaps)),
      list('destinationRules'),
      list('virtualServices'),
      list('gateways'),
      list('authorizationPolicies'),
      list('sidecars'),
    ])
  return {
    cache,
    rootNamespace: mesh?.rootNamespace ?? istioNamespace,
    domain: mesh?.clusterDomain ?? 'cluster.local',
    services,
    peerAuthentications,
    destinationRules,
    virtualServices,
    gateways,
    authorizationPolicies: policies,
    sidecars,
  }
}
