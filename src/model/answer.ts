/** Why a piece of evidence could not be had. Each reason says whether it counts as a failure of the run (exit code 3). */
export const GAP_REASONS = {
  'not-captured': {failed: false, words: 'not captured'},
  'not-applicable': {failed: false, words: 'does not apply here'},
  'no-privilege': {failed: false, words: 'needs more privilege than was granted'},
  'no-tool': {failed: false, words: 'no tool for it in the container'},
  'not-found': {failed: true, words: 'not found'},
  'not-running': {failed: true, words: 'not running'},
  forbidden: {failed: true, words: 'forbidden'},
  unreachable: {failed: true, words: 'unreachable'},
  timeout: {failed: true, words: 'timed out'},
  truncated: {failed: true, words: 'incomplete'},
  'too-large': {failed: true, words: 'larger than the limit'},
  unreadable: {failed: true, words: 'could not be understood'},
  failed: {failed: true, words: 'failed'},
} as const satisfies Record<string, {readonly failed: boolean; readonly words: string}>

export type GapReason = keyof typeof GAP_REASONS

/** Evidence that is not there: what was wanted, why it is missing, in the source's own words, and what to do about it. */
export interface Gap {
  readonly what: string
  readonly reason: GapReason
  readonly detail: string
  readonly hint?: string
}

/** Either a value or the reason why there is none; absence is never an exception. */
export type Answer<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly gap: Gap}

/** Wraps a value as a successful answer. */
export function answered<T>(value: T): Answer<T> {
  return {ok: true, value}
}

/** Wraps a gap as an answer of any type. */
export function missing(
  what: string,
  reason: GapReason,
  detail: string,
  hint?: string,
): {readonly ok: false; readonly gap: Gap} {
  return {ok: false, gap: hint === undefined ? {what, reason, detail} : {what, reason, detail, hint}}
}

/** True when the gap is a failure of something that was asked for or should have been readable. */
export function isFailure(gap: Gap): boolean {
  return GAP_REASONS[gap.reason].failed
}

/** One sentence for a person: what is missing, why, and the hint when there is one. */
export function gapSentence(gap: Gap): string {
  const why = `${gap.what}: ${GAP_REASONS[gap.reason].words} (${gap.detail})`
  return gap.hint === undefined ? why : `${why}. ${gap.hint}`
}

/** The sentences for many gaps: those that are missing for one and the same reason share a sentence. */
export function gapSentences(gaps: readonly Gap[]): readonly string[] {
  const groups = new Map<string, Gap>()
  for (const gap of gaps) {
    const key = JSON.stringify([gap.reason, gap.detail, gap.hint])
    const known = groups.get(key)
    groups.set(key, known === undefined ? gap : {...known, what: `${known.what}; ${gap.what}`})
  }
  return [...groups.values()].map(gapSentence)
}
