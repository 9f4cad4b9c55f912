import {decideInjection} from '../../../analysis/injection/decision.js'
import {defaultWebhooks} from '../../../analysis/injection/default-webhooks.js'
import {type Answer, answered} from '../../../model/answer.js'
import type {Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

const REVISION = 'istio.io/rev'

const ASSUMED = {question: 'webhooks', answer: 'not in the files; a default installation is assumed'}

/**
 * What injection decides for the pod, from its Namespace, the webhooks and the injector's settings. Manifests rarely contain webhooks:
 * for a template those of a default installation are then assumed, and the steps say so.
 */
export async function injection({
  run,
  fact,
  workload: {pod, version},
}: PodContext): Promise<Answer<Facts['injection']>> {
  const [namespace, webhooks, injectors] = await Promise.all([fact('namespace'), fact('webhooks'), fact('injectors')])
  if (!namespace.ok) return namespace
  const assumed = !webhooks.ok && !pod.exists && !run.source.traits.complete
  if (!webhooks.ok && !assumed) return webhooks
  const revisions = [namespace.value.labels[REVISION], pod.labels[REVISION]].filter(each => each !== undefined)
  const decision = decideInjection({
    pod,
    namespace: namespace.value,
    webhooks: webhooks.ok ? webhooks.value : defaultWebhooks(revisions),
    injectors: injectors.ok ? injectors.value : [],
    version,
  })
  return answered(assumed ? {...decision, steps: [...decision.steps, ASSUMED]} : decision)
}
