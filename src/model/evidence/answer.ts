/** Why evidence is missing; `failed` reasons count as a failure of the run (exit code 3). */
export const GAP_REASONS = {
  'not-captured': {failed: false, text: 'not captured'},
  'not-applicable': {failed: false, text: 'not applicable'},
  'no-privilege': {failed: false, text: 'permission denied in the container'},
  'no-tool': {failed: false, text: 'no tool for it in the container'},
  unsupported: {failed: false, text: 'not supported'},
  'not-found': {failed: true, text: 'not found'},
  'not-running': {failed: true, text: 'not running'},
  forbidden: {failed: true, text: 'forbidden'},
  unreachable: {failed: true, text: 'unreachable'},
  timeout: {failed: true, text: 'timed out'},
  truncated: {failed: true, text: 'incomplete'},
  'too-large': {failed: true, text: 'larger than the limit'},
  unreadable: {failed: true, text: 'could not be parsed'},
  failed: {failed: true, text: 'failed'},
} as const satisfies Record<string, {readonly failed: boolean; readonly text: string}>

export type GapReason = keyof typeof GAP_REASONS

/** True for a word that is a reason. */
export function isGapReason(word: string): word is GapReason {
  return Object.hasOwn(GAP_REASONS, word)
}

/** Missing evidence: what it is, the reason, the source's own message, and what to do about it. */
export interface Gap {
  readonly what: string
  readonly reason: GapReason
  readonly detail: string
  readonly hint?: string
}

/** Either a value or the reason why it is missing; missing evidence is never an exception. */
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

/** True if the gap is a failure of something that was requested or should have been readable. */
export function isFailure(gap: Gap): boolean {
  return GAP_REASONS[gap.reason].failed
}

/** One sentence: what is missing, why, and the hint if there is one. */
export function gapSentence(gap: Gap): string {
  const why = `${gap.what}: ${GAP_REASONS[gap.reason].text} (${gap.detail})`
  return gap.hint === undefined ? why : `${why}. ${gap.hint}`
}

/** The sentences for many gaps; gaps with the same reason share a sentence. */
export function gapSentences(gaps: readonly Gap[]): readonly string[] {
  const groups = new Map<string, Gap>()
  for (const gap of gaps) {
    const key = JSON.stringify([gap.reason, gap.detail, gap.hint])
    const known = groups.get(key)
    groups.set(key, known === undefined ? gap : {...known, what: `${known.what}; ${gap.what}`})
  }
  return [...groups.values()].map(gapSentence)
}
