import {listingOnce} from '../../evidence/asked-once.js'
import {askIstiods, listedProxies, runningIstiods} from '../../evidence/control-plane/istiods.js'
import type {Answer} from '../../model/evidence/answer.js'
import {answered, missing} from '../../model/evidence/answer.js'
import type {TypeSync} from '../../model/istio/sync-state.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** One proxy in the control plane's view: the istiod it is connected to and the state of each type; no istiod if none lists it. */
export interface ProxySync {
  readonly istiod?: string
  readonly types: readonly TypeSync[]
}

/** Asks every istiod for the proxy; "none lists it" is an answer only if all istiods answered. */
export async function syncOf(source: Source, pod: PodRef, istioNamespace: string): Promise<Answer<ProxySync>> {
  const what = "istiod's view of the proxy"
  const once = listingOnce(source)
  const istiods = await runningIstiods(once, {istioNamespace})
  if (!istiods.ok) return istiods
  if (istiods.value.length === 0)
    return missing(what, 'not-captured', `no running istiod in namespace ${istioNamespace}`)
  const answers = await askIstiods(once, istiods.value)
  const found = listedProxies(answers).get(`${pod.name}.${pod.namespace}`)
  if (found !== undefined) return answered({istiod: found.istiod, types: found.proxy.types})
  const silent = answers.find(each => each.silent !== undefined)?.silent
  return silent === undefined ? answered({types: []}) : {ok: false, gap: silent}
}
