import type {IstiodAnswer} from '../../../evidence/control-plane/istiods.js'
import type {ObjectCache} from '../../../evidence/mesh-objects/object-cache.js'
import {type Answer, missing} from '../../../model/answer.js'
import type {PodRef} from '../../../model/kube-object.js'
import type {PodModel} from '../../../model/pod.js'
import type {EvidenceUse} from '../../../model/provenance.js'
import {FACT_LABELS, type FactName, type Facts, type Workload} from '../../../rules/facts.js'
import type {Source} from '../../../sources/source.js'

/** What one run shares between its pods. */
export interface CheckRun {
  readonly source: Source
  readonly objects: ObjectCache
  readonly istioNamespace: string
  readonly istiods: () => Promise<Answer<readonly IstiodAnswer[]>>
  /** When the evidence was true: the time of capture, else now. */
  readonly at: Date
  /** False when evidence that needs a visit to each pod must not be fetched. */
  readonly deep: boolean
}

/** Fetches a fact of one workload, each at most once. */
export interface FactBook {
  fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>>
  /** What the pod and those of the named facts that were fetched rest on. */
  provenance(names: readonly FactName[]): readonly EvidenceUse[]
}

/** What a fetcher knows: the run, the workload, and the other facts of that workload. */
export interface PodContext {
  fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>>
  readonly run: CheckRun
  readonly workload: Workload
}

/** The pod as sources name it. */
export function refOf(pod: PodModel): PodRef {
  return {namespace: pod.object.namespace, name: pod.object.name}
}

/** Nothing to visit for a template; and only what was allowed for a fleet. */
export function cannotVisit({run, workload}: PodContext, name: FactName): Answer<never> | undefined {
  const what = FACT_LABELS[name]
  if (!workload.pod.exists) return missing(what, 'not-captured', 'a manifest shows no running pod')
  if (!run.deep) return missing(what, 'not-captured', 'pods are not visited without --deep')
  return undefined
}
