import {askIstiods, istiodPods} from '../../evidence/control-plane/istiods.js'
import type {Answer} from '../../model/answer.js'
import {answered, missing} from '../../model/answer.js'
import type {PodRef} from '../../model/kube-object.js'
import type {TypeSync} from '../../model/sync-state.js'
import type {Source} from '../../sources/source.js'
import {merged} from '../proxy-status/gather.js'

/** What the control plane says of one proxy: the istiod that has it and each type's state; no istiod when none lists it. */
export interface ProxySync {
  readonly istiod?: string
  readonly types: readonly TypeSync[]
}

/** Asks every istiod for the proxy; that none lists it is an answer only when all of them spoke. */
export async function syncOf(source: Source, pod: PodRef, istioNamespace: string): Promise<Answer<ProxySync>> {
  const what = "istiod's view of the proxy"
  const pods = await source.objects({kind: 'Pod', namespace: istioNamespace})
  if (!pods.ok) return pods
  const istiods = istiodPods(pods.value, istioNamespace, undefined)
  if (istiods.length === 0) return missing(what, 'not-captured', `no running istiod in namespace ${istioNamespace}`)
  const answers = await askIstiods(source, istiods)
  const found = merged(answers).get(`${pod.name}.${pod.namespace}`)
  if (found !== undefined) return answered({istiod: found.istiod, types: found.proxy.types})
  const silent = answers.find(each => each.silent !== undefined)?.silent
  return silent === undefined ? answered({types: []}) : {ok: false, gap: silent}
}
