import {decideInjection} from '../../analysis/injection/decision.js'
import {stockWebhooks} from '../../analysis/injection/stock-webhooks.js'
import {asksForAmbient, podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {NamespaceModel} from '../../model/injection.js'
import type {PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import type {Workload} from '../../rules/facts.js'
import type {CheckRun} from './facts/context.js'

const REVISION = 'istio.io/rev'

/** Of a namespace nobody has shown it is taken that it asks for sidecars: else nothing could be said about a manifest on its own. */
function asking(pod: PodModel): NamespaceModel {
  return {
    name: pod.object.namespace,
    labels: asksForAmbient(pod, {}) ? {} : {'istio-injection': 'enabled'},
    annotations: {},
  }
}

async function modeOf({lists}: CheckRun, pod: PodModel): Promise<PodMode> {
  const [namespace, webhooks, injectors] = await Promise.all([
    lists.namespace(pod.object.namespace),
    lists.webhooks(),
    lists.injectors(),
  ])
  const home = namespace.ok ? namespace.value : asking(pod)
  const revisions = [home.labels[REVISION], pod.labels[REVISION]].filter(each => each !== undefined)
  const decision = decideInjection({
    pod,
    namespace: home,
    webhooks: namespace.ok && webhooks.ok ? webhooks.value : stockWebhooks(revisions),
    injectors: injectors.ok ? injectors.value : [],
  })
  if (decision.injected) return 'sidecar'
  return asksForAmbient(pod, home.labels) ? 'ambient' : 'none'
}

/** How a pod takes part in the mesh; of a template, how it would: as the webhooks decide, and as a plain installation's would where they are not known. */
export async function foreseen(run: CheckRun, pod: PodModel): Promise<Workload> {
  const mode = podMode(pod)
  if (pod.exists || mode !== 'none') return {pod, mode, foreseen: false, at: run.at}
  return {pod, mode: await modeOf(run, pod), foreseen: true, at: run.at}
}
