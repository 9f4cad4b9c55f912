import {humanCount} from '../../model/text/human-count.js'
import {humanSize} from '../../model/text/human-size.js'
import type {Pruned} from '../../sources/snapshot/prune.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'
import {storeProvenance} from './store-provenance.js'

export interface PruneReport extends Report {
  readonly pruned: Pruned
  readonly dryRun: boolean
}

/** The report of what was removed from a store, or would be. */
export function pruneReport(pruned: Pruned, folder: string, dryRun: boolean): PruneReport {
  return {
    origin: {kind: 'bundle', label: folder},
    provenance: storeProvenance(folder),
    gaps: [],
    notes: [],
    pruned,
    dryRun,
  }
}

/** What was removed and what was kept. */
export const pruneView: View<PruneReport> = {
  doc: ({pruned: {removed, kept, files, bytes}, dryRun}) => {
    const verb = dryRun ? 'Would remove' : 'Removed'
    const names = removed.length === 0 ? '' : `: ${removed.map(head => head.name).join(', ')}`
    const count = humanCount(removed.length, 'snapshot')
    return [
      {
        block: 'text',
        lines: [
          `${verb} ${count}${names}`,
          `${verb} ${humanCount(files, 'unreferenced file')}, ${humanSize(bytes)}; ${humanCount(kept.length, 'snapshot')} kept`,
        ],
      },
    ]
  },
  data: ({pruned: {removed, kept, files, bytes}, dryRun}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'SnapshotPrune',
    dryRun,
    removed: removed.map(head => head.name),
    kept: kept.map(head => head.name),
    files,
    bytes,
  }),
}
