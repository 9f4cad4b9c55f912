import type {ReportProvenance} from '../../model/evidence/provenance.js'

/** The provenance of answers about the store of snapshots itself: read from its files when asked. */
export function storeProvenance(folder: string, observedAt: Date = new Date()): ReportProvenance {
  return {
    live: true,
    complete: true,
    evidence: [
      {
        evidence: 'snapshots',
        source: 'live',
        via: 'file',
        shows: 'state',
        from: folder,
        observedAt: observedAt.toISOString(),
      },
    ],
  }
}
