import {readInjectionWebhooks} from '../../formats/injection-webhook/parse.js'
import {readInjectorSettings} from '../../formats/injector-config/parse.js'
import {readDestinationRule, readPeerAuthentication} from '../../formats/istio-policy/parse.js'
import {readService} from '../../formats/kube-service/parse.js'
import {readMeshSettings} from '../../formats/mesh-config/parse.js'
import {type Answer, answered, type Gap, missing} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import type {InjectionWebhook, InjectorSettings, NamespaceModel} from '../../model/injection.js'
import type {DestinationRuleModel, PeerAuthentication} from '../../model/istio-policy.js'
import {kindOf} from '../../model/kinds.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {MeshSettings} from '../../model/mesh-settings.js'
import {objectPages} from '../../sources/object-pages.js'
import type {ObjectQuery, Source} from '../../sources/source.js'
import {withoutBulk} from './slim.js'

/** Namespaces asked at once, where the cluster may not be listed whole. */
const NAMESPACES_AT_ONCE = 8

/** Objects of the whole cluster that rules ask for, each list read at most once in a run. */
export interface ClusterLists {
  pods(namespace: string): Promise<Answer<readonly KubeObject[]>>
  namespace(name: string): Promise<Answer<NamespaceModel>>
  services(namespace: string): Promise<Answer<readonly ServiceModel[]>>
  webhooks(): Promise<Answer<readonly InjectionWebhook[]>>
  injectors(): Promise<Answer<readonly InjectorSettings[]>>
  mesh(): Promise<Answer<MeshSettings>>
  peerAuthentications(): Promise<Answer<readonly PeerAuthentication[]>>
  destinationRules(): Promise<Answer<readonly DestinationRuleModel[]>>
  daemonSets(): Promise<Answer<readonly KubeObject[]>>
}

function mapped<T, R>(answer: Answer<T>, use: (value: T) => R): Answer<R> {
  return answer.ok ? answered(use(answer.value)) : answer
}

/** A list without what no rule reads; of a long one no more than a page is ever held whole. */
async function slimList(source: Source, query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
  let found: KubeObject[] = []
  for await (const page of objectPages(source, query, withoutBulk)) {
    if (!page.ok) return page
    if (page.value.begins) found = []
    for (const item of page.value.items) found.push(item)
  }
  return answered(found)
}

/** The list of every namespace in turn, where the cluster may not be listed whole: one refusal leaves the list incomplete, so it is a gap. */
async function namespaceByNamespace(
  source: Source,
  kind: string,
  names: readonly string[],
  refused: Gap,
): Promise<Answer<readonly KubeObject[]>> {
  const lists = await boundedMap(names, NAMESPACES_AT_ONCE, async name => ({
    name,
    answer: await listed(source, kind, name),
  }))
  const unseen = lists.flatMap(({name, answer}) => (answer.ok ? [] : [name]))
  if (unseen.length === 0) return answered(lists.flatMap(({answer}) => (answer.ok ? answer.value : [])))
  if (unseen.length === names.length) return {ok: false, gap: refused}
  const [first] = lists.flatMap(({answer}) => (answer.ok || answer.gap.reason === 'forbidden' ? [] : [answer.gap]))
  if (first !== undefined) return {ok: false, gap: first}
  const detail = `refused in ${unseen.length} of ${names.length} namespaces: ${unseen.join(', ')}`
  return {ok: false, gap: {...refused, detail}}
}

/** Files given by hand rarely hold all of a cluster, so an empty list there is not knowledge but a gap. */
export async function listed(source: Source, kind: string, namespace?: string): Promise<Answer<readonly KubeObject[]>> {
  const answer = await slimList(source, {kind, ...(namespace === undefined ? {} : {namespace})})
  if (answer.ok && answer.value.length === 0 && source.origin.kind === 'files') {
    const where = namespace === undefined ? '' : ` of namespace ${namespace}`
    return missing(`${kind} objects${where}`, 'not-captured', 'the files given hold none')
  }
  return answer
}

function namespaces(objects: readonly KubeObject[]): ReadonlyMap<string, NamespaceModel> {
  return new Map(
    objects.map(({metadata: {name, labels = {}, annotations = {}}}) => [name, {name, labels, annotations}] as const),
  )
}

function servicesByNamespace(objects: readonly KubeObject[]): ReadonlyMap<string, readonly ServiceModel[]> {
  const found = new Map<string, ServiceModel[]>()
  for (const service of objects.map(readService)) {
    const known = found.get(service.object.namespace)
    if (known === undefined) found.set(service.object.namespace, [service])
    else known.push(service)
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
  const configMap = async (prefix: string): Promise<Answer<readonly KubeObject[]>> => {
    const answer = await list('ConfigMap', istioNamespace)
    if (!answer.ok) return answer
    const found = answer.value.filter(({metadata: {name}}) => name === prefix || name.startsWith(`${prefix}-`))
    return found.length > 0
      ? answered(found)
      : missing(`ConfigMap ${prefix}`, 'not-captured', `none in namespace ${istioNamespace}`)
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
    services: async namespace => {
      if (everywhere) {
        const all = await once('Service', async () => mapped(await listed(source, 'Service'), servicesByNamespace))
        if (all.ok) return answered(all.value.get(namespace) ?? [])
        if (all.gap.reason !== 'forbidden') return all
      }
      return await parsed('Service', objects => objects.map(readService), namespace)
    },
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
    peerAuthentications: () => parsed('PeerAuthentication', all => all.map(readPeerAuthentication)),
    destinationRules: () => parsed('DestinationRule', all => all.map(readDestinationRule)),
    daemonSets: () => list('DaemonSet'),
  }
}
