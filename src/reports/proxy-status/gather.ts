import {askFile, askIstiods, type IstiodAnswer, istiodPods} from '../../evidence/control-plane/istiods.js'
import type {Gap} from '../../model/answer.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ProxyConnection} from '../../model/sync-state.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {optional, required} from '../report.js'

/** Where to look for istiods and pods. */
export interface Scope {
  readonly istioNamespace: string
  readonly namespace?: string | undefined
  readonly revision?: string | undefined
}

/** A proxy's connection and the istiod that has it. */
export interface Listed {
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

/** One connection per proxy: a proxy that moved between istiods is listed by both for a while, and the one that sent last has it. */
export function merged(istiods: readonly IstiodAnswer[]): ReadonlyMap<string, Listed> {
  const byId = new Map<string, Listed>()
  for (const istiod of istiods) {
    for (const proxy of istiod.proxies) {
      const known = byId.get(proxy.id)
      if (known === undefined || lastSent(proxy) > lastSent(known.proxy)) {
        byId.set(proxy.id, {proxy, istiod: istiod.pod.name})
      }
    }
  }
  return byId
}

/** The same source, each list of objects fetched once: many proxies may refuse what comes from one kind of object. */
export function listingOnce(source: Source): Source {
  const lists = new Map<string, ReturnType<Source['objects']>>()
  return {
    ...source,
    objects(query) {
      const key = JSON.stringify(query)
      const list = lists.get(key) ?? source.objects(query)
      lists.set(key, list)
      return list
    },
  }
}

/** The istiods of a revision, or of the revision a tag of that name stands for (its webhook's labels `istio.io/tag` and `istio.io/rev`). */
async function chosenIstiods(source: Source, all: readonly KubeObject[], filter: Scope) {
  const direct = istiodPods(all, filter.istioNamespace, filter.revision)
  if (direct.length > 0 || filter.revision === undefined) return direct
  const webhooks = await source.objects({kind: 'MutatingWebhookConfiguration'})
  const tag = (webhooks.ok ? webhooks.value : []).find(
    hook => hook.metadata.labels?.['istio.io/tag'] === filter.revision,
  )
  const revision = tag?.metadata.labels?.['istio.io/rev']
  return revision === undefined ? [] : istiodPods(all, filter.istioNamespace, revision)
}

/** The pods and the answers of every istiod asked about; without any istiod, or with all of them silent, an error says so. */
export async function gather(source: Source, filter: Scope, gaps: Gap[]) {
  if (source.impliedSubject !== undefined) {
    const istiods = await askFile(source, source.impliedSubject)
    const gap = istiods[0]?.silent
    if (gap !== undefined) required({ok: false, gap}, source)
    return {pods: undefined, istiods}
  }
  const all = required(await source.objects({kind: 'Pod', namespace: filter.istioNamespace}), source)
  const control = await chosenIstiods(source, all, filter)
  if (control.length === 0) {
    const revision = filter.revision === undefined ? '' : ` of revision ${filter.revision}`
    throw new UserError(
      `no running istiod${revision} in namespace ${filter.istioNamespace} of ${source.origin.label}`,
      {
        hint: 'Name its namespace with -i, or drop --revision.',
      },
    )
  }
  const istiods = await askIstiods(source, control)
  const gapsOf = istiods.flatMap(({silent, label}) =>
    silent === undefined ? [] : [{...silent, what: `proxies of ${label}`}],
  )
  const [first] = gapsOf
  if (first !== undefined && gapsOf.length === istiods.length) required({ok: false, gap: first}, source)
  gaps.push(...gapsOf)
  const query = filter.namespace === undefined ? {kind: 'Pod'} : {kind: 'Pod', namespace: filter.namespace}
  return {pods: optional(await source.objects(query), gaps), istiods}
}
