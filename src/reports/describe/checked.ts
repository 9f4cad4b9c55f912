import type {Gap} from '../../model/answer.js'
import type {Finding} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import {RULES} from '../../rules/registry.js'
import type {Source} from '../../sources/source.js'
import {checkReport} from '../check/report.js'

export interface DescribeOptions {
  readonly istioNamespace: string
  readonly now: Date
}

/** What check says of some pods. */
export interface Checked {
  /** Findings of severity warning and above that nobody accepted. */
  readonly findings: readonly Finding[]
  /** Questions that could not be asked. */
  readonly unasked: number
  /** Why they could not, each with the rules it is to blame for. */
  readonly gaps: readonly Gap[]
}

/** Asks every rule of check about the pods. */
export async function checked(
  source: Source,
  pods: readonly KubeObject[],
  {istioNamespace, now}: DescribeOptions,
): Promise<Checked> {
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

/** The gaps of a description with those of check: what both lack is named once, with the rules that wanted it. */
export function withUnchecked(gaps: readonly Gap[], unchecked: readonly Gap[]): readonly Gap[] {
  const told = (own: Gap) =>
    unchecked.some(
      each => each.what.startsWith(`${own.what} (for `) && each.reason === own.reason && each.detail === own.detail,
    )
  return [...gaps.filter(own => !told(own)), ...unchecked]
}
