import {objectLabel} from '../../../model/kube/pod.js'
import {type Line, prose, type Tone} from '../../../terminal/doc.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'

/** True for a workload with info findings only, which is listed by name unless the form is wide. */
export function hasOnlyInfo(each: CheckedWorkload): boolean {
  return each.findings.every(({severity, accepted}) => severity === 'info' && accepted === undefined)
}

/** True when more rules could not be checked than passed: no findings then say little. */
function mostlyUnchecked({passed, notChecked}: CheckedWorkload): boolean {
  return notChecked.length > passed
}

/** How many rules could not be checked in workloads without findings. */
function uncheckedText(some: readonly CheckedWorkload[]): string {
  const counts = some.map(({notChecked}) => notChecked.length)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return most === 0 ? '' : ` (${least === most ? most : `${least} to ${most}`} not checked in each)`
}

/** The workloads without a block of their own, by findings and by how much could be checked. */
export function cleanWorkloads(all: readonly CheckedWorkload[], wide: boolean): readonly Line[] {
  const workloads = all.filter(({configuration, findings}) => configuration !== true || findings.length > 0)
  if (all.length === 1) return []
  const line = (title: string, some: readonly CheckedWorkload[], tone: Tone) => {
    const names = some.map(each => objectLabel(each.workload)).join(', ')
    const text = `${title} ${some.length}${uncheckedText(some)}: ${names}.`
    return some.length === 0 ? [] : ['', prose(text, tone, '  ')]
  }
  const both = (title: string, some: readonly CheckedWorkload[]) => [
    ...line(
      `${title} in`,
      some.filter(each => !mostlyUnchecked(each)),
      'good',
    ),
    ...line(`${title}, but most checks could not run, in`, some.filter(mostlyUnchecked), 'warn'),
  ]
  const clean = workloads.filter(each => each.findings.length === 0)
  const infoOnly = wide ? [] : workloads.filter(each => each.findings.length > 0 && hasOnlyInfo(each))
  return [...both('Only info findings (see -o wide)', infoOnly), ...both('No findings', clean)]
}
