import type {AgentPods} from '../../../evidence/ambient/node-agents.js'
import type {IstiodAnswer} from '../../../evidence/control-plane/istiods.js'
import type {ObjectCache} from '../../../evidence/mesh-objects/object-cache.js'
import {type Answer, missing} from '../../../model/evidence/answer.js'
import type {EvidenceUse} from '../../../model/evidence/provenance.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import type {PodModel} from '../../../model/kube/pod.js'
import {FACT_LABELS, type FactName, type Facts, type Workload} from '../../../rules/facts.js'
import type {Source} from '../../../sources/source.js'

/** What the pods of one run share. */
export interface CheckRun {
  readonly source: Source
  readonly objects: ObjectCache
  readonly istioNamespace: string
  readonly istiods: () => Promise<Answer<readonly IstiodAnswer[]>>
  /** The pods of ztunnel and istio-cni, by node. */
  readonly nodeAgents: () => Promise<Answer<AgentPods>>
  /** When the evidence was collected: the time of capture, else now. */
  readonly at: Date
  /** False when evidence that needs calls to each pod must not be fetched. */
  readonly deep: boolean
  /** How evidence in files of its own relates to the pods checked: it is of the only one, or of any of them. Absent where pods have their own evidence. */
  readonly beside?: 'of-the-pod' | 'of-any-pod'
}

/** Fetches a fact of one workload, each at most once. */
export interface FactResolver {
  fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>>
  /** What the pod and those of the named facts that were fetched rest on. */
  provenance(names: readonly FactName[]): readonly EvidenceUse[]
}

/** The context of a fetcher: the run, the workload, and its other facts. */
export interface PodContext {
  fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>>
  readonly run: CheckRun
  readonly workload: Workload
}

/** The pod as sources name it. */
export function refOf(pod: PodModel): PodRef {
  return {namespace: pod.object.namespace, name: pod.object.name}
}

/** The gap for a template, which has no pod, for a run without --deep, and for evidence in a file that may be of any of several pods. */
export function notInspected({run, workload}: PodContext, name: FactName): Answer<never> | undefined {
  const what = FACT_LABELS[name]
  if (run.beside === 'of-the-pod') return undefined
  if (run.beside === 'of-any-pod')
    return missing(what, 'not-captured', 'the files given do not say which of the pods they are of')
  if (!workload.pod.exists) return missing(what, 'not-captured', 'a manifest has no running pod')
  if (!run.deep) return missing(what, 'not-captured', 'pods are only inspected with --deep')
  return undefined
}
