import {type Finding, SEVERITIES} from '../../model/finding.js'
import type {OverviewReport} from './report.js'

/** The errors and warnings that are not accepted, errors first: at most so many, and how many more there are. */
export function worstFindings(
  {check}: OverviewReport,
  most: number,
): {readonly listed: readonly Finding[]; readonly rest: number} {
  const all = check.ok ? check.value.workloads.flatMap(({findings}) => findings) : []
  const open = all.filter(({accepted}) => accepted === undefined)
  const worst = SEVERITIES.slice(0, 2).flatMap(severity => open.filter(each => each.severity === severity))
  return {listed: worst.slice(0, most), rest: Math.max(0, worst.length - most)}
}
