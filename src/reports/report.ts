import {type Answer, type Gap, gapSentence, isFailure} from '../model/answer.js'
import {type EvidenceId, howToTake} from '../model/evidence.js'
import type {ReportProvenance} from '../model/provenance.js'
import {UserError} from '../model/user-error.js'
import type {Origin, Source} from '../sources/source.js'

/** What every report carries beside its answer: where it came from, what could not be had, and remarks for the person (stderr). */
export interface Report {
  readonly origin: Origin
  /** What the answer rests on: how each piece of evidence was obtained, when, and what it shows. */
  readonly provenance: ReportProvenance
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
  /** What to do about what is missing: the last remark. */
  readonly next?: string
  /** True when the report found something at or above the level the user said must fail. */
  readonly failing?: boolean
}

/** 1 when something was found, else 3 when evidence was missing that should have been readable (or any at all, when all is required), else 0. */
export function exitCodeOf(report: Report, requireAll = false): 0 | 1 | 3 {
  if (report.failing === true) return 1
  return report.gaps.some(gap => requireAll || isFailure(gap)) ? 3 : 0
}

/** The hint of an error about missing evidence: what this source does hold; none where any evidence can be asked for. */
export function offersHint(source: Source): {readonly hint?: string} {
  const offers = source.offers?.()
  if (offers === undefined) return {}
  return {hint: `This source offers: ${offers.length === 0 ? 'nothing meshctl can use' : offers.join(', ')}.`}
}

/**
 * The value of evidence a report cannot do without; its absence is the one error that says what this source does offer,
 * and, for a file that does not hold it whole, how to take it again.
 */
export function required<T>(answer: Answer<T>, source: Source, id?: EvidenceId): T {
  if (answer.ok) return answer.value
  const again = !source.traits.complete && id !== undefined ? {next: howToTake(id)} : {}
  throw new UserError(gapSentence(answer.gap), {
    ...offersHint(source),
    ...again,
    gap: answer.gap,
  })
}

/** The value of evidence a report can do without; its absence is noted among the report's gaps. */
export function optional<T>(answer: Answer<T>, gaps: Gap[]): T | undefined {
  if (answer.ok) return answer.value
  gaps.push(answer.gap)
  return undefined
}
