import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {InjectionDecision} from '../../model/injection.js'
import type {PodModel} from '../../model/pod.js'
import type {ClusterLists} from '../mesh-objects/object-cache.js'
import {type Assumption, type Forecast, forecast} from './prediction.js'

/** Whether what a manifest makes would get a sidecar, and by what. */
export interface Outlook {
  readonly mode: Forecast['mode']
  readonly decidedBy: InjectionDecision['decidedBy']
  /** Why, in one clause. */
  readonly because: string
  readonly revision?: string
  /** The webhook configuration that is called. */
  readonly webhook?: string
  readonly assumed: readonly Assumption[]
}

/** The outlook of a template; of a pod that is there, or a manifest that brings its own proxy, there is none. */
export async function outlookOf(lists: ClusterLists, pod: PodModel): Promise<Outlook | undefined> {
  if (pod.exists || podMode(pod) !== 'none') return undefined
  const {mode, because, decision, assumed} = await forecast(lists, pod)
  const {decidedBy, revision, webhook} = decision
  return {
    mode,
    decidedBy,
    because,
    ...(revision === undefined ? {} : {revision}),
    ...(webhook === undefined ? {} : {webhook: webhook.configuration}),
    assumed,
  }
}
