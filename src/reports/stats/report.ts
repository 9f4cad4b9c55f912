import {troubleIn} from '../../analysis/envoy-stats/trouble.js'
import {type UpstreamCounts, upstreamCounts} from '../../analysis/envoy-stats/upstreams.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseStatsPage} from '../../formats/envoy/envoy-stats.js'
import type {EnvoyStat} from '../../model/envoy/envoy-stat.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

const ID = 'envoy.stats'

export interface StatsReport extends Report {
  readonly subject: PodRef
  readonly artifact: Artifact
  readonly stats: readonly EnvoyStat[]
  readonly upstreams: readonly UpstreamCounts[]
  /** Sentences on counters that indicate a fault. */
  readonly trouble: readonly string[]
}

/** What a pod's Envoy has counted since it started. A counter says that something happened, not when. */
export async function statsReport(given: Source, subject: PodRef): Promise<StatsReport> {
  const source = noted(given)
  const artifact = required(await source.evidence(ID, subject), source, ID)
  const page = required(parseStatsPage(artifact), source, ID)
  return {
    ...answeredFrom(source),
    gaps: [],
    notes: [],
    subject,
    artifact,
    stats: page.stats,
    upstreams: upstreamCounts(page),
    trouble: troubleIn(page.stats),
  }
}
