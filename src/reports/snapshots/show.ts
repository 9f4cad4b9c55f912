import {humanSize} from '../../model/text/human-size.js'
import type {BundleIndex} from '../../sources/bundle/layout.js'
import {podsOf, type SnapshotHead} from '../../sources/snapshot/store.js'
import type {Origin} from '../../sources/source.js'
import {missingCell} from '../capture/missing-cell.js'
import {type SummaryRow, summaryOf} from '../capture/summary.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'
import {storeProvenance} from './store-provenance.js'

export interface SnapshotShowReport extends Report {
  readonly head: SnapshotHead
  readonly pods: readonly string[]
  readonly rows: readonly SummaryRow[]
  readonly whole: boolean
}

/** The content of one snapshot; `whole` is false if data is missing from the store. */
export function snapshotShowReport(head: SnapshotHead, index: BundleIndex, whole: boolean): SnapshotShowReport {
  const origin: Origin = {kind: 'bundle', label: `snapshot ${head.name}`, capturedAt: head.capturedAt}
  const rows = summaryOf(index.objects, index.evidence)
  return {
    origin,
    provenance: storeProvenance(origin.label),
    gaps: [],
    notes: [],
    head,
    pods: podsOf(index),
    rows,
    whole,
    failing: !whole,
  }
}

/** The source of a snapshot, what it contains, what is missing, and how to use it. */
export const snapshotShowView: View<SnapshotShowReport> = {
  namedBy: 'EVIDENCE',
  doc: ({head, pods, rows, whole}) => [
    {
      block: 'text',
      lines: [
        `${head.name}: ${head.from} at ${head.capturedAt}, ${humanSize(head.bytes)}`,
        whole
          ? {text: 'The snapshot is complete.', tone: 'good'}
          : {text: 'The snapshot is incomplete: data is missing from the store or damaged.', tone: 'bad'},
        '',
      ],
    },
    {
      block: 'table',
      style: 'columns',
      header: ['EVIDENCE', 'CAPTURED', 'SIZE', 'MISSING'],
      rows: rows.map(({what, held, bytes, missing}) => [what, String(held), humanSize(bytes), missingCell(missing)]),
    },
    {block: 'text', lines: ['', `Pods: ${pods.join(', ')}`, `Use it with --from snapshot:${head.name}`]},
  ],
  data: ({head: {index: _, ...head}, pods, rows, whole}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Snapshot',
    ...head,
    whole,
    pods,
    evidence: rows,
  }),
}
