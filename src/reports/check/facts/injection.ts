import {decideInjection} from '../../../analysis/injection/decision.js'
import {defaultWebhooks} from '../../../analysis/injection/default-webhooks.js'
import type {ModeFact} from '../../../analysis/pod-mode/mode-evidence.js'
import {readModeFact} from '../../../evidence/ambient/pod-mode-fact.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {REVISION_LABEL} from '../../../model/istio/mesh-keys.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {notInspected, type PodContext} from './context.js'

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
  const revisions = [namespace.value.labels[REVISION_LABEL], pod.labels[REVISION_LABEL]].filter(
    each => each !== undefined,
  )
  const decision = decideInjection({
    pod,
    namespace: namespace.value,
    webhooks: webhooks.ok ? webhooks.value : defaultWebhooks(revisions),
    injectors: injectors.ok ? injectors.value : [],
    version,
  })
  return answered(assumed ? {...decision, steps: [...decision.steps, ASSUMED]} : decision)
}

/** Claims of objects: what else was read is compared with them. */
const BY_OBJECTS = ['label', 'annotation', 'containers']

/** How the pod takes part in the mesh, with evidence besides its objects. */
export async function membership(context: PodContext): Promise<Answer<ModeFact>> {
  const gap = notInspected(context, 'membership')
  if (gap !== undefined) return gap
  const {run, workload} = context
  const fact = await readModeFact(run.source, workload.pod, run.istioNamespace)
  return fact.claims.some(({from}) => !BY_OBJECTS.includes(from))
    ? answered(fact)
    : missing(
        FACT_LABELS.membership,
        'not-captured',
        'neither its kernel rules, its sockets nor its ztunnel could be read',
      )
}
