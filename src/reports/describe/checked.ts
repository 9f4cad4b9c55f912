import type {Gap} from '../../model/evidence/answer.js'
import type {Finding} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import {RULES} from '../../rules/registry.js'
import type {Source} from '../../sources/source.js'
import {checkReport} from '../check/report.js'

export interface DescribeOptions {
  readonly istioNamespace: string
  readonly now: Date
}

/** The result of check for some pods. */
export interface PodChecks {
  /** Findings of severity warning and above that are not in the baseline. */
  readonly findings: readonly Finding[]
  /** Number of checks that could not run. */
  readonly unasked: number
  /** Why they could not run, each with the rules it affects. */
  readonly gaps: readonly Gap[]
}

/** Runs every rule of check on the pods. */
export async function checked(
  source: Source,
  pods: readonly KubeObject[],
  {istioNamespace, now}: DescribeOptions,
): Promise<PodChecks> {
  const check = await checkReport(source, pods, {rules: RULES, failOn: 'warning', istioNamespace, deep: true, now})
  const codes = new Map<string, {readonly gap: Gap; readonly codes: Set<string>}>()
  for (const {code, gap} of check.workloads.flatMap(each => each.notChecked)) {
    const key = keyOf(gap)
    const known = codes.get(key) ?? {gap, codes: new Set()}
    known.codes.add(code)
    codes.set(key, known)
  }
  return {
    findings: check.workloads
      .flatMap(each => each.findings)
      .filter(({severity, accepted}) => severity !== 'info' && accepted === undefined),
    unasked: check.counts.notChecked,
    gaps: [...codes.values()].map(each => ({...each.gap, what: `${each.gap.what}${forRules([...each.codes])}`})),
  }
}

function keyOf({what, reason, detail, hint}: Gap): string {
  return JSON.stringify([what, reason, detail, hint])
}

function forRules(codes: readonly string[]): string {
  return ` (for ${[...codes].sort(byText).join(' ')})`
}

/** The gaps of a description with those of check; a gap of both is listed once, with the rules that need it. */
export function withUnchecked(gaps: readonly Gap[], unchecked: readonly Gap[]): readonly Gap[] {
  const isListed = (own: Gap) =>
    unchecked.some(
      each => each.what.startsWith(`${own.what} (for `) && each.reason === own.reason && each.detail === own.detail,
    )
  return [...gaps.filter(own => !isListed(own)), ...unchecked]
}
