import {readKernel, whyUnread} from '../../../evidence/kernel/read-kernel.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {cannotVisit, type PodContext, refOf} from './context.js'

/** The rules as they are now; what istio-init wrote at its start is not what is there now. */
export async function kernel(context: PodContext): Promise<Answer<Facts['kernel']>> {
  const barred = cannotVisit(context, 'kernel')
  if (barred !== undefined) return barred
  const found = await readKernel(context.run.source, refOf(context.workload.pod))
  if (found.rulesets.length > 0 && found.from === 'live') return answered(found)
  const why = whyUnread(found)
  return why === undefined ? missing(FACT_LABELS.kernel, 'not-captured', 'nothing shows them') : {ok: false, gap: why}
}
