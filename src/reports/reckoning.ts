import type {Artifact} from '../model/evidence.js'

/** The moment at which validity and ages are reckoned, and why that one. */
export interface Reckoning {
  readonly at: Date
  readonly words: string
}

/** `--at` when given, else the time the evidence was captured, else now. */
export function reckon(asked: Date | undefined, artifact: Artifact, now: Date): Reckoning {
  if (asked !== undefined) return {at: asked, words: `as of ${stamp(asked)} (--at)`}
  const captured = new Date(artifact.provenance.capturedAt ?? '')
  if (!Number.isNaN(captured.getTime())) return {at: captured, words: `as of ${stamp(captured)} (time of capture)`}
  return {at: now, words: `as of ${stamp(now)} (now)`}
}

/** A time as RFC 3339 in UTC, to the second. */
export function stamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}
