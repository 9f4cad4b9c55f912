import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import {objectLabel} from '../../../model/kube/pod.js'
import {type Line, prose} from '../../../terminal/doc.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'

const MODE_TEXT: Readonly<Record<InjectionPrediction['mode'], string>> = {
  sidecar: 'would get a sidecar',
  ambient: 'would be in ambient mode, without a sidecar',
  none: 'would get NO sidecar',
}

/** The prediction in the line above the workload's findings. */
export function injectionText({injection}: CheckedWorkload): string {
  return injection === undefined ? '' : `, ${MODE_TEXT[injection.mode]}`
}

/** The prediction in the headline: for one workload, or how many would get no sidecar. */
export function injectionMark(workloads: readonly CheckedWorkload[]): string {
  const [first] = workloads
  if (workloads.length === 1 && first?.injection !== undefined) return `; ${MODE_TEXT[first.injection.mode]}`
  const without = workloads.filter(({injection}) => injection !== undefined && injection.mode !== 'sidecar')
  return without.length === 0 ? '' : `; ${without.length} would get no sidecar`
}

/** Which manifests would get a sidecar and why, grouped by reason, and what is assumed. */
export function injectionLines(workloads: readonly CheckedWorkload[]): readonly Line[] {
  const groups = new Map<string, {readonly injection: InjectionPrediction; readonly names: string[]}>()
  for (const {workload, injection} of workloads) {
    if (injection === undefined) continue
    const key = `${injection.mode} ${injection.because}`
    const known = groups.get(key) ?? {injection, names: []}
    known.names.push(objectLabel(workload))
    groups.set(key, known)
  }
  if (groups.size === 0) return []
  const assumed = [...groups.values()].some(({injection}) => injection.assumed.includes('webhooks'))
  const lines = [...groups.values()].map(({injection: {mode, because}, names}) => {
    const who = workloads.length === 1 ? 'It' : groups.size === 1 ? `All ${names.length}` : `${names.join(', ')}`
    return `${who} ${MODE_TEXT[mode]}: ${because}.`
  })
  const notes = assumed ? ["Istio's default webhooks are assumed."] : []
  return [...lines, ...notes].map(each => prose(each, undefined, '  '))
}
