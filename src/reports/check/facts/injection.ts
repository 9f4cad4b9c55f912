import {decideInjection} from '../../../analysis/injection/decision.js'
import {type Answer, answered} from '../../../model/answer.js'
import type {Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** What injection decides about the pod, from its Namespace, the webhooks and the injector's settings. */
export async function injection({run, workload: {pod, version}}: PodContext): Promise<Answer<Facts['injection']>> {
  const [namespace, webhooks, injectors] = await Promise.all([
    run.lists.namespace(pod.object.namespace),
    run.lists.webhooks(),
    run.lists.injectors(),
  ])
  if (!namespace.ok) return namespace
  if (!webhooks.ok) return webhooks
  const known = {namespace: namespace.value, webhooks: webhooks.value, injectors: injectors.ok ? injectors.value : []}
  return answered(decideInjection({pod, ...known, ...(version === undefined ? {} : {version})}))
}
