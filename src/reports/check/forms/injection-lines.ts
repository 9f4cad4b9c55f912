import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import {objectLabel} from '../../../model/pod.js'
import {wrapText} from '../../../terminal/wrap.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'

const WIDTH = 79

const WORDS: Readonly<Record<InjectionPrediction['mode'], string>> = {
  sidecar: 'would get a sidecar',
  ambient: 'would be in the ambient mesh, without a sidecar',
  none: 'would get NO sidecar',
}

/** What a workload is in the line above its findings. */
export function injectionWords({injection}: CheckedWorkload): string {
  return injection === undefined ? '' : `, ${WORDS[injection.mode]}`
}

/** What the headline says of sidecars: of the one workload, or how many would get none. */
export function injectionMark(workloads: readonly CheckedWorkload[]): string {
  const [first] = workloads
  if (workloads.length === 1 && first?.injection !== undefined) return `; ${WORDS[first.injection.mode]}`
  const without = workloads.filter(({injection}) => injection !== undefined && injection.mode !== 'sidecar')
  return without.length === 0 ? '' : `; ${without.length} would get no sidecar`
}

/** Which manifests would get a sidecar and why, those of one reason together, and what that takes for granted. */
export function injectionLines(workloads: readonly CheckedWorkload[]): readonly string[] {
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
    return `${who} ${WORDS[mode]}: ${because}.`
  })
  const taken = assumed ? ['The webhooks of a plain installation are assumed.'] : []
  return [...lines, ...taken].flatMap(each => wrapText(each, WIDTH, '  '))
}
