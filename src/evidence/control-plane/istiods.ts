import {listOf, textOf} from '../../formats/decode.js'
import {parseSyncz} from '../../formats/istio/istiod-syncz.js'
import {isRunningIstiod, istiodRevision, istiodsOfRevision} from '../../formats/kube-pod/istiod-pod.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {type Answer, answered, type Gap} from '../../model/evidence/answer.js'
import {type ProxyConnection, proxyNamespace} from '../../model/istio/sync-state.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** The release in an image tag: `1.31.0` for `ztunnel:1.31.0-distroless`; undefined for other tags and digests. */
function imageVersion(pod: KubeObject): string | undefined {
  const proxy = listOf(pod, 'spec', 'containers').find(each => textOf(each, 'name') === 'istio-proxy')
  const tag = /:v?(\d{1,6}\.\d[^:/@]*)(?:@|$)/.exec(textOf(proxy, 'image') ?? '')?.[1]
  return tag?.replace(/-(?:distroless|debug)$/, '')
}

/** Fills in the version of connections that report none (ztunnel) from the image of their pod; '' if that is unknown. */
export async function withImageVersions(
  source: Source,
  proxies: readonly ProxyConnection[],
): Promise<readonly ProxyConnection[]> {
  const silent = proxies.filter(({version}) => version === '')
  if (silent.length === 0) return proxies
  const namespaces = [...new Set(silent.map(({id}) => proxyNamespace(id)))]
  const answers = await Promise.all(namespaces.map(namespace => source.objects({kind: 'Pod', namespace})))
  const pods = new Map(
    answers.flatMap(answer => (answer.ok ? answer.value : [])).map(pod => [podLabel(podRefOf(pod)), pod]),
  )
  return proxies.map(proxy => {
    const pod = proxy.version === '' ? pods.get(proxy.id) : undefined
    return pod === undefined ? proxy : {...proxy, version: imageVersion(pod) ?? ''}
  })
}

/** The connections of one istiod, or why it did not answer. */
export interface IstiodConnections {
  readonly pod: PodRef
  readonly label: string
  readonly proxies: readonly ProxyConnection[]
  readonly silent?: Gap
  readonly answeredAt?: string
}

/** One istiod and its answer: its connections and its version. */
export interface IstiodAnswer extends IstiodConnections {
  readonly revision: string
  readonly version: string
  /** Why its version is not known. */
  readonly unversioned?: Gap
}

/** Above any realistic number of istiods, so all are asked at once; each call has its own deadline. */
const AT_ONCE = 64

/** Which istiods are asked: those of a namespace, of one revision (or tag) when it is named. */
export interface IstiodScope {
  readonly istioNamespace: string
  readonly revision?: string | undefined
}

/** The running istiods in scope; their absence is an empty list, and a list of pods that cannot be read is a gap. */
export async function runningIstiods(
  source: Source,
  {istioNamespace, revision}: IstiodScope,
): Promise<Answer<readonly KubeObject[]>> {
  const pods = await source.objects({kind: 'Pod', namespace: istioNamespace})
  if (!pods.ok) return pods
  const running = pods.value.filter(pod => isRunningIstiod(pod, istioNamespace))
  const webhooksOf = async () => {
    const webhooks = await source.objects({kind: 'MutatingWebhookConfiguration'})
    return webhooks.ok ? webhooks.value : []
  }
  return answered(await istiodsOfRevision(running, revision, webhooksOf))
}

/** `1.31.0` of the text istiod's /version answers, `<version>-<revision>-<status>`, or of its JSON form. */
function readVersion(text: string): string {
  const [, json] = /"version"\s*:\s*"([^"]+)"/.exec(text) ?? []
  if (json !== undefined) return json
  const parts = text.trim().split('-')
  return parts.length < 3 ? text.trim() : parts.slice(0, parts.at(-2) === 'dirty' ? -3 : -2).join('-')
}

async function connectionsOf(source: Source, pod: PodRef): Promise<IstiodConnections> {
  const page = await source.evidence('istiod.syncz', pod)
  const base = {pod, label: podLabel(pod), proxies: []}
  if (!page.ok) return {...base, silent: page.gap}
  const parsed = parseSyncz(page.value)
  if (!parsed.ok) return {...base, silent: parsed.gap}
  return {...base, proxies: parsed.value.proxies, answeredAt: page.value.provenance.capturedAt}
}

async function ask(source: Source, pod: PodRef, revision: string): Promise<IstiodAnswer> {
  const [connections, version] = await Promise.all([connectionsOf(source, pod), source.evidence('istiod.version', pod)])
  return {
    ...connections,
    proxies: await withImageVersions(source, connections.proxies),
    revision,
    ...(version.ok
      ? {version: readVersion(Buffer.from(version.value.bytes).toString('utf8').slice(0, 4096))}
      : {version: '', unversioned: version.gap}),
  }
}

/** Asks every istiod for its connections alone, all at once. */
export async function askConnections(
  source: Source,
  pods: readonly KubeObject[],
): Promise<readonly IstiodConnections[]> {
  return await boundedMap(pods, AT_ONCE, pod => connectionsOf(source, podRefOf(pod)))
}

/** Asks every istiod at once; one that does not answer is listed with the reason and does not affect the others. */
export async function askIstiods(source: Source, pods: readonly KubeObject[]): Promise<readonly IstiodAnswer[]> {
  return await boundedMap(pods, AT_ONCE, pod => ask(source, podRefOf(pod), istiodRevision(pod)))
}

/** The syncz page of a file, which has no Kubernetes objects to find istiods by. */
export async function askFile(source: Source, implied: PodRef): Promise<readonly IstiodAnswer[]> {
  const answer = await ask(source, implied, '')
  const names = [...new Set(answer.proxies.flatMap(({istiod}) => istiod ?? []))]
  if (names.length === 0) return [answer]
  // A table names the istiod of each proxy.
  return names.map(name => ({
    ...answer,
    pod: {...implied, name},
    label: name,
    proxies: answer.proxies.filter(({istiod}) => istiod === name),
  }))
}

/** A proxy's connection and the istiod it is connected to. */
export interface ListedProxy {
  readonly proxy: ProxyConnection
  readonly istiod: string
}

function lastSent(proxy: ProxyConnection): string {
  return (
    proxy.types
      .map(each => each.sentAt ?? '')
      .sort()
      .at(-1) ?? ''
  )
}

/** One connection per proxy: after a reconnect two istiods list it for a while, and the one that sent config last is used. */
export function listedProxies(istiods: readonly IstiodConnections[]): ReadonlyMap<string, ListedProxy> {
  const byId = new Map<string, ListedProxy>()
  for (const istiod of istiods) {
    for (const proxy of istiod.proxies) {
      const known = byId.get(proxy.id)
      if (known === undefined || lastSent(proxy) > lastSent(known.proxy)) {
        byId.set(proxy.id, {proxy, istiod: proxy.istiod ?? istiod.pod.name})
      }
    }
  }
  return byId
}
