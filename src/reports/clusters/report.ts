import {decodeClusters} from '../../formats/envoy-config-dump/clusters.js'
import {parseConfigDump, section} from '../../formats/envoy-config-dump/parse.js'
import type {EnvoyCluster} from '../../model/envoy-cluster.js'
import type {Artifact} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

export interface ClusterFilter {
  readonly fqdn?: string
  readonly direction?: string
  readonly subset?: string
  readonly port?: number
}

export interface ClusterReport extends Report {
  readonly subject: PodRef
  readonly clusters: readonly EnvoyCluster[]
  readonly artifact: Artifact
}

/** Filters are substring tests on the whole cluster name, as in istioctl. */
function keeps(filter: ClusterFilter, {name}: EnvoyCluster): boolean {
  return (
    name.includes(filter.fqdn ?? '') &&
    name.includes(filter.direction ?? '') &&
    name.includes(filter.subset ?? '') &&
    (filter.port === undefined || name.includes(`|${filter.port}|`))
  )
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byHost(a: EnvoyCluster, b: EnvoyCluster): number {
  return (
    byText(a.parts?.host ?? a.name, b.parts?.host ?? b.name) ||
    byText(a.parts?.subset ?? '', b.parts?.subset ?? '') ||
    (a.parts?.port ?? 0) - (b.parts?.port ?? 0) ||
    byText(a.parts?.direction ?? '', b.parts?.direction ?? '')
  )
}

/** The clusters a pod's Envoy knows, filtered, sorted by host, subset, port and direction. */
export async function clusterReport(source: Source, subject: PodRef, filter: ClusterFilter): Promise<ClusterReport> {
  const artifact = required(await source.evidence('envoy.config_dump', subject, {sections: ['clusters']}), source)
  const dump = required(parseConfigDump(artifact), source)
  const clusters = decodeClusters(required(section(dump, 'Clusters'), source))
  return {
    origin: source.origin,
    gaps: [],
    notes: [],
    subject,
    artifact,
    clusters: clusters.filter(cluster => keeps(filter, cluster)).sort(byHost),
  }
}
