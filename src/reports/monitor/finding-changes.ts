import {type Finding, SEVERITIES} from '../../model/finding.js'
import {objectLabel} from '../../model/kube/pod.js'
import {byText} from '../../model/text/order.js'
import type {CheckedWorkload} from '../check/evaluate/aggregator.js'
import {fingerprint} from '../check/evaluate/fingerprint.js'

/** A finding that began or ended. */
export interface FindingChange {
  readonly state: 'found' | 'resolved'
  readonly finding: Finding
}

/** The open findings of each workload, by what identifies them. */
export type KnownFindings = Map<string, ReadonlyMap<string, Finding>>

function openFindings(workload: CheckedWorkload | undefined): ReadonlyMap<string, Finding> {
  const open = (workload?.findings ?? []).filter(({accepted}) => accepted === undefined)
  return new Map(open.map(finding => [`${fingerprint(finding)} ${finding.severity}`, finding]))
}

function bySeverity(a: FindingChange, b: FindingChange): number {
  return (
    SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity) ||
    byText(objectLabel(a.finding.workload), objectLabel(b.finding.workload)) ||
    byText(a.finding.code, b.finding.code)
  )
}

/** What began and ended for the named workloads, worst first; the known findings follow. Workloads without pods have no findings any more. */
export function findingChanges(
  names: ReadonlySet<string>,
  workloads: readonly CheckedWorkload[],
  known: KnownFindings,
): readonly FindingChange[] {
  const now = new Map(workloads.map(each => [objectLabel(each.workload), each]))
  const changes: FindingChange[] = []
  for (const name of names) {
    const before = known.get(name) ?? new Map<string, Finding>()
    const after = openFindings(now.get(name))
    for (const [key, finding] of after) if (!before.has(key)) changes.push({state: 'found', finding})
    for (const [key, finding] of before) if (!after.has(key)) changes.push({state: 'resolved', finding})
    if (after.size === 0) known.delete(name)
    else known.set(name, after)
  }
  return changes.sort(bySeverity)
}
