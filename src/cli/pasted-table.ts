import type {PodRef} from '../model/kube-object.js'
import type {TableKind} from '../model/pasted-table.js'
import type {PastedTableReport, TableFilter} from '../reports/pasted-table/report.js'
import type {Source} from '../sources/source.js'

/** istioctl's table among the given files, filtered as the command's flags say; undefined when there is none, or when the page itself is there. */
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
  const {pastedTableReport} = await import('../reports/pasted-table/report.js')
  return pastedTableReport(source, kind, filter, at)
}
