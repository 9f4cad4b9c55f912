import {agentPods} from '../../../evidence/ambient/node-agents.js'
import {listingOnce} from '../../../evidence/asked-once.js'
import {askIstiods, type IstiodAnswer, runningIstiods} from '../../../evidence/control-plane/istiods.js'
import {type InjectionPrediction, predictForTemplate} from '../../../evidence/injection/prediction.js'
import {objectCache} from '../../../evidence/mesh-objects/object-cache.js'
import {once} from '../../../model/collections/once.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import type {PodModel} from '../../../model/kube/pod.js'
import {FACT_LABELS} from '../../../rules/facts.js'
import type {MeshRule} from '../../../rules/rule.js'
import type {Source} from '../../../sources/source.js'
import type {CheckRun} from '../facts/context.js'
import {checkPod, type RuleOutcome} from './check-pod.js'

/** Queries the control plane once for the whole run. */
function istiodsOnce(source: Source, namespace: string): CheckRun['istiods'] {
  return once(async (): Promise<Answer<readonly IstiodAnswer[]>> => {
    const listed = listingOnce(source)
    const istiods = await runningIstiods(listed, {istioNamespace: namespace})
    if (!istiods.ok) return istiods
    if (istiods.value.length === 0)
      return missing(FACT_LABELS.controlPlane, 'not-captured', `no running istiod in namespace ${namespace}`)
    return answered(await askIstiods(listed, istiods.value))
  })
}

function capturedOr(source: Source, now: Date): Date {
  const captured = new Date(source.origin.capturedAt ?? '')
  return Number.isNaN(captured.getTime()) ? now : captured
}

/** What the pods of a run share; with `wholeCluster`, lists are read for all namespaces at once. */
export function openCheckRun(
  source: Source,
  {istioNamespace, now, deep}: {readonly istioNamespace: string; readonly now: Date; readonly deep: boolean},
  wholeCluster: boolean,
): CheckRun {
  return {
    source,
    objects: objectCache(source, istioNamespace, wholeCluster),
    istioNamespace,
    istiods: istiodsOnce(source, istioNamespace),
    nodeAgents: once(() => agentPods(source)),
    at: capturedOr(source, now),
    deep,
  }
}

/** The outcomes of the rules for one pod; for a template, with the injection that is predicted for it. */
export async function podOutcomes(
  run: CheckRun,
  pod: PodModel,
  rules: readonly MeshRule[],
): Promise<{readonly outcomes: readonly RuleOutcome[]; readonly injection: InjectionPrediction | undefined}> {
  const injection = await predictForTemplate(run.objects, pod)
  return {outcomes: await checkPod(run, pod, rules, injection), injection}
}
