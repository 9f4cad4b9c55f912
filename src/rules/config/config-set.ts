import {type HostIndex, hostIndex} from '../../analysis/istio-config/host-index.js'
import {podsAndTemplates} from '../../analysis/istio-config/mesh-pods.js'
import {readServedSchemas, type ServedSchemas} from '../../formats/istio-config/crd-schemas.js'
import {
  readServiceConfig,
  readWebhooksConfig,
  readWorkloadConfig,
  WORKLOAD_CONFIG_KINDS,
} from '../../formats/istio-config/kubernetes.js'
import {readInjectorValues} from '../../formats/istio-config/mesh-config.js'
import {readAuthorizationConfig, readPolicyScope, readTelemetryConfig} from '../../formats/istio-config/policy.js'
import {readSecretConfig, type SecretConfig} from '../../formats/istio-config/secret.js'
import {
  readDestinationRuleConfig,
  readEnvoyFilterConfig,
  readGatewayConfig,
  readServiceEntryConfig,
  readSidecarConfig,
} from '../../formats/istio-config/traffic.js'
import {readVirtualServiceConfig} from '../../formats/istio-config/virtual-service.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {once} from '../../model/collections/once.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {ServiceConfig, WebhooksConfig, WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {InjectorValues, MeshConfig, MeshNetworks} from '../../model/istio-config/mesh-config.js'
import type {AuthorizationConfig, PolicyScope, TelemetryConfig} from '../../model/istio-config/policy.js'
import type {
  DestinationRuleConfig,
  EnvoyFilterConfig,
  GatewayConfig,
  ServiceEntryConfig,
  SidecarConfig,
} from '../../model/istio-config/traffic.js'
import type {VirtualServiceConfig} from '../../model/istio-config/virtual-service.js'
import type {Labels} from '../../model/kube/selector.js'

/** The releases an upgrade leads from and to, as minor versions of Istio 1.x; `from` is undefined when the running release is not known. */
export interface Upgrade {
  readonly from: number | undefined
  readonly to: number
}

/** What the objects are analysed with. */
export interface ConfigSettings {
  readonly istioNamespace: string
  readonly mesh: MeshConfig
  readonly networks?: MeshNetworks
  /** Certificates are valid or not at this time. */
  readonly at: Date
  /** Set when the question is what an upgrade changes. */
  readonly upgrade?: Upgrade
  /** The cluster the objects are seen from, where there are several. */
  readonly cluster?: string
  /** The Services of the other clusters. */
  readonly otherServices?: readonly ConfigObject[]
}

/** The configuration of a mesh as rules read it; each list and index is made when a rule first asks for it. */
export interface ConfigSet extends Omit<ConfigSettings, 'otherServices'> {
  /** The objects of a kind, as rules name it. */
  of(kind: string): readonly ConfigObject[]
  readonly all: readonly ConfigObject[]
  virtualServices(): readonly VirtualServiceConfig[]
  destinationRules(): readonly DestinationRuleConfig[]
  gateways(): readonly GatewayConfig[]
  serviceEntries(): readonly ServiceEntryConfig[]
  sidecars(): readonly SidecarConfig[]
  envoyFilters(): readonly EnvoyFilterConfig[]
  authorizationPolicies(): readonly AuthorizationConfig[]
  telemetries(): readonly TelemetryConfig[]
  /** What the policies of a kind apply to. */
  scopes(kind: string): readonly PolicyScope[]
  services(): readonly ServiceConfig[]
  /** The Services of all clusters, several of one name among them. */
  servicesEverywhere(): readonly ServiceConfig[]
  workloads(): readonly WorkloadConfig[]
  /** Pods, and templates of workloads of which no pod is given. */
  pods(): readonly WorkloadConfig[]
  /** The same by namespace. */
  podsIn(namespace: string): readonly WorkloadConfig[]
  secrets(): readonly SecretConfig[]
  injectors(): readonly InjectorValues[]
  /** The object the mesh configuration was read from; undefined when the defaults were assumed. */
  meshConfigObject(): ConfigObject | undefined
  webhooks(kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'): readonly WebhooksConfig[]
  /** The labels of a namespace; empty when it is not known. */
  namespaceLabels(namespace: string): Labels
  hosts(): HostIndex
  /** The schemas of the kinds the cluster defines; empty where its CustomResourceDefinitions are not among the objects. */
  servedSchemas(): ServedSchemas
}

/** The configuration made of these objects. */
export function configSet(objects: readonly ConfigObject[], settings: ConfigSettings): ConfigSet {
  const byKind = groupedBy(objects, ({kind}) => kind)
  const of = (kind: string) => byKind.get(kind) ?? []
  const list = <T>(kind: string, read: (object: ConfigObject) => T) => once(() => of(kind).map(read))
  const services = list('Service', readServiceConfig)
  const serviceEntries = list('ServiceEntry', readServiceEntryConfig)
  const workloads = once(() => WORKLOAD_CONFIG_KINDS.flatMap(of).flatMap(object => readWorkloadConfig(object) ?? []))
  const pods = once(() => podsAndTemplates(workloads()))
  const byNamespace = once(() => groupedBy(pods(), ({object}) => object.ref.namespace))
  const namespaces = once(() => new Map(of('Namespace').map(({ref, labels}) => [ref.name, labels])))
  const injectors = once(() =>
    of('ConfigMap')
      .filter(({ref}) => ref.namespace === settings.istioNamespace)
      .flatMap(({raw}) => readInjectorValues(raw) ?? []),
  )
  return {
    ...settings,
    all: objects,
    of,
    virtualServices: list('VirtualService', readVirtualServiceConfig),
    destinationRules: list('DestinationRule', readDestinationRuleConfig),
    gateways: list('Gateway', readGatewayConfig),
    serviceEntries,
    sidecars: list('Sidecar', readSidecarConfig),
    envoyFilters: list('EnvoyFilter', readEnvoyFilterConfig),
    authorizationPolicies: list('AuthorizationPolicy', readAuthorizationConfig),
    telemetries: list('Telemetry', readTelemetryConfig),
    scopes: kind => of(kind).map(readPolicyScope),
    services,
    servicesEverywhere: once(() => [...services(), ...(settings.otherServices ?? []).map(readServiceConfig)]),
    workloads,
    pods,
    podsIn: namespace => byNamespace().get(namespace) ?? [],
    secrets: list('Secret', readSecretConfig),
    injectors,
    meshConfigObject: once(
      () =>
        of('MeshConfig')[0] ??
        of('ConfigMap').find(({ref}) => settings.mesh.from === `ConfigMap ${ref.namespace}/${ref.name}`),
    ),
    webhooks: kind => of(kind).map(readWebhooksConfig),
    namespaceLabels: namespace => namespaces().get(namespace) ?? {},
    hosts: once(() => hostIndex(services(), serviceEntries())),
    servedSchemas: once(() => readServedSchemas(of('CustomResourceDefinition'))),
  }
}
