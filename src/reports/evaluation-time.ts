import type {Artifact} from '../model/evidence/evidence.js'

/** The time at which validity and ages are computed, and where it comes from. */
export interface EvaluationTime {
  readonly at: Date
  readonly text: string
}

/** `--at` if given, else the time the evidence was captured, else the current time, which it is for a live source. */
export function evaluationTime(
  asked: Date | undefined,
  artifact: Artifact,
  now: Date,
  {live}: {readonly live: boolean},
): EvaluationTime {
  if (asked !== undefined) return {at: asked, text: `as of ${stamp(asked)} (--at)`}
  const captured = new Date(live ? '' : (artifact.provenance.capturedAt ?? ''))
  if (!Number.isNaN(captured.getTime())) return {at: captured, text: `as of ${stamp(captured)} (time of capture)`}
  return {at: now, text: `as of ${stamp(now)} (now)`}
}

/** A time as RFC 3339 in UTC, to the second. */
export function stamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}
