import {objectLabel} from '../../../model/pod.js'
import type {Cell, Tone} from '../../../terminal/doc.js'
import {wrapText} from '../../../terminal/wrap.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'

const WIDTH = 79

/** In a list of many, a workload with nothing but remarks is named among the quiet ones unless everything is wanted. */
export function isQuiet(each: CheckedWorkload): boolean {
  return each.findings.every(({severity, accepted}) => severity === 'info' && accepted === undefined)
}

/** True where more could not be asked than was: that nothing was found there says little. */
function mostlyUnasked({passed, notChecked}: CheckedWorkload): boolean {
  return notChecked.length > passed
}

/** How much was not asked of workloads in which all that was asked is in order. */
function openQuestions(some: readonly CheckedWorkload[]): string {
  const counts = some.map(({notChecked}) => notChecked.length)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return most === 0 ? '' : ` (${least === most ? most : `${least} to ${most}`} not checked in each)`
}

/** The workloads that have no block of their own, by what was found in them and how much of it was asked. */
export function quietWorkloads(workloads: readonly CheckedWorkload[], wide: boolean): readonly Cell[] {
  if (workloads.length === 1) return []
  const line = (words: string, some: readonly CheckedWorkload[], tone: Tone) => {
    const names = some.map(each => objectLabel(each.workload)).join(', ')
    const text = `${words} ${some.length}${openQuestions(some)}: ${names}.`
    return some.length === 0 ? [] : ['', ...wrapText(text, WIDTH, '  ').map(each => ({text: each, tone}))]
  }
  const both = (words: string, some: readonly CheckedWorkload[]) => [
    ...line(
      `${words} in`,
      some.filter(each => !mostlyUnasked(each)),
      'good',
    ),
    ...line(`${words}, but most could not be asked, in`, some.filter(mostlyUnasked), 'warn'),
  ]
  const clean = workloads.filter(each => each.findings.length === 0)
  const remarks = wide ? [] : workloads.filter(each => each.findings.length > 0 && isQuiet(each))
  return [...both('Only info (-o wide shows it)', remarks), ...both('Nothing found', clean)]
}
