import {driftOf} from '../../../analysis/netfilter/drift/drift.js'
import {expectedFor} from '../../../evidence/kernel/expectation.js'
import {otherRelease} from '../../../evidence/kernel/other-release.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {UserError} from '../../../model/user-error.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {type PodContext, refOf} from './context.js'

/** The rules as they are now against those the pod should have. */
export async function drift(context: PodContext): Promise<Answer<Facts['drift']>> {
  const kernel = await context.fact('kernel')
  if (!kernel.ok) return kernel
  const {rulesets, machine, parameters} = kernel.value
  try {
    const expected = await expectedFor(context.run.source, refOf(context.workload.pod), rulesets, parameters)
    const other = otherRelease(expected, rulesets)
    return answered({
      differences: driftOf(expected.rulesets, rulesets, machine),
      via: expected.via,
      ...(other === undefined ? {} : {otherRelease: other}),
    })
  } catch (error) {
    if (error instanceof UserError) return missing(FACT_LABELS.drift, 'not-captured', error.message)
    throw error
  }
}
