import {decideInjection} from '../../analysis/injection/decision.js'
import {defaultWebhooks} from '../../analysis/injection/default-webhooks.js'
import {type WebhookVerdict, webhookVerdicts} from '../../analysis/injection/webhook-verdict.js'
import {isEnrolledInAmbient, podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {InjectionDecision, NamespaceModel} from '../../model/injection.js'
import type {PodModel} from '../../model/pod.js'
import type {ObjectCache} from '../mesh-objects/object-cache.js'

const REVISION = 'istio.io/rev'
const TAKEN = 'not known; it is taken that it asks for sidecars'

/** What a prediction assumes because nothing shows it. */
export type PredictionAssumption = 'namespace' | 'webhooks'

/** What injection would do with a pod created now, and on what that rests. */
export interface InjectionPrediction {
  readonly mode: 'sidecar' | 'ambient' | 'none'
  readonly decision: InjectionDecision
  /** Why, in one clause: what selects the pod, or what refuses it. */
  readonly because: string
  /** What each webhook configuration does with it. */
  readonly verdicts: readonly WebhookVerdict[]
  readonly assumed: readonly PredictionAssumption[]
}

/** Of a namespace nobody has shown it is taken that it asks for sidecars: else nothing could be said about a manifest on its own. */
function asking(pod: PodModel): NamespaceModel {
  return {
    name: pod.object.namespace,
    labels: isEnrolledInAmbient(pod, {}) ? {} : {'istio-injection': 'enabled'},
    annotations: {},
  }
}

function reasonOf({injected, decidedBy, reason}: InjectionDecision, verdicts: readonly WebhookVerdict[]): string {
  const selecting = verdicts.find(({injects}) => injects)?.reason
  return injected && decidedBy === 'policy' && selecting !== undefined ? selecting : reason
}

/** Whether a pod created now would get a sidecar, as the webhooks decide; those of a plain installation stand in for unknown ones, and an unknown Namespace asks. */
export async function predictInjection(objects: ObjectCache, pod: PodModel): Promise<InjectionPrediction> {
  const [namespace, webhooks, injectors] = await Promise.all([
    objects.namespace(pod.object.namespace),
    objects.list('webhooks', pod.object.namespace),
    objects.settings.injectors(),
  ])
  const home = namespace.ok ? namespace.value : asking(pod)
  const revisions = [home.labels[REVISION], pod.labels[REVISION]].filter(each => each !== undefined)
  const known = namespace.ok && webhooks.ok
  const hooks = known ? webhooks.value : defaultWebhooks(revisions)
  const decision = decideInjection({
    pod,
    namespace: home,
    webhooks: hooks,
    injectors: injectors.ok ? injectors.value : [],
  })
  const mode = decision.injected ? 'sidecar' : isEnrolledInAmbient(pod, home.labels) ? 'ambient' : 'none'
  const verdicts = webhookVerdicts(hooks, home.labels, pod.labels)
  const assumed: readonly PredictionAssumption[] = [
    // What refuses a sidecar in the pod itself does so in any namespace.
    ...(namespace.ok || !decision.injected ? [] : (['namespace'] as const)),
    ...(known ? [] : (['webhooks'] as const)),
  ]
  if (namespace.ok) return {mode, decision, because: reasonOf(decision, verdicts), verdicts, assumed}
  const taken = `Namespace ${home.name} is ${TAKEN}`
  const steps = decision.steps.map((step, index) => (index === 0 ? {...step, answer: TAKEN} : step))
  const guessed = verdicts.map(each => (each.injects ? {...each, reason: taken} : each))
  const because = reasonOf(decision, guessed)
  return {mode, decision: {...decision, steps}, because, verdicts: guessed, assumed}
}

/** What injection would do with the pods of a template; undefined for a pod that exists and for a manifest that brings its own proxy. */
export async function predictForTemplate(
  objects: ObjectCache,
  pod: PodModel,
): Promise<InjectionPrediction | undefined> {
  return pod.exists || podMode(pod) !== 'none' ? undefined : await predictInjection(objects, pod)
}
