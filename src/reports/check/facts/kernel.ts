import {driftOf} from '../../../analysis/netfilter/drift/drift.js'
import {expectedFor} from '../../../evidence/kernel/expectation.js'
import {otherRelease} from '../../../evidence/kernel/other-release.js'
import {readKernel, whyUnread} from '../../../evidence/kernel/read-kernel.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {everyChain} from '../../../model/kernel/ruleset.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {notInspected, type PodContext, refOf} from './context.js'

/** The current kernel rules, not those istio-init wrote at pod start. */
export async function kernel(context: PodContext): Promise<Answer<Facts['kernel']>> {
  const gap = notInspected(context, 'kernel')
  if (gap !== undefined) return gap
  const found = await readKernel(context.run.source, refOf(context.workload.pod))
  const undecided = found.rulesets.map(set => set.undecided).find(why => why !== undefined)
  if (undecided !== undefined) return missing(FACT_LABELS.kernel, 'not-captured', undecided)
  const current = found.from === 'live' || (found.from === 'text' && context.run.beside === 'of-the-pod')
  if (current && everyChain(found.rulesets).some(({chain}) => chain.hook !== undefined)) return answered(found)
  if (current && found.rulesets.length > 0)
    return missing(FACT_LABELS.kernel, 'not-captured', 'only chains that no packet enters by are in the text')
  const why = whyUnread(found)
  return why === undefined
    ? missing(
        FACT_LABELS.kernel,
        'not-captured',
        found.from === 'live' ? 'the kernel has none: nothing is captured' : 'no evidence contains them',
      )
    : {ok: false, gap: why}
}

/** The current kernel rules compared with the expected rules. */
export async function drift(context: PodContext): Promise<Answer<Facts['drift']>> {
  const actual = await context.fact('kernel')
  if (!actual.ok) return actual
  const {rulesets, machine, parameters} = actual.value
  try {
    const expected = await expectedFor(context.run.source, refOf(context.workload.pod), rulesets, parameters)
    const other = otherRelease(expected, rulesets)
    return answered({
      differences: driftOf(expected.rulesets, rulesets, machine),
      via: expected.via,
      otherRelease: other,
    })
  } catch (error) {
    if (error instanceof UserError) return missing(FACT_LABELS.drift, 'not-captured', error.message)
    throw error
  }
}
