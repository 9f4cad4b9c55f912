import {type Answer, type Gap, gapSentence, isFailure} from '../model/answer.js'
import {type EvidenceId, evidenceRow, howToTake, isEvidenceId} from '../model/evidence.js'
import type {ReportProvenance} from '../model/provenance.js'
import {UserError} from '../model/user-error.js'
import type {Origin, Source} from '../sources/source.js'

/** What every report contains besides its data: the source, the gaps, and notes for stderr. */
export interface Report {
  readonly origin: Origin
  /** What the answer rests on: how each piece of evidence was obtained, when, and what it shows. */
  readonly provenance: ReportProvenance
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
  /** What to do about missing data; printed last. */
  readonly next?: string
  /** Set if the question itself remained open, because its evidence is missing, older or the wrong one: the exit code is then not 0. */
  readonly undecided?: boolean
  /** True if the report has a finding at or above the --fail-on severity. */
  readonly failing?: boolean
}

/** 1 if failing, else 3 if the question is open or evidence is missing that should have been readable (or any, with requireAll), else 0. */
export function reportExitCode(report: Report, requireAll = false): 0 | 1 | 3 {
  if (report.failing === true) return 1
  if (report.undecided === true) return 3
  return report.gaps.some(gap => requireAll || isFailure(gap)) ? 3 : 0
}

/** The hint of an error about missing evidence: what the source does contain; none for a live source. */
export function offersHint(source: Source): {readonly hint?: string} {
  const offers = source.offers?.()
  if (offers === undefined) return {}
  return {hint: offers.length === 0 ? 'Nothing in this file is in a format meshctl knows.' : availableHint(offers)}
}

/** How many kinds of evidence a hint names. */
const NAMED = 6

/** What there is instead, by the titles of evidence rather than its ids. */
export function availableHint(offers: readonly string[]): string {
  const titles = [...new Set(offers.map(offer => (isEvidenceId(offer) ? evidenceRow(offer).title : offer)))]
  const more = titles.length > NAMED ? `, and ${titles.length - NAMED} more` : ''
  return `Available: ${titles.slice(0, NAMED).join(', ')}${more}.`
}

/**
 * The value of evidence a report requires; if it is missing, an error that lists what the source contains,
 * and, for an incomplete file, how to take it again.
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

/** The value of optional evidence; if it is missing, it is added to the report's gaps. */
export function optional<T>(answer: Answer<T>, gaps: Gap[]): T | undefined {
  if (answer.ok) return answer.value
  gaps.push(answer.gap)
  return undefined
}
