import {type CniConfig, readCniConfig} from '../../formats/cni-config.js'
import {readInjectionWebhooks} from '../../formats/injection-webhook.js'
import {readInjectorSettings} from '../../formats/injector-config.js'
import {readDestinationRule, readPeerAuthentication} from '../../formats/istio-policy.js'
import {
  readAuthorizationPolicy,
  readEnvoyFilter,
  readRequestAuthentication,
  readServiceEntry,
  readSidecar,
} from '../../formats/istio-traffic/parse.js'
import {readNode} from '../../formats/kube-node.js'
import {readService} from '../../formats/kube-service.js'
import {readMeshSettings} from '../../formats/mesh-config.js'
import {readNetworkPolicy} from '../../formats/network-policy.js'
import {type Answer, answered, missing} from '../../model/answer.js'
import type {InjectionWebhook, InjectorSettings, NamespaceModel} from '../../model/injection.js'
import type {DestinationRuleModel, PeerAuthentication} from '../../model/istio-policy.js'
import type {
  AuthorizationPolicyModel,
  EnvoyFilterModel,
  RequestAuthenticationModel,
  ServiceEntryModel,
  SidecarModel,
} from '../../model/istio-traffic.js'
import {kindOf} from '../../model/kinds.js'
import type {NodeModel} from '../../model/kube-node.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {MeshSettings} from '../../model/mesh-settings.js'
import type {NetworkPolicyModel} from '../../model/network-policy.js'
import {objectLabel} from '../../model/pod.js'
import type {Source} from '../../sources/source.js'
import {listed, namespaceByNamespace} from './list-objects.js'
import {namedPorts} from './named-ports.js'

/** Objects of the whole cluster that rules ask for, each list read at most once in a run. */
export interface ClusterLists {
  namespace(name: string): Promise<Answer<NamespaceModel>>
  services(namespace: string): Promise<Answer<readonly ServiceModel[]>>
  /** The paths of a Service's ports whose name some pod (or template) it selects has; read once per Service. */
  namedPorts(service: ServiceModel, templates: boolean): Promise<Answer<ReadonlySet<string>>>
  webhooks(): Promise<Answer<readonly InjectionWebhook[]>>
  injectors(): Promise<Answer<readonly InjectorSettings[]>>
  mesh(): Promise<Answer<MeshSettings>>
  cniConfig(): Promise<Answer<CniConfig>>
  peerAuthentications(): Promise<Answer<readonly PeerAuthentication[]>>
  destinationRules(): Promise<Answer<readonly DestinationRuleModel[]>>
  daemonSets(): Promise<Answer<readonly KubeObject[]>>
  nodes(): Promise<Answer<readonly NodeModel[]>>
  networkPolicies(namespace: string): Promise<Answer<readonly NetworkPolicyModel[]>>
  authorizationPolicies(): Promise<Answer<readonly AuthorizationPolicyModel[]>>
  requestAuthentications(): Promise<Answer<readonly RequestAuthenticationModel[]>>
  serviceEntries(): Promise<Answer<readonly ServiceEntryModel[]>>
  sidecars(): Promise<Answer<readonly SidecarModel[]>>
  envoyFilters(): Promise<Answer<readonly EnvoyFilterModel[]>>
}

function mapped<T, R>(answer: Answer<T>, use: (value: T) => R): Answer<R> {
  return answer.ok ? answered(use(answer.value)) : answer
}

function namespaces(objects: readonly KubeObject[]): ReadonlyMap<string, NamespaceModel> {
  return new Map(
    objects.map(({metadata: {name, labels, annotations = {}}}) => {
      // Every API server adds this label; a manifest lacks it.
      return [name, {name, labels: {...labels, 'kubernetes.io/metadata.name': name}, annotations}] as const
    }),
  )
}

function byNamespace<T>(objects: readonly KubeObject[], read: (object: KubeObject) => T): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>()
  for (const object of objects) {
    const namespace = object.metadata.namespace ?? 'default'
    const known = found.get(namespace)
    if (known === undefined) found.set(namespace, [read(object)])
    else known.push(read(object))
  }
  return found
}

/** Reads lists of a source on demand and remembers them; with `everywhere`, one list of the whole cluster stands for those of its namespaces. */
export function clusterLists(source: Source, istioNamespace: string, everywhere = false): ClusterLists {
  const held = new Map<string, Promise<Answer<readonly KubeObject[]>>>()
  const list = (kind: string, namespace?: string) => {
    const key = `${kind}/${namespace ?? ''}`
    const known = held.get(key) ?? (namespace === undefined ? whole(kind) : listed(source, kind, namespace))
    held.set(key, known)
    return known
  }
  /** Where the whole may not be listed, everything is what the namespaces hold. */
  const whole = async (kind: string): Promise<Answer<readonly KubeObject[]>> => {
    const answer = await listed(source, kind)
    const namespaced = kindOf(kind)?.namespaced === true
    if (answer.ok || !everywhere || !namespaced || answer.gap.reason !== 'forbidden') return answer
    const names = await parsed('Namespace', namespaces)
    return names.ok ? await namespaceByNamespace(source, kind, [...names.value.keys()], answer.gap) : answer
  }
  const configMap = async (prefix: string, namespace = istioNamespace): Promise<Answer<readonly KubeObject[]>> => {
    const answer = await list('ConfigMap', namespace)
    if (!answer.ok) return answer
    const found = answer.value.filter(({metadata: {name}}) => name === prefix || name.startsWith(`${prefix}-`))
    return found.length > 0
      ? answered(found)
      : missing(`ConfigMap ${prefix}`, 'not-captured', `none in namespace ${namespace}`)
  }
  const answers = new Map<string, Promise<unknown>>()
  /** Parsing is remembered too: a ConfigMap of the injector is 100 kB of YAML, and every pod asks for it. */
  const once = <T>(key: string, make: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    const known = (answers.get(key) as Promise<Answer<T>> | undefined) ?? make()
    answers.set(key, known)
    return known
  }
  const parsed = <T>(kind: string, use: (objects: readonly KubeObject[]) => T, namespace?: string) =>
    once(`${kind}/${namespace ?? ''}`, async () =>
      mapped(await (namespace === undefined ? whole(kind) : listed(source, kind, namespace)), use),
    )
  /** What one namespace holds of a kind: its part of the list of all where that is asked for and allowed, else a list of its own. */
  const inNamespace = async <T>(
    kind: string,
    read: (object: KubeObject) => T,
    namespace: string,
  ): Promise<Answer<readonly T[]>> => {
    if (everywhere) {
      const all = await once(`all ${kind}`, async () =>
        mapped(await listed(source, kind), objects => byNamespace(objects, read)),
      )
      if (all.ok) return answered(all.value.get(namespace) ?? [])
      if (all.gap.reason !== 'forbidden') return all
    }
    return await parsed(kind, objects => objects.map(read), namespace)
  }
  return {
    namespace: async name => {
      const all = await parsed('Namespace', namespaces)
      if (!all.ok) return all
      const found = all.value.get(name)
      return found === undefined
        ? missing(`Namespace ${name}`, 'not-captured', `not among those of ${source.origin.label}`)
        : answered(found)
    },
    services: namespace => inNamespace('Service', readService, namespace),
    namedPorts: (service, templates) =>
      once(`ports ${templates} ${objectLabel(service.object)}`, () => namedPorts(source, service, templates)),
    webhooks: () => parsed('MutatingWebhookConfiguration', objects => objects.flatMap(readInjectionWebhooks)),
    injectors: () =>
      once('injectors', async () =>
        mapped(await configMap('istio-sidecar-injector'), all => all.map(readInjectorSettings)),
      ),
    mesh: () =>
      once('mesh', async () => {
        const maps = await configMap('istio')
        if (!maps.ok) return maps
        const map = maps.value.find(each => each.metadata.name === 'istio') ?? maps.value[0]
        return map === undefined
          ? missing('the mesh configuration', 'not-captured', 'no ConfigMap istio')
          : answered(readMeshSettings(map))
      }),
    cniConfig: () =>
      once('cni', async () => {
        const beside = await configMap('istio-cni-config')
        const maps = beside.ok ? beside : await configMap('istio-cni-config', 'kube-system')
        const [map] = maps.ok ? maps.value : []
        return map === undefined
          ? missing('ConfigMap istio-cni-config', 'not-captured', `none in ${istioNamespace} or kube-system`)
          : answered(readCniConfig(map))
      }),
    peerAuthentications: () => parsed('PeerAuthentication', all => all.map(readPeerAuthentication)),
    destinationRules: () => parsed('DestinationRule', all => all.map(readDestinationRule)),
    daemonSets: () => list('DaemonSet'),
    nodes: () => parsed('Node', all => all.map(readNode)),
    networkPolicies: namespace => inNamespace('NetworkPolicy', readNetworkPolicy, namespace),
    authorizationPolicies: () => parsed('AuthorizationPolicy', all => all.map(readAuthorizationPolicy)),
    requestAuthentications: () => parsed('RequestAuthentication', all => all.map(readRequestAuthentication)),
    serviceEntries: () => parsed('ServiceEntry', all => all.map(readServiceEntry)),
    sidecars: () => parsed('Sidecar', all => all.map(readSidecar)),
    envoyFilters: () => parsed('EnvoyFilter', all => all.map(readEnvoyFilter)),
  }
}
