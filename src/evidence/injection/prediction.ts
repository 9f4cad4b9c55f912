import {decideInjection} from '../../analysis/injection/decision.js'
import {defaultWebhooks} from '../../analysis/injection/default-webhooks.js'
import {type WebhookVerdict, webhookVerdicts} from '../../analysis/injection/webhook-verdict.js'
import {isEnrolledInAmbient, podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {InjectionDecision, NamespaceModel} from '../../model/istio/injection.js'
import {INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {isOutsideKubernetes} from '../../model/kube/container-facts.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {ObjectCache} from '../mesh-objects/object-cache.js'

const ASSUMED = 'not in the input; injection is assumed to be enabled'

/** What a prediction assumes for lack of input. */
export type PredictionAssumption = 'namespace' | 'webhooks'

/** What injection would do with a pod created now, and why. */
export interface InjectionPrediction {
  readonly mode: 'sidecar' | 'ambient' | 'none'
  readonly decision: InjectionDecision
  /** Why, in one clause. */
  readonly because: string
  /** What each webhook configuration does with it. */
  readonly verdicts: readonly WebhookVerdict[]
  readonly assumed: readonly PredictionAssumption[]
}

/** The namespace assumed for a manifest without its Namespace object: injection is enabled. */
function assumedNamespace(pod: PodModel): NamespaceModel {
  return {
    name: pod.object.namespace,
    labels: isEnrolledInAmbient(pod, {}) ? {} : {[INJECTION_LABEL]: 'enabled'},
    annotations: {},
  }
}

function reasonOf({injected, decidedBy, reason}: InjectionDecision, verdicts: readonly WebhookVerdict[]): string {
  const selecting = verdicts.find(({injects}) => injects)?.reason
  return injected && decidedBy === 'policy' && selecting !== undefined ? selecting : reason
}

/** Whether a pod created now would get a sidecar; default webhooks and a namespace with injection enabled are assumed when unknown. */
export async function predictInjection(objects: ObjectCache, pod: PodModel): Promise<InjectionPrediction> {
  const [namespace, webhooks, injectors] = await Promise.all([
    objects.namespace(pod.object.namespace),
    objects.list('webhooks', pod.object.namespace),
    objects.settings.injectors(),
  ])
  const home = namespace.ok ? namespace.value : assumedNamespace(pod)
  const revisions = [home.labels[REVISION_LABEL], pod.labels[REVISION_LABEL]].filter(each => each !== undefined)
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
    // An opt-out in the pod itself applies in any namespace.
    ...(namespace.ok || !decision.injected ? [] : (['namespace'] as const)),
    ...(known ? [] : (['webhooks'] as const)),
  ]
  if (namespace.ok) return {mode, decision, because: reasonOf(decision, verdicts), verdicts, assumed}
  const assumedText = `Namespace ${home.name} is ${ASSUMED}`
  const steps = decision.steps.map((step, index) => (index === 0 ? {...step, answer: ASSUMED} : step))
  const adjusted = verdicts.map(each => (each.injects ? {...each, reason: assumedText} : each))
  const because = reasonOf(decision, adjusted)
  return {mode, decision: {...decision, steps}, because, verdicts: adjusted, assumed}
}

/** The prediction for a template; undefined for an existing pod and for a manifest with its own proxy. */
export async function predictForTemplate(
  objects: ObjectCache,
  pod: PodModel,
): Promise<InjectionPrediction | undefined> {
  return pod.exists || isOutsideKubernetes(pod) || podMode(pod) !== 'none'
    ? undefined
    : await predictInjection(objects, pod)
}
