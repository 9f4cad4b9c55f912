import type {ModeFact} from '../../../analysis/pod-mode/mode-evidence.js'
import {readModeFact} from '../../../evidence/ambient/pod-mode-fact.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {FACT_LABELS} from '../../../rules/facts.js'
import {notInspected, type PodContext} from './context.js'

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
