import {type Answer, type Gap, gapSentence, isFailure} from '../model/evidence/answer.js'
import {type EvidenceId, evidenceRow, howToTake, isEvidenceId} from '../model/evidence/evidence.js'
import type {ReportProvenance} from '../model/evidence/provenance.js'
import {UserError} from '../model/evidence/user-error.js'
import type {Origin, Source} from '../sources/source.js'

/** What every report contains besides its data: the source, the gaps, and notes for stderr. */
export interface Report {
  readonly origin: Origin
  /** What the answer rests on: how each piece of evidence was obtained, when, and what it shows. */
  readonly provenance: ReportProvenance
  readonly gaps: readonly Gap[]
  /** What the evidence it used lacks (`answeredFrom`), whether or not the report names it among its gaps. */
  readonly incomplete?: readonly Gap[]
  readonly notes: readonly string[]
  /** What to do about missing data; printed last. */
  readonly next?: string
  /** Set if the question itself remained open, because its evidence is missing, older or the wrong one: the exit code is then not 0. */
  readonly undecided?: boolean
  /** True if the report has a finding at or above the --fail-on severity. */
  readonly failing?: boolean
}

/** Evidence read within this time is of one moment: capturing a large mesh takes minutes. */
const ONE_MOMENT_MS = 15 * 60_000

/** The remark that some of the evidence is older than the rest, so that what they say together may never have been true; of each source apart. */
function agesNote({evidence}: ReportProvenance): readonly string[] {
  return [...new Set(evidence.map(({of}) => of))].flatMap(label => {
    const times = evidence.flatMap(use => {
      const at = Date.parse(use.observedAt ?? '')
      return use.of !== label || Number.isNaN(at) ? [] : [{what: use.evidence, at}]
    })
    const newest = Math.max(...times.map(({at}) => at))
    const older = times.filter(({at}) => newest - at > ONE_MOMENT_MS)
    if (older.length === 0) return []
    const names = [...new Set(older.map(({what, at}) => `${titleOf(what)} (${new Date(at).toISOString()})`))]
    return [`not of one moment: ${names.join(', ')}; the newest evidence is of ${new Date(newest).toISOString()}`]
  })
}

function titleOf(evidence: string): string {
  return isEvidenceId(evidence) ? evidenceRow(evidence).title : evidence
}

/**
 * The report with everything that weakens it: among its gaps what the evidence it used lacks, whether or not the report names it, and among its
 * notes that evidence is of different times.
 */
export function withAllGaps<R extends Report>(report: R): R {
  const named = new Set(report.gaps.map(gap => JSON.stringify(gap)))
  const more = (report.incomplete ?? []).filter(gap => !named.has(JSON.stringify(gap)))
  const ages = agesNote(report.provenance).filter(note => !report.notes.includes(note))
  if (more.length + ages.length === 0) return report
  return {...report, incomplete: [], gaps: [...report.gaps, ...more], notes: [...report.notes, ...ages]}
}

/** 1 if failing, else 3 if the question is open or evidence is missing that should have been readable (or any, with requireAll), else 0. */
export function reportExitCode(report: Report, requireAll = false): 0 | 1 | 3 {
  if (report.failing === true) return 1
  if (report.undecided === true) return 3
  const gaps = [...report.gaps, ...(report.incomplete ?? [])]
  return gaps.some(gap => requireAll || isFailure(gap)) ? 3 : 0
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
