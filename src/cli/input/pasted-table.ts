import type {TableKind} from '../../model/evidence/pasted-table.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {PastedTableReport, TableFilter} from '../../reports/pasted-table/report.js'
import type {Source} from '../../sources/source.js'

/** The istioctl table among the given files, filtered by the command's flags; undefined when there is none, or when the page itself was given. */
export async function pastedTable(
  source: Source,
  pod: PodRef,
  kind: TableKind,
  filter: TableFilter,
  at: Date,
): Promise<PastedTableReport | undefined> {
  if ((source.tables?.(kind) ?? []).length === 0) return undefined
  const page = kind === 'endpoint' ? 'envoy.clusters' : 'envoy.config_dump'
  if ((await source.evidence(page, pod)).ok) return undefined
  const {pastedTableReport} = await import('../../reports/pasted-table/report.js')
  return pastedTableReport(source, kind, filter, at)
}
