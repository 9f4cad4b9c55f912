import {type Answer, answered} from '../../../model/answer.js'
import type {EvidenceId} from '../../../model/evidence.js'
import type {FactName} from '../../../rules/facts.js'
import {cannotVisit, type PodContext, refOf} from './context.js'

/** One piece of textual evidence of the pod, such as a log. */
export async function podLog(context: PodContext, name: FactName, id: EvidenceId): Promise<Answer<string>> {
  const barred = cannotVisit(context, name)
  if (barred !== undefined) return barred
  const answer = await context.run.source.evidence(id, refOf(context.workload.pod))
  return answer.ok ? answered(Buffer.from(answer.value.bytes).toString('utf8')) : answer
}
