import {type CniConfig, readCniConfig} from '../../formats/cni-config/parse.js'
import {readInjectionWebhooks} from '../../formats/injection-webhook/parse.js'
import {readInjectorSettings} from '../../formats/injector-config/parse.js'
import {readDestinationRule, readPeerAuthentication} from '../../formats/istio-policy/parse.js'
import {readAuthorizationPolicy, readServiceEntry, readSidecar} from '../../formats/istio-traffic/parse.js'
import {readNode} from '../../formats/kube-node/parse.js'
import {readService} from '../../formats/kube-service/parse.js'
import {readMeshSettings} from '../../formats/mesh-config/parse.js'
import {readNetworkPolicy} from '../../formats/network-policy/parse.js'
import {type Answer, answered, missing} from '../../model/answer.js'
import type {InjectionWebhook, InjectorSettings, NamespaceModel} from '../../model/injection.js'
import type {DestinationRuleModel, PeerAuthentication} from '../../model/istio-policy.js'
import type {AuthorizationPolicyModel, ServiceEntryModel, SidecarModel} from '../../model/istio-traffic.js'
import type {NodeModel} from '../../model/kube-node.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {MeshSettings} from '../../model/mesh-settings.js'
import type {NetworkPolicyModel} from '../../model/network-policy.js'
import type {Source} from '../../sources/source.js'

/** Objects of the whole cluster that rules ask for, each list read at most once in a run. */
export interface ClusterLists {
  pods(namespace: string): Promise<Answer<readonly KubeObject[]>>
  namespace(name: string): Promise<Answer<NamespaceModel>>
  services(namespace: string): Promise<Answer<readonly ServiceModel[]>>
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
  serviceEntries(): Promise<Answer<readonly ServiceEntryModel[]>>
  sidecars(): Promise<Answer<readonly SidecarModel[]>>
}

function mapped<T, R>(answer: Answer<T>, use: (value: T) => R): Answer<R> {
  return answer.ok ? answered(use(answer.value)) : answer
}

/** Files given by hand rarely hold all of a cluster, so an empty list there is not knowledge but a gap. */
export async function listed(source: Source, kind: string, namespace?: string): Promise<Answer<readonly KubeObject[]>> {
  const answer = await source.objects({kind, ...(namespace === undefined ? {} : {namespace})})
  if (answer.ok && answer.value.length === 0 && source.origin.kind === 'files') {
    const where = namespace === undefined ? '' : ` of namespace ${namespace}`
    return missing(`${kind} objects${where}`, 'not-captured', 'the files given hold none')
  }
  return answer
}

function namespaces(objects: readonly KubeObject[]): ReadonlyMap<string, NamespaceModel> {
  return new Map(
    objects.map(({metadata: {name, labels, annotations = {}}}) => {
      // Every API server adds this label; a manifest lacks it.
      return [name, {name, labels: {...labels, 'kubernetes.io/metadata.name': name}, annotations}] as const
    }),
  )
}

/** Reads lists of a source on demand and remembers them. */
export function clusterLists(source: Source, istioNamespace: string): ClusterLists {
  const held = new Map<string, Promise<Answer<readonly KubeObject[]>>>()
  const list = (kind: string, namespace?: string) => {
    const key = `${kind}/${namespace ?? ''}`
    const known = held.get(key) ?? listed(source, kind, namespace)
    held.set(key, known)
    return known
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
    once(`${kind}/${namespace ?? ''}`, async () => mapped(await list(kind, namespace), use))
  return {
    pods: namespace => list('Pod', namespace),
    namespace: async name => {
      const all = await parsed('Namespace', namespaces)
      if (!all.ok) return all
      const found = all.value.get(name)
      return found === undefined
        ? missing(`Namespace ${name}`, 'not-captured', `not among those of ${source.origin.label}`)
        : answered(found)
    },
    services: namespace => parsed('Service', objects => objects.map(readService), namespace),
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
    networkPolicies: namespace => parsed('NetworkPolicy', all => all.map(readNetworkPolicy), namespace),
    authorizationPolicies: () => parsed('AuthorizationPolicy', all => all.map(readAuthorizationPolicy)),
    serviceEntries: () => parsed('ServiceEntry', all => all.map(readServiceEntry)),
    sidecars: () => parsed('Sidecar', all => all.map(readSidecar)),
  }
}
