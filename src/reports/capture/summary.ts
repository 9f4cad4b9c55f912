import type {Gap, GapReason} from '../../model/evidence/answer.js'
import {EVIDENCE_IDS, evidenceRow} from '../../model/evidence/evidence.js'
import {type BlobRef, type EvidenceEntry, isBlob, type ObjectsEntry} from '../../sources/bundle/layout.js'

/** One kind of evidence in a bundle: how much was captured, and what is missing for which reason. */
export interface SummaryRow {
  readonly what: string
  readonly held: number
  readonly bytes: number
  readonly missing: readonly {readonly reason: GapReason; readonly count: number; readonly example: string}[]
}

function row(what: string, entries: readonly {readonly held: BlobRef | Gap}[]): SummaryRow {
  const blobs = entries.flatMap(({held}) => (isBlob(held) ? [held] : []))
  const gaps = entries.flatMap(({held}) => (isBlob(held) ? [] : [held]))
  const reasons = [...new Set(gaps.map(gap => gap.reason))]
  return {
    what,
    held: blobs.length,
    bytes: blobs.reduce((sum, blob) => sum + blob.bytes, 0),
    missing: reasons.map(reason => {
      const of = gaps.filter(gap => gap.reason === reason)
      return {reason, count: of.length, example: of[0]?.detail ?? ''}
    }),
  }
}

/** What a capture contains and what is missing: objects first, then evidence in the catalogue's order, without empty rows. */
export function summaryOf(objects: readonly ObjectsEntry[], evidence: readonly EvidenceEntry[]): readonly SummaryRow[] {
  const rows = EVIDENCE_IDS.map(id =>
    row(
      evidenceRow(id).title,
      evidence.filter(each => each.id === id),
    ),
  )
  return [row('Kubernetes objects (lists by kind)', objects), ...rows].filter(
    each => each.held > 0 || each.missing.length > 0,
  )
}
