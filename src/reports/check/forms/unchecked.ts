import {groupedBy} from '../../../model/collections/grouped-by.js'
import {GAP_REASONS} from '../../../model/evidence/answer.js'
import type {NotChecked} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'
import {INCONCLUSIVE} from '../../../rules/rule.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'

/** Rules that could not be checked for the same reason. */
export interface UncheckedGroup {
  readonly codes: readonly string[]
  readonly workloads: readonly string[]
  readonly why: string
}

function sentence({gap}: NotChecked): string {
  if (gap.what === INCONCLUSIVE) return gap.detail
  return `${gap.what}: ${GAP_REASONS[gap.reason].text} (${gap.detail})${gap.hint === undefined ? '' : `. ${gap.hint}`}`
}

/** The reason without pod names, so that equal gaps of several pods become one. */
function ofAnyPod(each: NotChecked): string {
  const {namespace} = each.workload
  return each.pods.reduce((text, name) => text.replaceAll(`${name}.${namespace}`, 'each pod'), sentence(each))
}

/** The unchecked rules by reason; reasons that differ only in the pod name are merged. */
export function uncheckedGroups(workloads: readonly CheckedWorkload[]): readonly UncheckedGroup[] {
  const groups = groupedBy(
    workloads.flatMap(({notChecked}) => notChecked),
    ofAnyPod,
  )
  return [...groups].map(([why, members]) => {
    const sentences = [...new Set(members.map(sentence))]
    return {
      codes: [...new Set(members.map(({code}) => code))],
      workloads: [...new Set(members.map(({workload}) => objectLabel(workload)))],
      why: sentences.length === 1 ? (sentences[0] ?? why) : why,
    }
  })
}
