import {driftOf} from '../../../analysis/netfilter/drift/drift.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {UserError} from '../../../model/user-error.js'
import {FACT_WORDS, type Facts} from '../../../rules/facts.js'
import {expectedFor} from '../../iptables/expectation.js'
import {readKernel, whyUnread} from '../../kernel/read-kernel.js'
import {cannotVisit, type PodContext, refOf} from './context.js'

/** The rules as they are now against those the pod should have; what istio-init wrote at its start is not what is there now. */
export async function drift(context: PodContext): Promise<Answer<Facts['drift']>> {
  const barred = cannotVisit(context, 'drift')
  if (barred !== undefined) return barred
  const {source} = context.run
  const ref = refOf(context.workload.pod)
  const kernel = await readKernel(source, ref)
  if (kernel.rulesets.length === 0 || kernel.from !== 'live') {
    const why = whyUnread(kernel)
    return why === undefined ? missing(FACT_WORDS.drift, 'not-captured', 'nothing shows them') : {ok: false, gap: why}
  }
  try {
    const expected = await expectedFor(source, ref, kernel.rulesets, kernel.parameters)
    return answered({differences: driftOf(expected.rulesets, kernel.rulesets, kernel.machine), via: expected.via})
  } catch (error) {
    if (error instanceof UserError) return missing('the rules the pod should have', 'not-captured', error.message)
    throw error
  }
}
