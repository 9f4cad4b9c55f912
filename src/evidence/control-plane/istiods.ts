import {textOf} from '../../formats/decode.js'
import {parseSyncz} from '../../formats/istiod-syncz.js'
import type {Gap} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube-object.js'
import type {ProxyConnection} from '../../model/sync-state.js'
import type {Source} from '../../sources/source.js'

/** One istiod and what it said: its connections, or why it said nothing. */
export interface IstiodAnswer {
  readonly pod: PodRef
  readonly label: string
  readonly revision: string
  readonly version: string
  readonly proxies: readonly ProxyConnection[]
  readonly silent?: Gap
  readonly answeredAt?: string
}

/** More istiods than anybody runs; each has its own deadline, so all are asked at once. */
const AT_ONCE = 64
const REVISION_LABEL = 'istio.io/rev'

/** True for a pod of the control plane: `app=istiod`, or `istio=pilot` as older installations label it. */
export function isIstiod(pod: KubeObject): boolean {
  const labels = pod.metadata.labels ?? {}
  return labels.app === 'istiod' || labels.istio === 'pilot'
}

/** The running istiods among some pods, those of one revision when it is named. */
export function istiodPods(
  pods: readonly KubeObject[],
  namespace: string,
  revision: string | undefined,
): readonly KubeObject[] {
  return pods.filter(
    pod =>
      isIstiod(pod) &&
      pod.metadata.namespace === namespace &&
      (textOf(pod, 'status', 'phase') ?? 'Running') === 'Running' &&
      (revision === undefined || (pod.metadata.labels?.[REVISION_LABEL] ?? 'default') === revision),
  )
}

/** `1.31.0` of the text istiod's /version answers, `<version>-<revision>-<status>`, or of its JSON form. */
function readVersion(text: string): string {
  const [, json] = /"version"\s*:\s*"([^"]+)"/.exec(text) ?? []
  if (json !== undefined) return json
  const parts = text.trim().split('-')
  return parts.length < 3 ? text.trim() : parts.slice(0, parts.at(-2) === 'dirty' ? -3 : -2).join('-')
}

async function ask(source: Source, pod: PodRef, revision: string): Promise<IstiodAnswer> {
  const [page, version] = await Promise.all([
    source.evidence('istiod.syncz', pod),
    source.evidence('istiod.version', pod),
  ])
  const base = {
    pod,
    label: podLabel(pod),
    revision,
    version: version.ok ? readVersion(Buffer.from(version.value.bytes).toString('utf8').slice(0, 4096)) : '',
  }
  if (!page.ok) return {...base, proxies: [], silent: page.gap}
  const parsed = parseSyncz(page.value)
  if (!parsed.ok) return {...base, proxies: [], silent: parsed.gap}
  const at = page.value.provenance.capturedAt
  return {...base, proxies: parsed.value.proxies, ...(at === undefined ? {} : {answeredAt: at})}
}

/** Asks every istiod at once; one that fails or is silent is kept with its reason and never voids the others. */
export async function askIstiods(source: Source, pods: readonly KubeObject[]): Promise<readonly IstiodAnswer[]> {
  return await boundedMap(pods, AT_ONCE, pod =>
    ask(source, podRefOf(pod), pod.metadata.labels?.[REVISION_LABEL] ?? 'default'),
  )
}

/** The one page a file holds, when there are no Kubernetes objects to find istiods by. */
export async function askFile(source: Source, implied: PodRef): Promise<readonly IstiodAnswer[]> {
  return [await ask(source, implied, '')]
}
